"""What a line costs and is sold for while it is open, and from when to when it lasted.

Inside an open transaction. A price that nobody typed is looked up again when the line is posted.
"""

from datetime import date
from decimal import Decimal

from domain.core.money import check_not_negative, to_minor
from domain.core.operation import Work
from domain.orders import rules
from domain.orders.days import day_of
from domain.orders.models import ServiceOrder, ServiceOrderLine
from domain.parameters.queries import company_parameters
from domain.projects.models import Journal
from domain.projects.queries import Sold, line_prices
from domain.projects.rules import Priced


async def done_on(work: Work, order: ServiceOrder, line: ServiceOrderLine) -> date:
    """The day on which a line is done: its own, else its order's."""
    return line.executes_on or await day_of(order, work.now)


def what_is_sold(order: ServiceOrder, line: ServiceOrderLine) -> Priced:
    """What of a line the price set-up goes by."""
    project_id = line.project_id or order.project_id
    return Priced(line.transaction_type, project_id, line.item_id, line.worker_id, line.category_id)


async def price(work: Work, order: ServiceOrder, line: ServiceOrderLine, typed: int | None) -> None:
    """Set the prices of a line that has yet to be saved: the sales price as typed, all else as the set-up says.

    Source: DOMAIN.md 2.
    """
    currency = line.currency or (await company_parameters()).currency
    sold = Sold(what_is_sold(order, line), currency, await done_on(work, order, line))
    line.update_from_dict(await line_prices(sold, typed=typed))


async def check_times(line: ServiceOrderLine) -> None:
    """Refuse times of day that cannot be, or that neither the company nor the journal for hours asks for.

    Raises:
        Refused: INVALID.

    Source: DOMAIN.md 2.
    """
    if line.starts_minute is None and line.ends_minute is None:
        return
    parameters = await company_parameters()
    journal = await Journal.get_or_none(id=parameters.journal_hour_id or 0)
    rules.check_line_times(
        line.transaction_type,
        line.starts_minute,
        line.ends_minute,
        shown=parameters.show_start_end_time and journal is not None and journal.show_start_end_time,
    )


def typed_price(amount: Decimal) -> int:
    """A sales price that somebody typed, in minor units.

    Raises:
        Refused: INVALID.
    """
    return check_not_negative(to_minor(amount, "salesPrice"), "salesPrice")
