"""Entry points: pick the operation or the query."""
