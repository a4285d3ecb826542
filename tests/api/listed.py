"""The lists of the schema: how their rows come about, what is selected of them, how they are filtered and ordered."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from domain.access.models import ApiToken
from domain.core.actor import Role
from domain.planning.models import PlanningRun
from domain.projects.rules import TransactionType
from domain.stages.models import Stage
from domain.webhooks.rules import DeliveryStatus
from tests.builders import agreed, rows
from tests.builders.posted import a_posting, a_transaction
from tests.builders.times import MONDAY

Make = Callable[[int, str], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class Listed:
    """One list: `make` makes its row of a place and a name.

    `filter` and `order` are the names of its input types. `only` is a condition that the rows at `kept` of five meet.
    """

    name: str
    filter: str
    order: str
    make: Make
    selection: str
    only: dict[str, Any]
    kept: tuple[int, ...]
    key: str = "name"
    ascending: str = "NAME_ASC"
    descending: str = "NAME_DESC"


def _number(place: int) -> str:
    return f"Z-{place:03}"


async def _customer(place: int, name: str) -> object:
    customer = await rows.a_customer(number=_number(place), name=name, active=place % 2 == 0)
    await rows.a_contact(customer)
    return await rows.an_address(customer)


async def _contact(place: int, name: str) -> object:
    return await rows.a_contact(number=_number(place), name=name)


async def _address(place: int, name: str) -> object:
    return await rows.an_address(number=_number(place), name=name)


async def _worker(place: int, name: str) -> object:
    calendar = await rows.a_calendar(weekdays=(1,))
    worker = await rows.a_worker(
        number=_number(place),
        name=name,
        type="CONTRACTOR" if place % 2 else "EMPLOYEE",
        active=place > 0,
        calendar_id=calendar.id,
    )
    await rows.a_team(worker)
    return worker


async def _team(place: int, name: str) -> object:
    members = [await rows.a_worker(), await rows.a_worker()]
    return await rows.a_team(*members, number=_number(place), name=name)


async def _calendar(place: int, name: str) -> object:
    calendar = await rows.a_calendar(number=_number(place), name=name, weekdays=(1, 2))
    return await rows.a_holiday(calendar)


async def _project(place: int, name: str) -> object:
    customer_id = (await rows.a_customer()).id
    return await rows.a_project(number=_number(place), name=name, customer_id=customer_id, active=place != 3)


async def _category(place: int, name: str) -> object:
    return await rows.a_project_category(
        number=_number(place), name=name, transaction_type="FEE" if place == 2 else "HOUR"
    )


async def _item(place: int, name: str) -> object:
    return await rows.an_item(number=_number(place), name=name, type="SERVICE" if place in {0, 4} else "ITEM")


async def _stage(place: int, name: str) -> object:
    root = await Stage.get_or_none(parent_id__isnull=True)
    return await rows.a_stage(root, number=_number(place), name=name)


async def _stage_reason_code(place: int, name: str) -> object:
    return await rows.a_stage_reason_code(number=_number(place), name=name)


async def _task(place: int, name: str) -> object:
    return await rows.a_service_task(number=_number(place), name=name)


async def _activity_phase(place: int, name: str) -> object:
    return await rows.an_activity_phase(number=_number(place), name=name)


async def _activity_type(place: int, name: str) -> object:
    return await rows.an_activity_type(number=_number(place), name=name)


async def _user(place: int, name: str) -> object:
    worker_id = (await rows.a_worker()).id
    return await rows.a_user(name=name, worker_id=worker_id, active=place > 1)


async def _token(place: int, name: str) -> object:
    user = await rows.a_user(name=name, role=Role.INTEGRATION)
    return await ApiToken.create(
        user_id=user.id,
        name=name,
        token_hash=name,
        scopes=["READ", "DISPATCH"],
        created_at=MONDAY + timedelta(hours=place),
        ended_at=MONDAY if place == 4 else None,
    )


async def _order(place: int, name: str) -> object:
    stage = await Stage.get_or_none(parent_id__isnull=True) or await rows.a_stage()
    priority = "HIGH" if place == 1 else "LOW"
    order = await rows.an_order(number=_number(place), description=name, priority=priority, stage_id=stage.id)
    await rows.a_stage_reason(order)
    await rows.a_line(order, worker_id=(await rows.a_worker()).id)
    return await rows.an_activity(order)


async def _requirement(place: int, name: str) -> object:
    return await rows.a_requirement(
        description=name,
        required_on=MONDAY.date() + timedelta(days=place),
        delivered_at=MONDAY if place == 2 else None,
    )


async def _activity(place: int, name: str) -> object:
    worker = await rows.a_worker()
    await rows.a_team(worker)
    starts_at = MONDAY + timedelta(hours=place)
    return await rows.an_activity(
        await rows.an_order(),
        number=_number(place),
        title=name,
        worker_id=worker.id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=30),
        closed=place == 0,
    )


async def _line_property(place: int, name: str) -> object:
    return await agreed.a_line_property(number=_number(place), name=name)


async def _object_group(place: int, name: str) -> object:
    return await agreed.a_service_object_group(number=_number(place), name=name)


async def _service_object(place: int, name: str) -> object:
    item_id = (await rows.an_item()).id
    return await agreed.a_service_object(number=_number(place), name=name, item_id=item_id, serial_number="7")


async def _service_level(place: int, name: str) -> object:
    calendar = await rows.a_calendar()
    level = agreed.a_service_level
    return await level(number=_number(place), name=name, calendar_id=calendar.id, suspended=place in (1, 3))


async def _agreement_group(place: int, name: str) -> object:
    sla_id = (await agreed.a_service_level()).id
    return await agreed.an_agreement_group(number=_number(place), name=name, sla_id=sla_id)


async def _template_group(place: int, name: str) -> object:
    group = await agreed.a_template_group(number=_number(place), name=name)
    await agreed.a_template_group(name="Below", parent_id=group.id)
    return await agreed.an_agreement_line(await agreed.an_agreement(template_group_id=group.id))


async def _interval(place: int, name: str) -> object:
    return await agreed.a_service_interval(number=_number(place), name=name)


async def _window(place: int, name: str) -> object:
    return await agreed.a_time_window(number=_number(place), name=name)


async def _agreement(place: int, name: str) -> object:
    project_id = (await rows.a_project(customer_id=(await rows.a_customer()).id)).id
    agreement = await agreed.an_agreement(
        number=_number(place), description=name, project_id=project_id, suspended=place in {1, 2}
    )
    relation, task = await agreed.a_related_object(agreement), await agreed.a_related_task(agreement)
    return await agreed.an_agreement_line(agreement, object_relation_id=relation.id, task_id=task.task_id)


async def _project_group(place: int, name: str) -> object:
    return await rows.a_project_group(number=_number(place), name=name)


async def _ledger_account(place: int, name: str) -> object:
    return await rows.a_ledger_account(number=_number(place), name=name)


async def _journal(place: int, name: str) -> object:
    return await rows.a_journal(number=_number(place), name=name)


async def _price(place: int, name: str) -> object:
    kind = TransactionType.FEE if place == 2 else TransactionType.HOUR
    category = await rows.a_project_category(name="Rate", transaction_type=kind)
    project, worker = await rows.a_project(), await rows.a_worker()
    await rows.a_validation(project, worker_id=worker.id)
    named = {"project_id": project.id, "category_id": category.id, "worker_id": worker.id}
    return await rows.a_price(number=name, transaction_type=kind, **named)


async def _planning_run(place: int, name: str) -> object:
    statuses = ("STOPPED", "DONE", "STOPPED", "FAILED", "DONE")
    return await PlanningRun.create(
        status=statuses[place % 5],
        from_on=date(2026, 6, 1),
        to_on=date(2026, 6, 30),
        transaction_types=["HOUR"],
        agreements_total=1,
        created_at=MONDAY + timedelta(minutes=place),
        created_by=name,
    )


async def _webhook(place: int, name: str) -> object:
    return await rows.a_webhook(number=_number(place), name=name, active=place == 2)


async def _calendar_feed(place: int, name: str) -> object:
    return await rows.a_calendar_feed(name=name, ended_at=MONDAY if place == 2 else None)


async def _delivery(place: int, name: str) -> object:
    status = DeliveryStatus.DEAD if place == 4 else DeliveryStatus.PENDING
    return await rows.a_webhook_delivery(seq=place, message_id=name, status=status)


async def _posting(place: int, name: str) -> object:
    journal = await rows.a_journal()
    posting = await a_posting(number=name, journal_id=journal.id, posted_at=MONDAY + timedelta(hours=place))
    return await a_transaction(posting_id=posting.id)


async def _transaction(place: int, name: str) -> object:
    kind = TransactionType.FEE if place == 4 else TransactionType.HOUR
    worker, category = await rows.a_worker(), await rows.a_project_category()
    return await a_transaction(
        description=name,
        transaction_type=kind,
        executed_on=MONDAY.date() + timedelta(days=place),
        worker_id=worker.id,
        category_id=category.id,
    )


_TWO = {"numbers": [_number(1), _number(3), "Z-404"]}

LISTS = [
    Listed(
        "customers",
        "ActiveRecordFilter",
        "RecordOrder",
        _customer,
        "contacts { name customer { name } } addresses { city }",
        {"active": True},
        (0, 2, 4),
    ),
    Listed("contacts", "RecordFilter", "RecordOrder", _contact, "customer { name }", _TWO, (1, 3)),
    Listed("addresses", "AddressFilter", "RecordOrder", _address, "customer { contacts { name } }", _TWO, (1, 3)),
    Listed(
        "workers",
        "WorkerFilter",
        "RecordOrder",
        _worker,
        "calendar { hours { opens } } team { owner { name } workers { name } }",
        {"active": True, "type": ["EMPLOYEE"]},
        (2, 4),
    ),
    Listed(
        "dispatchTeams",
        "RecordFilter",
        "RecordOrder",
        _team,
        "owner { name } workers { name team { name } }",
        _TWO,
        (1, 3),
    ),
    Listed("calendars", "RecordFilter", "RecordOrder", _calendar, "hours { opens } holidays { on }", _TWO, (1, 3)),
    Listed("projects", "ProjectFilter", "RecordOrder", _project, "customer { name }", {"active": False}, (3,)),
    Listed(
        "projectCategories",
        "ProjectCategoryFilter",
        "RecordOrder",
        _category,
        "version",
        {"transactionType": ["FEE", "ITEM"]},
        (2,),
    ),
    Listed("projectGroups", "RecordFilter", "RecordOrder", _project_group, "version", _TWO, (1, 3)),
    Listed("ledgerAccounts", "RecordFilter", "RecordOrder", _ledger_account, "version", _TWO, (1, 3)),
    Listed("journals", "RecordFilter", "RecordOrder", _journal, "transactionType showStartEndTime", _TWO, (1, 3)),
    Listed(
        "projectPrices",
        "ProjectPriceFilter",
        "ProjectPriceOrder",
        _price,
        "project { name validations { number } } category { name } worker { name } item { name } costPrice { amount }",
        {"transactionType": ["FEE"]},
        (2,),
        key="number",
        ascending="NUMBER_ASC",
        descending="NUMBER_DESC",
    ),
    Listed(
        "journalPostings",
        "JournalPostingFilter",
        "JournalPostingOrder",
        _posting,
        "postedBy journal { name } transactions { cost { amount } order { number } line { status } }",
        {"search": "Zeta 3"},
        (3,),
        key="number",
        ascending="NUMBER_ASC",
        descending="NUMBER_DESC",
    ),
    Listed(
        "projectTransactions",
        "ProjectTransactionFilter",
        "ProjectTransactionOrder",
        _transaction,
        "posting { number journal { name } } order { customer { name } } project { name } worker { name }"
        " category { name } agreement { number } costPrice { amount } sales { amount } line { lineNumber }",
        {"transactionType": ["FEE"], "fromOn": "2026-11-24"},
        (4,),
        key="description",
        ascending="EXECUTED_ON_ASC",
        descending="EXECUTED_ON_DESC",
    ),
    Listed("items", "ItemFilter", "RecordOrder", _item, "unit", {"type": ["SERVICE"]}, (0, 4)),
    Listed("stages", "RecordFilter", "RecordOrder", _stage, "parent { name } children { name } version", _TWO, (1, 3)),
    Listed("stageReasonCodes", "RecordFilter", "RecordOrder", _stage_reason_code, "version", _TWO, (1, 3)),
    Listed("lineProperties", "RecordFilter", "RecordOrder", _line_property, "version", _TWO, (1, 3)),
    Listed("serviceObjectGroups", "RecordFilter", "RecordOrder", _object_group, "version", _TWO, (1, 3)),
    Listed(
        "serviceObjects",
        "ServiceObjectFilter",
        "RecordOrder",
        _service_object,
        "serialNumber group { name } item { name }",
        _TWO,
        (1, 3),
    ),
    Listed(
        "serviceLevels",
        "ServiceLevelFilter",
        "RecordOrder",
        _service_level,
        "days hours minutes calendar { name } suspended version",
        {"suspended": True},
        (1, 3),
    ),
    Listed("agreementGroups", "RecordFilter", "RecordOrder", _agreement_group, "sla { name } version", _TWO, (1, 3)),
    Listed(
        "templateGroups",
        "TemplateGroupFilter",
        "RecordOrder",
        _template_group,
        "parent { name } children { name } templates { number lines { lineNumber } }",
        _TWO,
        (1, 3),
    ),
    Listed("serviceIntervals", "RecordFilter", "RecordOrder", _interval, "range frequency", _TWO, (1, 3)),
    Listed("timeWindows", "RecordFilter", "RecordOrder", _window, "method daysBefore", _TWO, (1, 3)),
    Listed(
        "serviceAgreements",
        "ServiceAgreementFilter",
        "ServiceAgreementOrder",
        _agreement,
        "project { customer { name } } lines { task { name } objectRelation { object { name } } } "
        "objectRelations { number } taskRelations { taskName internalNote }",
        {"suspended": True, "template": False, "validOn": "2026-06-01"},
        (1, 2),
        key="description",
        ascending="NUMBER_ASC",
        descending="NUMBER_DESC",
    ),
    Listed(
        "planningRuns",
        "PlanningRunFilter",
        "PlanningRunOrder",
        _planning_run,
        "fromOn transactionTypes agreementsDone problem",
        {"status": ["DONE"]},
        (1, 4),
        key="createdBy",
        ascending="CREATED_AT_ASC",
        descending="CREATED_AT_DESC",
    ),
    Listed("serviceTasks", "RecordFilter", "RecordOrder", _task, "version", _TWO, (1, 3)),
    Listed("activityPhases", "RecordFilter", "RecordOrder", _activity_phase, "version", _TWO, (1, 3)),
    Listed("activityTypes", "RecordFilter", "RecordOrder", _activity_type, "version", _TWO, (1, 3)),
    Listed("users", "UserFilter", "UserOrder", _user, "email worker { name }", {"active": False}, (0, 1)),
    Listed(
        "apiTokens",
        "ApiTokenFilter",
        "ApiTokenOrder",
        _token,
        "scopes user { name role }",
        {"ended": True},
        (4,),
        descending="CREATED_AT_DESC",
    ),
    Listed("webhooks", "WebhookFilter", "RecordOrder", _webhook, "url about position", {"active": True}, (2,)),
    Listed(
        "calendarFeeds",
        "CalendarFeedFilter",
        "CalendarFeedOrder",
        _calendar_feed,
        "worker { name } customer { name }",
        {"ended": True},
        (2,),
    ),
    Listed(
        "webhookDeliveries",
        "WebhookDeliveryFilter",
        "WebhookDeliveryOrder",
        _delivery,
        "webhook { name } subject status payload",
        {"status": ["DEAD"]},
        (4,),
        key="messageId",
        ascending="EVENT_ASC",
        descending="EVENT_DESC",
    ),
    Listed(
        "itemRequirements",
        "ItemRequirementFilter",
        "ItemRequirementOrder",
        _requirement,
        "order { number } item { name } project { name } quantity site { city }",
        {"delivered": True},
        (2,),
        key="description",
        ascending="REQUIRED_ON_ASC",
        descending="REQUIRED_ON_DESC",
    ),
    Listed(
        "serviceOrders",
        "ServiceOrderFilter",
        "ServiceOrderOrder",
        _order,
        "customer { name } lines { worker { name } } activities { order { number } availableActions { reason } }"
        " stage { name children { name } } reasons { code { name } } availableActions { allowed reason }"
        " sla { status level { name } log { status } compliancePct }",
        {"priority": ["HIGH"]},
        (1,),
        key="description",
        ascending="NUMBER_ASC",
        descending="NUMBER_DESC",
    ),
    Listed(
        "serviceActivities",
        "ServiceActivityFilter",
        "ServiceActivityOrder",
        _activity,
        "worker { name } team { workers { name } } order { customer { name } lines { id } }",
        {"closed": True},
        (0,),
        key="title",
        ascending="STARTS_AT_ASC",
        descending="STARTS_AT_DESC",
    ),
]
