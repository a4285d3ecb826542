"""Posting service orders, what was posted, and what it earned."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry
from tortoise.expressions import Q

from api.context import Context
from api.schema.agreements import ServiceAgreement
from api.schema.inputs import VERSION, MutationInput
from api.schema.items import Item
from api.schema.lists import listing
from api.schema.money import Money, cost_of, sales_of
from api.schema.mutations import Payload, action, mutation
from api.schema.nodes import Node, find_node, find_nodes, key_of, keys_of, node
from api.schema.orders.filters import ServiceOrderFilter
from api.schema.orders.types import ServiceOrder, ServiceOrderLine
from api.schema.paging import OrderEnum
from api.schema.projects import Journal, LedgerAccount, LineProperty, Project, ProjectCategory
from api.schema.scalars import CurrencyCode
from api.schema.workforce import Worker
from api.selection import column, identity, many, one, parse_id, write_id
from domain.core.actor import Permission
from domain.core.errors import Code, Refused
from domain.core.money import from_minor
from domain.core.operation import check_permission
from domain.core.rows import company_only
from domain.orders.criteria import OrderCriteria
from domain.orders.rules import Margin as DomainMargin
from domain.postings import models, operations, queries
from domain.postings.queries import MarginSubject, visible_transactions
from domain.projects.rules import TransactionType

Info = strawberry.Info[Context, None]
_VERSION = "Grows with every change; send it back as `expectedVersion`."


@node(
    models.JournalPosting,
    prefix="jpo",
    visible=company_only,
    description="What was posted to one journal at one time, under one voucher number.",
)
class JournalPosting(Node):
    """A voucher."""

    id: strawberry.ID = identity("jpo")
    number: str = column(description="The voucher number, unique per company.")
    journal: Journal = one(description="In which journal.")
    posted_at: datetime = column(description="When it was posted.")
    posted_by: str = column(description="Who posted it.")
    transactions: list["ProjectTransaction"] = many(
        order=("order_id", "line_number"),
        where=visible_transactions,
        description="What is under it.",
    )
    version: int = column(description=_VERSION)


@node(
    models.ProjectTransaction,
    prefix="ptr",
    visible=visible_transactions,
    description="What an order line cost and was sold for, once and for all.",
)
class ProjectTransaction(Node):
    """A project transaction."""

    id: strawberry.ID = identity("ptr")
    posting: JournalPosting = one(description="The voucher under which it was posted.")
    transaction_type: TransactionType = column(description="What was used and charged.")
    executed_on: date = column(description="The day it was done.")
    description: str = column(description="What it was, in a few words; may be empty.")
    order: ServiceOrder = one(description="The order it was done for.")
    line: ServiceOrderLine = one("order_line", description="The order's line that was posted.")
    project: Project = one(description="Where cost and revenue went.")
    agreement: ServiceAgreement | None = one(description="The service agreement it was done under; null for none.")
    category: ProjectCategory | None = one(description="Its project category; null when the line named none.")
    line_property: LineProperty | None = one(description="How it was charged; null: fully.")
    offset_account: LedgerAccount | None = one(
        description="What it was set off against; null when not said, and unless it was an expense."
    )
    worker: Worker | None = one(description="Who did it; null when the line named nobody.")
    item: Item | None = one(description="The item; null unless it is of type ITEM.")
    quantity: Decimal = column(description="How much, in `unit`.")
    unit: str = column(description="What the quantity is counted in.")
    currency: CurrencyCode = column(description="The currency of its amounts.")
    cost_price: Money | None = cost_of("cost_price_minor", description="What a unit cost.")
    sales_price: Money | None = sales_of("sales_price_minor", description="What a unit was sold for.")
    cost: Money | None = cost_of("cost_minor", description="What it cost altogether.")
    sales: Money | None = sales_of(
        "sales_minor", description="What is charged for it: as much of it as the line property says."
    )
    version: int = column(description=_VERSION)


# --- lists and the report --------------------------------------------------------------------------------------------


class JournalPostingOrder(OrderEnum):
    """Orders of vouchers."""

    NUMBER_ASC = ("number", "id"), "By number, as text."
    NUMBER_DESC = ("-number", "-id"), "By number, as text, the last first."
    POSTED_AT_DESC = ("-posted_at", "-id"), "The newest first."


class ProjectTransactionOrder(OrderEnum):
    """Orders of project transactions."""

    EXECUTED_ON_ASC = ("executed_on", "id"), "By day."
    EXECUTED_ON_DESC = ("-executed_on", "-id"), "By day, the last first."
    ORDER_ASC = ("order.number", "line_number", "id"), "By order and line."
    ORDER_DESC = ("-order.number", "-line_number", "-id"), "By order and line, the last first."


@strawberry.input(description="Which vouchers to list: those that meet every condition given.")
class JournalPostingFilter:
    """For `journalPostings`."""

    search: str | None = strawberry.field(default=None, description="Part of the number, in any letter case.")
    journal_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="In one of these journals.")

    def where(self) -> Q:
        """The condition on vouchers."""
        where = Q(number__icontains=self.search) if self.search else Q()
        if self.journal_ids is not None:
            where &= Q(journal_id__in=keys_of(self.journal_ids, "jrn", "journal", "filter", "journalIds"))
        return where


@strawberry.input(description="Which project transactions are meant: those that meet every condition given.")
class TransactionFilter:
    """For `projectTransactions`, and for `marginReport`."""

    order_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="Of one of these orders.")
    agreement_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Under one of these service agreements."
    )
    project_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="On one of these projects.")
    customer_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="For one of these customers.")
    from_on: date | None = strawberry.field(default=None, description="Done on this day or later.")
    to_on: date | None = strawberry.field(default=None, description="Done on this day or before.")

    def criteria(self) -> queries.MarginCriteria:
        """The conditions as the domain knows them.

        Raises:
            Refused: NOT_FOUND, INVALID.
        """
        return queries.MarginCriteria(
            order_ids=_tuple(self.order_ids, "so", "service order", "orderIds"),
            agreement_ids=_tuple(self.agreement_ids, "sa", "service agreement", "agreementIds"),
            project_ids=_tuple(self.project_ids, "prj", "project", "projectIds"),
            customer_ids=_tuple(self.customer_ids, "cus", "customer", "customerIds"),
            from_on=self.from_on,
            to_on=self.to_on,
        )


_MOST_IDS = 250


def _tuple(ids: list[strawberry.ID] | None, prefix: str, what: str, name: str) -> tuple[int, ...] | None:
    if ids is not None and len(ids) > _MOST_IDS:
        raise Refused(Code.INVALID, f"Name at most {_MOST_IDS} at once.", ("filter", name))
    return None if ids is None else tuple(keys_of(ids, prefix, what, "filter", name))


@strawberry.input(description="Which project transactions to list: those that meet every condition given.")
class ProjectTransactionFilter(TransactionFilter):
    """For `projectTransactions`."""

    search: str | None = strawberry.field(default=None, description="Part of the description, in any letter case.")
    transaction_type: list[TransactionType] | None = strawberry.field(
        default=None, description="Of one of these kinds."
    )
    invoiced: bool | None = strawberry.field(
        default=None, description="Only those of lines that are on an invoice, or only the others."
    )

    def where(self) -> Q:
        """The condition on transactions."""
        found = self.criteria()
        named: dict[str, Any] = {
            "order_id__in": found.order_ids,
            "agreement_id__in": found.agreement_ids,
            "project_id__in": found.project_ids,
            "order__customer_id__in": found.customer_ids,
            "executed_on__gte": found.from_on,
            "executed_on__lte": found.to_on,
            "transaction_type__in": self.transaction_type,
            "description__icontains": self.search or None,
            "order_line__invoice_number__not_isnull": self.invoiced,
        }
        where = Q()
        for name, value in named.items():
            if value is not None:
                condition: Any = {name: list(value) if isinstance(value, tuple) else value}
                where &= Q(**condition)
        return where


@strawberry.type(description="Posted cost and sales in one currency.")
class Margin:
    """What is left of the sales."""

    currency: CurrencyCode = strawberry.field(description="The currency of the amounts.")
    cost: Decimal = strawberry.field(description="What it cost the company.")
    sales: Decimal = strawberry.field(description="What is charged for it.")
    amount: Decimal = strawberry.field(description="Sales less cost; negative is a loss.")
    percent: Decimal | None = strawberry.field(description="The share of the sales that is left; null without sales.")


@strawberry.type(description="What one order, agreement or project has earned.")
class MarginReportLine:
    """One line of the report."""

    id: strawberry.ID = strawberry.field(description="Id of the order, agreement or project.")
    number: str = strawberry.field(description="Its number.")
    description: str = strawberry.field(description="What it is about, or its name.")
    customer_name: str | None = strawberry.field(description="Whose it is; null when nobody's.")
    transactions: int = strawberry.field(description="How many lines were posted.")
    margins: list[Margin] = strawberry.field(description="One for each currency.")


@strawberry.type(description="Posted sales less posted cost.")
class MarginReport:
    """The report."""

    lines: list[MarginReportLine] = strawberry.field(description="In order of their creation.")
    totals: list[Margin] = strawberry.field(description="Of all that the filter means, one for each currency.")
    has_next: bool = strawberry.field(description="Whether more lines follow; ask again with the last one's id.")


_PREFIXES = {MarginSubject.ORDER: "so", MarginSubject.AGREEMENT: "sa", MarginSubject.PROJECT: "prj"}
_LARGEST_REPORT = 250
_By = Annotated[MarginSubject, strawberry.argument(description="What the margins are of.")]
_Filter = Annotated[TransactionFilter | None, strawberry.argument(description="Which transactions; all unless told.")]
_Count = Annotated[int, strawberry.argument(description="How many lines, at most 250.")]
_Behind = Annotated[strawberry.ID | None, strawberry.argument(description="Go on behind the line with this id.")]


def _margin(margin: DomainMargin) -> Margin:
    return Margin(
        currency=CurrencyCode(margin.currency),
        cost=from_minor(margin.cost),
        sales=from_minor(margin.sales),
        amount=from_minor(margin.amount),
        percent=margin.percent,
    )


async def _margin_report(
    self: None,  # noqa: ARG001
    info: Info,
    by: _By = MarginSubject.ORDER,
    filter: _Filter = None,
    first: _Count = 50,
    after: _Behind = None,
) -> MarginReport:
    check_permission(info.context.actor, Permission.READ_MARGINS)
    if not 0 < first <= _LARGEST_REPORT:
        raise Refused(Code.INVALID, f"Ask for 1 to {_LARGEST_REPORT} lines.", ("first",))
    prefix = _PREFIXES[by]
    behind = 0 if after is None else parse_id(after, prefix)
    if behind is None:
        raise Refused(Code.INVALID, "This is no id of a line of this report.", ("after",))
    criteria = queries.MarginCriteria() if filter is None else filter.criteria()
    report = await queries.margin_report(by, criteria, first=first, after=behind)
    lines = [
        MarginReportLine(
            id=strawberry.ID(write_id(prefix, line.subject_id)),
            number=line.number,
            description=line.description,
            customer_name=line.customer,
            transactions=line.transactions,
            margins=[_margin(each) for each in line.margins],
        )
        for line in report.lines
    ]
    return MarginReport(lines=lines, totals=[_margin(each) for each in report.totals], has_next=report.has_next)


# --- posting ---------------------------------------------------------------------------------------------------------

_FROM_ON = "Only lines done on this day or later; any day unless given."
_TO_ON = "Only lines done on this day or before; any day unless given."
_TYPES = "Only lines of these kinds; of all unless given."


@strawberry.input(description="Which order to post, and which of its lines.")
class PostServiceOrderInput(MutationInput):
    """For `postServiceOrder`."""

    order_id: strawberry.ID = strawberry.field(description="Which order.")
    from_on: date | None = strawberry.field(default=None, description=_FROM_ON)
    to_on: date | None = strawberry.field(default=None, description=_TO_ON)
    transaction_types: list[TransactionType] | None = strawberry.field(default=None, description=_TYPES)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.PostServiceOrder:
        """The command this asks for."""
        return operations.PostServiceOrder(
            order_id=key_of(self.order_id, "so", "service order", "orderId"),
            from_on=self.from_on or date.min,
            to_on=self.to_on or date.max,
            transaction_types=_types(self.transaction_types),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which line to post.")
class PostServiceOrderLineInput(MutationInput):
    """For `postServiceOrderLine`."""

    line_id: strawberry.ID = strawberry.field(description="Which line.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.PostServiceOrderLine:
        """The command this asks for."""
        return operations.PostServiceOrderLine(
            line_id=key_of(self.line_id, "sol", "order line", "lineId"), expected_version=self.expected_version
        )


@strawberry.input(description="Which orders to post, for example all of an agreement or a project, and which lines.")
class PostServiceOrdersInput(MutationInput):
    """For `postServiceOrders`."""

    filter: ServiceOrderFilter | None = strawberry.field(
        default=None, description="Which orders: those that meet every condition given."
    )
    from_on: date | None = strawberry.field(default=None, description=_FROM_ON)
    to_on: date | None = strawberry.field(default=None, description=_TO_ON)
    transaction_types: list[TransactionType] | None = strawberry.field(default=None, description=_TYPES)
    confirm_all: bool = strawberry.field(
        default=False, description="Without any condition all orders are meant; that has to be confirmed here."
    )

    def command(self) -> operations.PostServiceOrders:
        """The command this asks for."""
        return operations.PostServiceOrders(
            criteria=OrderCriteria() if self.filter is None else self.filter.criteria(),
            from_on=self.from_on or date.min,
            to_on=self.to_on or date.max,
            transaction_types=_types(self.transaction_types),
            confirm_all=self.confirm_all,
        )


def _types(given: list[TransactionType] | None) -> frozenset[TransactionType]:
    return operations.EVERY_TYPE if given is None else frozenset(given)


@strawberry.type(description="A line that was asked for and stays open.")
class LeftServiceOrderLine:
    """What is in the way of a line."""

    line_id: strawberry.ID = strawberry.field(description="Which line.")
    line_number: int = strawberry.field(description="Its number on the order.")
    code: Code = strawberry.field(description="The code of what is in its way.")
    reason: str = strawberry.field(description="Why it was not posted, for a person.")


def _left(told: list[dict[str, Any]]) -> list[LeftServiceOrderLine]:
    return [
        LeftServiceOrderLine(
            line_id=strawberry.ID(write_id("sol", each["line_id"])),
            line_number=each["line_number"],
            code=Code(each["code"]),
            reason=each["message"],
        )
        for each in told
    ]


@strawberry.type(description="Answer of `postServiceOrder`.")
class PostServiceOrderPayload(Payload):
    """The answer of PostServiceOrder."""

    @strawberry.field(description="The order as it now is; null when refused.")
    async def service_order(self, info: Info) -> ServiceOrder | None:
        """The order."""
        found: Any = None if self.done is None else await find_node(info, self.done.result["order_id"])
        order: ServiceOrder | None = found
        return order

    @strawberry.field(description="The vouchers, one for each journal; empty when refused.")
    async def postings(self, info: Info) -> list[JournalPosting]:
        """The vouchers."""
        found: Any = [] if self.done is None else await find_nodes(info, self.done.result["posting_ids"])
        postings: list[JournalPosting] = found
        return postings

    @strawberry.field(description="The lines that were asked for and stay open.")
    def left(self) -> list[LeftServiceOrderLine]:
        """The lines that are left."""
        return [] if self.done is None else _left(self.done.result["left"])


@strawberry.type(description="What became of one order of many that were to be posted.")
class PostingOutcome:
    """One line of the report."""

    order_id: strawberry.ID = strawberry.field(description="Which order.")
    number: str = strawberry.field(description="Its number.")
    posted: int = strawberry.field(description="How many of its lines were posted.")
    left: list[LeftServiceOrderLine] = strawberry.field(description="Its lines that were asked for and stay open.")
    code: Code | None = strawberry.field(description="The code it was refused with; null when something was posted.")
    reason: str | None = strawberry.field(description="Why nothing was posted, for a person; null when something was.")


@strawberry.type(description="Answer of `postServiceOrders`.")
class PostServiceOrdersPayload(Payload):
    """The answer of PostServiceOrders."""

    @strawberry.field(description="What became of each order that has an open line of these days and kinds.")
    def outcomes(self) -> list[PostingOutcome]:
        """The report, by order of creation."""
        return [] if self.done is None else [_outcome(told) for told in self.done.result]


def _outcome(told: dict[str, Any]) -> PostingOutcome:
    return PostingOutcome(
        order_id=strawberry.ID(write_id("so", told["order_id"])),
        number=told["number"],
        posted=told["posted"],
        left=_left(told["left"]),
        code=None if told["code"] is None else Code(told["code"]),
        reason=told["message"],
    )


@strawberry.type
class PostingQueries:
    """Reading what was posted."""

    journal_postings = listing(JournalPosting, JournalPostingFilter, JournalPostingOrder.NUMBER_ASC, "Vouchers.")
    project_transactions = listing(
        ProjectTransaction,
        ProjectTransactionFilter,
        ProjectTransactionOrder.EXECUTED_ON_ASC,
        "Project transactions. Needs the permission READ_MARGINS.",
        requires=Permission.READ_MARGINS,
    )
    margin_report: MarginReport = strawberry.field(
        resolver=_margin_report,
        description="What orders, agreements or projects have earned. Needs the permission READ_MARGINS.",
    )


@strawberry.type
class PostingMutations:
    """Posting."""

    post_service_order = action(
        operations.post_service_order,
        PostServiceOrderInput,
        "Posts the signed-off lines of an order. Those with something in their way stay open and are told.",
        PostServiceOrderPayload,
    )
    post_service_order_line = mutation(
        operations.post_service_order_line,
        PostServiceOrderLineInput,
        "Posts one signed-off line.",
        line=ServiceOrderLine,
    )
    post_service_orders = action(
        operations.post_service_orders,
        PostServiceOrdersInput,
        "Posts what may be posted of every order that the filter means; each is told with what was left, and why.",
        PostServiceOrdersPayload,
    )
