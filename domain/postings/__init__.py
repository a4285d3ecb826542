"""Posting: what was done becomes transactions of projects."""
