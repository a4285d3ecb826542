"""Business numbers."""
