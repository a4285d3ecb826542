"""Workers and dispatch teams."""
