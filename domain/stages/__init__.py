"""Stages of service orders, and the reasons given on the way."""
