"""Money, as the schema shows it."""

from decimal import Decimal
from typing import Any

import strawberry

from api.schema.scalars import CurrencyCode
from api.selection import computed
from domain.core import money
from domain.core.actor import Actor, Permission


@strawberry.type(description="An amount of money.")
class Money:
    """An amount in a currency."""

    amount: Decimal = strawberry.field(description="The amount, with two decimals.")
    currency: CurrencyCode = strawberry.field(description="What it is counted in.")


def cost_of(column: str, *, description: str) -> Any:
    """A field with what the company pays, from a column of minor units; null for whoever may not see margins."""
    return _priced(column, Permission.READ_MARGINS, description)


def sales_of(column: str, *, description: str) -> Any:
    """A field with what a customer pays, from a column of minor units; null for whoever is not of the company."""
    return _priced(column, Permission.READ_COMPANY, description)


def _priced(column: str, needs: Permission, description: str) -> Any:
    def value(viewer: Actor, minor: int | None, code: str | None) -> money.Money | None:
        return money.money(minor, code) if viewer.may(needs) else None

    return computed(needs=(column, "currency"), value=value, viewer=True, description=description)
