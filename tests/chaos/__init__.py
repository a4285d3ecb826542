"""Servers and databases are killed while people work: what was acknowledged is there, and everyone saw it in order."""
