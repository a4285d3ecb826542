"""Posting of service orders: signed-off lines become project transactions under vouchers, each exactly once.

The sequence of vouchers is locked first, so that postings come one after the other; then, as everywhere, an order
before its activities, and these before its lines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from domain.core.actor import Permission
from domain.core.errors import Refused
from domain.core.operation import Work, check_version, operation
from domain.core.rows import locked
from domain.numbering.models import NumberSequence
from domain.numbering.operations import number_for
from domain.orders import rules
from domain.orders.criteria import OrderCriteria, check_confirmed
from domain.orders.models import ServiceActivity, ServiceOrder, ServiceOrderLine
from domain.orders.parts import locked_line, roll_up, state_of
from domain.orders.pricing import done_on, what_is_sold
from domain.orders.queries import visible_orders
from domain.orders.rules import LineState, LineStatus, Posting, PostingRules, PostingRun, minor_units
from domain.parameters.queries import CompanyParameters, company_parameters
from domain.postings.models import JournalPosting, ProjectTransaction
from domain.projects.models import LineProperty, Project
from domain.projects.queries import Sold, allowed_on, prices_for
from domain.projects.rules import FULLY, TransactionType, is_allowed

ANY_DAY = (date.min, date.max)
EVERY_TYPE = frozenset(TransactionType)


@dataclass(frozen=True, slots=True)
class PostServiceOrder:
    """Which order, and of its lines those of these days and types, or those named."""

    order_id: int
    from_on: date = date.min
    to_on: date = date.max
    transaction_types: frozenset[TransactionType] = EVERY_TYPE
    expected_version: int | None = None


@operation(requires=Permission.APPROVE_POSTING)
async def post_service_order(work: Work, command: PostServiceOrder) -> dict[str, Any]:
    """Post the lines of an order that may be posted; the others stay open, and are told with what is in their way.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID, STAGE_FORBIDS_POST, AGREEMENT_REQUIRED, LINE_NOT_OPEN,
            NOT_SIGNED_OFF, PROJECT_REQUIRED, PROJECT_VALIDATION, JOURNAL_MISSING, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 5.3, 5.6.
    """
    run = PostingRun(command.from_on, command.to_on, command.transaction_types)
    rules.check_posting_run(run)
    books = await _opened()
    order = await locked(ServiceOrder, command.order_id, "service order", "orderId")
    await check_version(order, command.expected_version)
    told = await _post(work, order, run, books)
    return {"order_id": order.id, "posting_ids": books.posting_ids, "left": told["left"]}


@dataclass(frozen=True, slots=True)
class PostServiceOrderLine:
    """Which line."""

    line_id: int
    expected_version: int | None = None


@operation(requires=Permission.APPROVE_POSTING)
async def post_service_order_line(work: Work, command: PostServiceOrderLine) -> int:
    """Post one line.

    Raises:
        Refused: as `post_service_order`, the line being at fault.

    Source: DOMAIN.md 5.3, 5.6.
    """
    books = await _opened()
    line, order = await locked_line(command.line_id)
    await check_version(line, command.expected_version)
    run = PostingRun(*ANY_DAY, line_numbers=frozenset({line.line_number}))
    await _post(work, order, run, books, ("lineId",))
    return line.id


@dataclass(frozen=True, slots=True)
class PostServiceOrders:
    """Which orders, and of their lines those of these days and types."""

    criteria: OrderCriteria = field(default_factory=OrderCriteria)
    from_on: date = date.min
    to_on: date = date.max
    transaction_types: frozenset[TransactionType] = EVERY_TYPE
    confirm_all: bool = False


@operation(requires=Permission.APPROVE_POSTING)
async def post_service_orders(work: Work, command: PostServiceOrders) -> list[dict[str, Any]]:
    """Post what may be posted of every order that meets the criteria: of an agreement, of a project, of all.

    Orders without an open line of these days and types are passed over. The others are all in the report, each with the
    number of lines that were posted, what was left and why, or why nothing was posted.

    Raises:
        Refused: CONFIRM_ALL_REQUIRED, INVALID, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 5.3, 5.6.
    """
    check_confirmed(command.criteria, confirm_all=command.confirm_all)
    run = PostingRun(command.from_on, command.to_on, command.transaction_types)
    rules.check_posting_run(run)
    books = await _opened()
    meant = ServiceOrder.filter(visible_orders(work.actor) & command.criteria.where(), lines__status=LineStatus.CREATED)
    report: list[dict[str, Any]] = []
    for order_id in sorted({int(str(each)) for each in await meant.values_list("id", flat=True)}):
        order = await ServiceOrder.filter(id=order_id).select_for_update().first()
        if order is None:
            continue
        told: dict[str, Any] = {"order_id": order_id, "number": order.number, "code": None, "message": None}
        try:
            done = await _post(work, order, run, books, passes_over=True)
        except Refused as refused:
            first = refused.refusals[0]
            told |= {"posted": 0, "left": [], "code": first.code.value, "message": first.message}
        else:
            if done is None:
                continue
            told |= done
        report.append(told)
    return report


# --- steps -----------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Books:
    """The journals of one posting, and the vouchers opened in them so far."""

    parameters: CompanyParameters
    vouchers: dict[int, JournalPosting] = field(default_factory=dict)

    @property
    def rules(self) -> PostingRules:
        """What the company's parameters say about posting."""
        journals = frozenset(each for each in TransactionType if self.journal_of(each) is not None)
        return PostingRules(journals, self.parameters.allow_without_service_agreement)

    @property
    def posting_ids(self) -> list[int]:
        """The vouchers' ids."""
        return sorted(voucher.id for voucher in self.vouchers.values())

    def journal_of(self, transaction_type: TransactionType) -> int | None:
        """The journal that lines of a type are posted to."""
        journal_id: int | None = getattr(self.parameters, f"journal_{transaction_type.lower()}_id")
        return journal_id

    async def voucher_for(self, work: Work, transaction_type: TransactionType) -> JournalPosting:
        """The voucher for lines of a type; the first line of a journal opens it."""
        journal_id = self.journal_of(transaction_type) or 0
        if journal_id not in self.vouchers:
            made = JournalPosting(
                number=await number_for(work, JournalPosting, None),
                journal_id=journal_id,
                posted_at=work.now,
                posted_by=work.actor.name[:120],
            )
            self.vouchers[journal_id] = await work.create(made, "journal_posting_created")
        return self.vouchers[journal_id]


async def _opened() -> _Books:
    # Held until the commit: two postings that lock each other's orders would wait for each other.
    await NumberSequence.filter(code="journal_posting").select_for_update().first()
    return _Books(await company_parameters())


async def _post(
    work: Work,
    order: ServiceOrder,
    run: PostingRun,
    books: _Books,
    path: tuple[str, ...] = ("orderId",),
    *,
    passes_over: bool = False,
) -> Any:
    """Post a locked order; gives how many lines were posted, and which were left. None when it was passed over."""
    activities = await ServiceActivity.filter(order_id=order.id, closed=False).order_by("id").select_for_update()
    lines = await ServiceOrderLine.filter(order_id=order.id).order_by("line_number").select_for_update()
    states = await _states(work, order, lines)
    if passes_over and not rules.lines_asked_for(states, run):
        return None
    plan = rules.plan_posting(await state_of(order, lines), states, run, books.rules, path)
    chosen = [line for line in lines if line.line_number in plan.line_numbers]
    await _write(work, order, chosen, books, {state.number: state.executes_on for state in states})
    await _close_visits(work, activities, lines)
    await roll_up(work, order, "service_order_posted")
    return {"posted": len(chosen), "left": _left(plan, lines)}


async def _states(work: Work, order: ServiceOrder, lines: Sequence[ServiceOrderLine]) -> list[LineState]:
    """What of the lines decides whether they are posted."""
    projects = {line.id: what_is_sold(order, line).project_id for line in lines}
    allowed = await allowed_on(each for each in projects.values() if each is not None)
    return [
        LineState(
            number=line.line_number,
            status=line.status,
            transaction_type=line.transaction_type,
            executes_on=await done_on(work, order, line),
            signed_off=line.signed_off_at is not None,
            project_id=projects[line.id],
            is_allowed=is_allowed(
                allowed.get(projects[line.id] or 0, ()), worker_id=line.worker_id, category_id=line.category_id
            ),
        )
        for line in lines
    ]


async def _write(
    work: Work, order: ServiceOrder, lines: Sequence[ServiceOrderLine], books: _Books, days: dict[int, date]
) -> None:
    """Write a transaction for each line, at the price somebody typed, or that holds on the day it was done."""
    company = books.parameters.currency
    sold = [Sold(what_is_sold(order, line), line.currency or company, days[line.line_number]) for line in lines]
    found = await prices_for(sold)
    projects = {
        row.id: row for row in await Project.filter(id__in=sorted({each.what.project_id or 0 for each in sold}))
    }
    properties = await _properties(order, lines, projects)
    for line, what, prices in zip(lines, sold, found, strict=True):
        cost = _first(prices.cost_minor, line.cost_price_minor)
        sales = _first(None if line.sales_price_modified else prices.sales_minor, line.sales_price_minor)
        charged, project = properties[line.id], projects[what.what.project_id or 0]
        voucher = await books.voucher_for(work, line.transaction_type)
        percent = FULLY if charged is None else charged.chargeable_percent
        transaction = ProjectTransaction(
            posting_id=voucher.id,
            order_id=order.id,
            line_number=line.line_number,
            order_line_id=line.id,
            project_id=project.id,
            agreement_id=order.agreement_id,
            transaction_type=line.transaction_type,
            executed_on=what.on,
            description=line.description,
            category_id=line.category_id,
            line_property_id=None if charged is None else charged.id,
            offset_account_id=_offset_account(line, project),
            worker_id=line.worker_id,
            item_id=line.item_id,
            quantity=line.quantity,
            unit=line.unit,
            currency=what.currency,
            cost_price_minor=cost,
            sales_price_minor=sales,
            cost_minor=minor_units(line.quantity, _price(cost)),
            sales_minor=minor_units(line.quantity * percent / FULLY, _price(sales)),
        )
        await work.create(transaction, "project_transaction_created")
        await work.change(
            line,
            "service_order_line_posted",
            status=LineStatus.POSTED,
            executes_on=what.on,
            currency=what.currency,
            cost_price_minor=cost,
            sales_price_minor=sales,
        )


async def _properties(
    order: ServiceOrder, lines: Sequence[ServiceOrderLine], projects: Mapping[int, Project]
) -> dict[int, LineProperty | None]:
    """How each line is charged: as it says itself, else as its project does."""
    project_ids = {line.id: what_is_sold(order, line).project_id or 0 for line in lines}
    chosen = {line.id: line.line_property_id or projects[project_ids[line.id]].line_property_id for line in lines}
    found = {row.id: row for row in await LineProperty.filter(id__in=sorted({each or 0 for each in chosen.values()}))}
    return {line.id: found.get(chosen[line.id] or 0) for line in lines}


def _offset_account(line: ServiceOrderLine, project: Project) -> int | None:
    """What an expense is set off against: as it says itself, else as its project does; nothing else is."""
    if line.transaction_type is not TransactionType.EXPENSE:
        return None
    return line.offset_account_id or project.expense_offset_account_id


async def _close_visits(work: Work, activities: Sequence[ServiceActivity], lines: Sequence[ServiceOrderLine]) -> None:
    """Close the visits of which lines were posted, and none is open any more.

    Source: docs/decisions.md, posting is final.
    """
    for activity in activities:
        statuses = {line.status for line in lines if line.activity_id == activity.id}
        if LineStatus.POSTED in statuses and LineStatus.CREATED not in statuses:
            await work.change(activity, "activity_closed", closed=True)


def _left(plan: Posting, lines: Sequence[ServiceOrderLine]) -> list[dict[str, Any]]:
    ids = {line.line_number: line.id for line in lines}
    return [
        {
            "line_id": ids[left.number],
            "line_number": left.number,
            "code": left.refusals[0].code.value,
            "message": left.refusals[0].message,
        }
        for left in plan.left
    ]


def _first(*amounts: int | None) -> int:
    """The first amount that is known; nothing costs nothing."""
    return next((amount for amount in amounts if amount is not None), 0)


def _price(minor: int) -> Decimal:
    return Decimal(minor) / 100
