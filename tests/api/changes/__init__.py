"""What every mutation is told, and what comes of it; each area puts its own into the table."""

from tests.api.changes import (
    access,
    agreements,
    catalogue,
    charging,
    company,
    customers,
    orders,
    planning,
    postings,
    slas,
    stages,
    webhooks,
)
from tests.api.changes.table import CHANGES, Change, Told

__all__ = [
    "CHANGES",
    "Change",
    "Told",
    "access",
    "agreements",
    "catalogue",
    "charging",
    "company",
    "customers",
    "orders",
    "planning",
    "postings",
    "slas",
    "stages",
    "webhooks",
]
