"""What the price set-up and their projects say of lines, and what projects allow, inside an open transaction."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from tortoise.expressions import Q

from domain.core.errors import Path
from domain.core.rows import existing
from domain.projects import rules
from domain.projects.models import LedgerAccount, Project, ProjectPrice, ProjectValidation
from domain.projects.rules import Allowed, Price, Priced, Prices, TransactionType


@dataclass(frozen=True, slots=True)
class Sold:
    """What is sold, in which currency and on which day."""

    what: Priced
    currency: str
    on: date


async def prices_for(asked: Sequence[Sold]) -> list[Prices]:
    """The prices of several things, in the order asked: one statement, of the rows that could be for one of them."""
    if not asked:
        return []
    where = Q(
        transaction_type__in=sorted({each.what.transaction_type for each in asked}),
        currency__in=sorted({each.currency for each in asked}),
        starts_on__lte=max(each.on for each in asked),
    )
    for name in ("project_id", "item_id", "worker_id", "category_id"):
        named = sorted({value for each in asked if (value := getattr(each.what, name)) is not None})
        where &= Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__in": named})  # type: ignore[arg-type]
    prices = [_price(row) for row in await ProjectPrice.filter(where)]
    return [rules.prices_of(each.what, prices, currency=each.currency, on=each.on) for each in asked]


async def line_prices(sold: Sold, *, typed: int | None) -> dict[str, Any]:
    """The price columns of a line: the cost as the set-up says, the sales price so too unless somebody typed one.

    Source: DOMAIN.md 2.
    """
    [found] = await prices_for([sold])
    return {
        "cost_price_minor": found.cost_minor,
        "sales_price_minor": found.sales_minor if typed is None else typed,
        "sales_price_modified": typed is not None,
    }


def _price(row: ProjectPrice) -> Price:
    what = Priced(row.transaction_type, row.project_id, row.item_id, row.worker_id, row.category_id)
    return Price(what, row.currency, row.starts_on, row.cost_price_minor, row.sales_price_minor)


async def offset_account_for(
    transaction_type: TransactionType, account_id: int | None, project_id: int | None
) -> int | None:
    """What a line is set off against: the account given, else, of an expense, that of its project.

    Raises:
        Refused: NOT_FOUND, INVALID.

    Source: DOMAIN.md 2.
    """
    given = await checked_offset_account(transaction_type, account_id)
    if given is not None or transaction_type is not TransactionType.EXPENSE:
        return given
    project = await Project.get_or_none(id=project_id or 0)
    return None if project is None else project.expense_offset_account_id


async def checked_offset_account(transaction_type: TransactionType, account_id: int | None) -> int | None:
    """An account that a line of this type may be set off against; None stays None.

    Raises:
        Refused: NOT_FOUND, INVALID.

    Source: DOMAIN.md 2.
    """
    rules.check_offset_account(transaction_type, account_id)
    return await existing(LedgerAccount, account_id, "ledger account", "offsetAccountId")


async def allowed_on(project_ids: Iterable[int]) -> dict[int, list[Allowed]]:
    """Who may work on projects with what; a project that says nothing takes all, and is not there.

    Source: DOMAIN.md 2.
    """
    found: dict[int, list[Allowed]] = defaultdict(list)
    for row in await ProjectValidation.filter(project_id__in=sorted(set(project_ids))):
        found[row.project_id].append(Allowed(row.worker_id, row.category_id))
    return found


async def check_project_allows(
    project_id: int | None, *, worker_id: int | None, category_id: int | None, path: Path = ("projectId",)
) -> None:
    """Refuse a worker or a category that a project does not take.

    Raises:
        Refused: PROJECT_VALIDATION.

    Source: DOMAIN.md 2.
    """
    if project_id is None:
        return
    allowed = (await allowed_on([project_id])).get(project_id, [])
    if not rules.is_allowed(allowed, worker_id=worker_id, category_id=category_id):
        project = await Project.get(id=project_id)
        rules.check_allowed(allowed, project.number, worker_id=worker_id, category_id=category_id, path=path)
