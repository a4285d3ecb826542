"""The business: areas of rules, tables, reads and operations."""
