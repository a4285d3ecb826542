"""Webhooks: what happens here is told to programs elsewhere."""
