"""Rows as they would stand after earlier work: each has what it needs, and no event was logged.

Whatever a test is about it says itself, as a keyword named like the column; the rest is filled in.
"""

from datetime import date, time
from decimal import Decimal
from itertools import count
from typing import Any

from domain.access.models import User
from domain.calendar_feeds.models import CalendarFeed
from domain.calendars.models import Calendar, CalendarHoliday, CalendarHours
from domain.core.actor import Role
from domain.customers.models import Address, Contact, Customer
from domain.items.models import Item
from domain.items.rules import ItemType
from domain.numbering.models import NumberSequence
from domain.numbering.operations import SEQUENCES
from domain.orders.models import (
    ActivityType,
    ItemRequirement,
    ServiceActivity,
    ServiceOrder,
    ServiceOrderLine,
    StageReason,
)
from domain.orders.rules import OrderOrigin
from domain.parameters.models import ServiceManagementParameters
from domain.projects.models import (
    Journal,
    LedgerAccount,
    Project,
    ProjectCategory,
    ProjectGroup,
    ProjectPrice,
    ProjectValidation,
)
from domain.projects.rules import ProjectType, TransactionType
from domain.service_objects.models import ServiceTask
from domain.stages.models import ActivityPhase, Stage, StageReasonCode
from domain.stages.rules import ReasonType
from domain.webhooks.models import Webhook, WebhookDelivery
from domain.workforce.models import DispatchTeam, Worker
from domain.workforce.rules import WorkerType
from tests.builders.times import MONDAY

_counts = count(1)

WORKDAYS = (1, 2, 3, 4, 5)


def _number(prefix: str) -> str:
    return f"{prefix}{next(_counts)}"


def _filled(columns: dict[str, Any], **defaults: Any) -> dict[str, Any]:
    return defaults | columns


async def number_sequences(*codes: str, following: int = 10001) -> None:
    """The sequences of these codes, or all the product knows, each at `following`."""
    for code in codes or SEQUENCES:
        await NumberSequence.create(code=code, prefix=SEQUENCES[code], next=following)


async def the_parameters(**columns: Any) -> ServiceManagementParameters:
    """The company's settings, saved."""
    return await ServiceManagementParameters.create(**_filled(columns, id=1, company_name="Nordhavn Service A/S"))


async def a_calendar(
    *, weekdays: tuple[int, ...] = WORKDAYS, opens: time = time(8), closes: time = time(16), **columns: Any
) -> Calendar:
    """A calendar that is open on these weekdays, Monday to Friday unless told."""
    calendar = await Calendar.create(
        **_filled(columns, number=_number("CAL-B"), name="Office hours", time_zone="Europe/Copenhagen")
    )
    for weekday in weekdays:
        await CalendarHours.create(
            calendar_id=calendar.id, weekday=weekday, opens_minute=_minute(opens), closes_minute=_minute(closes) or 1440
        )
    return calendar


async def a_holiday(calendar: Calendar, **columns: Any) -> CalendarHoliday:
    """A closed day of `calendar`: Christmas Day unless told."""
    return await CalendarHoliday.create(
        **_filled(columns, calendar_id=calendar.id, on_date=date(2026, 12, 25), name="Christmas Day")
    )


def _minute(at: time) -> int:
    return at.hour * 60 + at.minute


async def a_customer(**columns: Any) -> Customer:
    """A customer."""
    return await Customer.create(**_filled(columns, number=_number("CUS-B"), name="Havnens Køl ApS"))


async def a_contact(customer: Customer | None = None, **columns: Any) -> Contact:
    """A contact of `customer`, or of a new one."""
    customer_id = (customer or await a_customer()).id
    return await Contact.create(**_filled(columns, number=_number("CON-B"), name="Bo Holm", customer_id=customer_id))


async def an_address(customer: Customer | None = None, **columns: Any) -> Address:
    """A site of `customer`, or of a new one."""
    number = _number("ADR-B")
    return await Address.create(
        **_filled(
            columns,
            number=number,
            name=f"Site {number}",
            street="Søndre Kaj 4",
            postal_code="2150",
            city="Nordhavn",
            customer_id=(customer or await a_customer()).id,
        )
    )


async def a_worker(**columns: Any) -> Worker:
    """An active employee in no team."""
    return await Worker.create(**_filled(columns, number=_number("WRK-B"), name="Meg Madsen", type=WorkerType.EMPLOYEE))


async def a_team(*members: Worker, **columns: Any) -> DispatchTeam:
    """A dispatch team of these workers, owned by a new employee unless told."""
    if not {"owner", "owner_id"} & columns.keys():
        columns["owner_id"] = (await a_worker(name="Ole Owner")).id
    team = await DispatchTeam.create(**_filled(columns, number=_number("TEAM-B"), name="Copenhagen North"))
    for member in members:
        member.team_id = team.id
        await member.save(update_fields=["team_id"])
    return team


async def a_project(**columns: Any) -> Project:
    """A time-and-material project of no customer."""
    return await Project.create(
        **_filled(columns, number=_number("PRJ-B"), name="Cold chain", type=ProjectType.TIME_AND_MATERIAL)
    )


async def a_project_category(**columns: Any) -> ProjectCategory:
    """A category for hours."""
    return await ProjectCategory.create(
        **_filled(columns, number=_number("CAT-B"), name="Service hours", transaction_type=TransactionType.HOUR)
    )


async def a_ledger_account(**columns: Any) -> LedgerAccount:
    """A ledger account."""
    return await LedgerAccount.create(**_filled(columns, number=_number("58"), name="Owed to employees"))


async def a_project_group(**columns: Any) -> ProjectGroup:
    """A project group."""
    return await ProjectGroup.create(**_filled(columns, number=_number("PGR-B"), name="Service"))


async def a_journal(**columns: Any) -> Journal:
    """A journal for hours."""
    return await Journal.create(
        **_filled(columns, number=_number("JRN-B"), name="Hours", transaction_type=TransactionType.HOUR)
    )


async def a_price(**columns: Any) -> ProjectPrice:
    """What an hour costs, 410.00, and is sold for, 695.00, from 2026 on, in DKK."""
    return await ProjectPrice.create(
        **_filled(
            columns,
            number=_number("PRI-B"),
            transaction_type=TransactionType.HOUR,
            starts_on=date(2026, 1, 1),
            currency="DKK",
            cost_price_minor=41000,
            sales_price_minor=69500,
        )
    )


async def a_validation(project: Project, **columns: Any) -> ProjectValidation:
    """That somebody may do something on `project`."""
    return await ProjectValidation.create(**_filled(columns, number=_number("PVL-B"), project_id=project.id))


async def an_item(**columns: Any) -> Item:
    """An item counted in pieces."""
    return await Item.create(
        **_filled(columns, number=_number("ITM-B"), name="Fan belt", type=ItemType.ITEM, unit="pcs")
    )


async def a_service_task(**columns: Any) -> ServiceTask:
    """A service task."""
    return await ServiceTask.create(**_filled(columns, number=_number("TSK-B"), name="Inspection"))


async def an_activity_type(**columns: Any) -> ActivityType:
    """An activity type."""
    return await ActivityType.create(**_filled(columns, number=_number("ACT-B"), name="Repair visit"))


async def an_activity_phase(**columns: Any) -> ActivityPhase:
    """An activity phase."""
    return await ActivityPhase.create(**_filled(columns, number=_number("PHS-B"), name="Under way"))


async def a_stage(parent: Stage | None = None, **columns: Any) -> Stage:
    """A stage after `parent`, or the one in which orders begin; it allows everything unless told."""
    if parent is not None:
        columns["parent_id"] = parent.id
        if not parent.has_next:
            parent.has_next = True
            await parent.save(update_fields=["has_next"])
    allowed = dict.fromkeys(("allow_delete", "allow_modify", "allow_cancel", "allow_post"), True)
    return await Stage.create(**_filled(columns, number=_number("STG-B"), name="In process", **allowed))


async def a_stage_reason_code(**columns: Any) -> StageReasonCode:
    """A code of reasons."""
    return await StageReasonCode.create(**_filled(columns, number=_number("SRC-B"), name="Customer cancelled"))


async def a_stage_reason(order: ServiceOrder, **columns: Any) -> StageReason:
    """A reason noted on an order that is in a stage."""
    if "code_id" not in columns:
        columns["code_id"] = (await a_stage_reason_code()).id
    return await StageReason.create(
        **_filled(
            columns,
            order_id=order.id,
            line_number=await StageReason.filter(order_id=order.id).count() + 1,
            stage_id=order.stage_id,
            type=ReasonType.MANUAL,
            created_at=MONDAY,
            created_by="Dina Dispatcher",
        )
    )


async def an_order(customer: Customer | None = None, **columns: Any) -> ServiceOrder:
    """An order of `customer`, or of a new one, without lines and activities."""
    return await ServiceOrder.create(
        **_filled(
            columns,
            number=_number("SO-B"),
            description="Cold room does not cool",
            customer_id=(customer or await a_customer()).id,
            created_at=MONDAY,
        )
    )


async def a_line(order: ServiceOrder | None = None, **columns: Any) -> ServiceOrderLine:
    """An open line of one hour on `order`, or on a new one, that belongs to no activity."""
    order_id = (order or await an_order()).id
    return await ServiceOrderLine.create(
        **_filled(
            columns,
            order_id=order_id,
            line_number=await ServiceOrderLine.filter(order_id=order_id).count() + 1,
            transaction_type=TransactionType.HOUR,
            quantity=Decimal(1),
        )
    )


async def a_web_order(customer: Customer | None = None, **columns: Any) -> ServiceOrder:
    """An order of `customer`, or of a new one, that came over the web and waits."""
    return await an_order(customer, **_filled(columns, origin=OrderOrigin.WEB, incoming_web_order=True))


async def a_requirement(order: ServiceOrder | None = None, **columns: Any) -> ItemRequirement:
    """One piece of a new item that `order`, or a new one, requires."""
    order = order or await an_order()
    if "project_id" not in columns:
        columns["project_id"] = order.project_id or (await a_project()).id
    if "item_id" not in columns:
        columns["item_id"] = (await an_item()).id
    order.has_item_requirements = True
    await order.save(update_fields=["has_item_requirements"])
    return await ItemRequirement.create(
        **_filled(
            columns,
            order_id=order.id,
            line_number=await ItemRequirement.filter(order_id=order.id).count() + 1,
            quantity=Decimal(1),
            unit="pcs",
        )
    )


async def an_activity(order: ServiceOrder | None = None, **columns: Any) -> ServiceActivity:
    """An open activity on `order`, or on a new one, with neither worker nor time."""
    order = order or await an_order()
    return await ServiceActivity.create(
        **_filled(columns, number=_number(f"{order.number}-"), title="Repair", order_id=order.id)
    )


async def a_user(**columns: Any) -> User:
    """A dispatcher who has no password."""
    number = next(_counts)
    return await User.create(
        **_filled(columns, email=f"user{number}@example.test", name="Dina Dispatcher", role=Role.DISPATCHER)
    )


async def a_webhook(**columns: Any) -> Webhook:
    """A webhook that is told everything from the log's beginning."""
    return await Webhook.create(
        **_filled(
            columns,
            number=_number("WHK-B"),
            name="Route planner",
            url="https://example.com/tavle",
            signing_secret="whsec_" + "a" * 40,
            subject_types=[],
            position=0,
            created_at=MONDAY,
        )
    )


async def a_calendar_feed(**columns: Any) -> CalendarFeed:
    """A feed that the office made of a new worker's visits, unless told whose."""
    if not {"worker_id", "customer_id"} & columns.keys():
        columns["worker_id"] = (await a_worker()).id
    return await CalendarFeed.create(
        **_filled(columns, name="Phone", token_hash=f"hash {next(_counts)}", created_at=MONDAY)
    )


async def a_webhook_delivery(webhook: Webhook | None = None, **columns: Any) -> WebhookDelivery:
    """A message that waits to be sent, to `webhook` or to a new one that rests."""
    return await WebhookDelivery.create(
        **_filled(
            columns,
            webhook_id=(webhook or await a_webhook(active=False)).id,
            seq=1,
            message_id="evt_000000000000_1",
            kind="customer_created",
            subject_type="customer",
            subject_id=1,
            payload="{}",
            due_at=MONDAY,
            created_at=MONDAY,
        )
    )
