"""Service orders, lines and activities."""
