"""Tortoise's two database clients, with the settings that keep nothing lost."""
