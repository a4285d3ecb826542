"""Servers to compare with, on the same tables: a plain one, and the least that can be done."""
