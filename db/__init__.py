"""Connections, transactions, the event log, and the read path. Knows no area."""
