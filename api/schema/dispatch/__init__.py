"""The dispatch board."""
