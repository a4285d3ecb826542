"""What an order or an agreement earned: posted sales less posted cost, in whole minor units of a currency. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

_MINOR_UNIT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class PostedAmount:
    """Cost and sales of one posted transaction, in minor units."""

    currency: str
    cost: int
    sales: int


@dataclass(frozen=True, slots=True)
class Margin:
    """Cost and sales of what was posted in one currency, in minor units."""

    currency: str
    cost: int
    sales: int

    @property
    def amount(self) -> int:
        """Sales less cost; negative is a loss."""
        return self.sales - self.cost

    @property
    def percent(self) -> Decimal | None:
        """The share of the sales that is left, with two decimals, rounded half up; None without sales."""
        if not self.sales:
            return None
        return (Decimal(100 * self.amount) / Decimal(self.sales)).quantize(_MINOR_UNIT, ROUND_HALF_UP)


def minor_units(quantity: Decimal, price: Decimal) -> int:
    """What a quantity costs at a price, in whole minor units: rounded once for the transaction, half up.

    Source: the specification, Conventions (money).
    """
    return int((quantity * price / _MINOR_UNIT).quantize(Decimal(1), ROUND_HALF_UP))


def margins_of(amounts: Iterable[PostedAmount]) -> tuple[Margin, ...]:
    """The margin in each currency, by its code: amounts of different currencies do not add up.

    Source: DOMAIN.md 4.5.
    """
    sums: dict[str, tuple[int, int]] = {}
    for each in amounts:
        cost, sales = sums.get(each.currency, (0, 0))
        sums[each.currency] = cost + each.cost, sales + each.sales
    return tuple(Margin(currency, *sums[currency]) for currency in sorted(sums))
