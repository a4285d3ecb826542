"""Changes of the lines of service agreements."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from domain.agreements import rules
from domain.agreements.models import ServiceAgreement, ServiceAgreementLine, ServiceInterval, TimeWindow
from domain.agreements.operations.headers import active_worker, allowed_project, known_worker, locked_agreement
from domain.agreements.queries import line_served_on
from domain.agreements.rules import ItemSetup, LineNeeds, Validity
from domain.core.actor import Permission
from domain.core.checks import check_quantity, check_text, optional_text
from domain.core.errors import Code, Refused, not_found
from domain.core.keep import KEEP, Keep
from domain.core.money import check_not_negative, to_minor
from domain.core.operation import Work, check_version, operation
from domain.core.rows import existing, lock_all, locked, usable
from domain.customers.models import Address
from domain.items.models import Item
from domain.parameters.queries import company_parameters
from domain.parameters.rules import check_currency
from domain.projects.models import LineProperty, Project, ProjectCategory
from domain.projects.queries import (
    Sold,
    check_project_allows,
    checked_offset_account,
    line_prices,
    offset_account_for,
)
from domain.projects.rules import Priced, TransactionType
from domain.service_objects import rules as object_rules
from domain.service_objects.models import ServiceObjectRelation, ServiceTask, ServiceTaskRelation


@dataclass(frozen=True, slots=True)
class NewAgreementLine:
    """A line to put on an agreement; what is None of project, currency and start is the agreement's or company's.

    Without a line property it has that of its project, and so an expense without an offset account. Units: minutes
    after midnight.
    """

    transaction_type: TransactionType
    category_id: int
    line_property_id: int | None
    quantity: Decimal
    unit: str = "h"
    description: str = ""
    project_id: int | None = None
    currency: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    worker_id: int | None = None
    object_relation_id: int | None = None
    task_id: int | None = None
    interval_id: int | None = None
    time_window_id: int | None = None
    item_id: int | None = None
    item_setup: ItemSetup | None = None
    site_id: int | None = None
    starts_after_minute: int | None = None
    ends_before_minute: int | None = None
    sales_price: Decimal | None = None
    offset_account_id: int | None = None


@dataclass(frozen=True, slots=True)
class AddServiceAgreementLine:
    """A line for an existing agreement."""

    agreement_id: int
    line: NewAgreementLine
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def add_service_agreement_line(work: Work, command: AddServiceAgreementLine) -> int:
    """Put a line on a service agreement.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID, PROJECT_TYPE_NOT_ALLOWED, WORKER_INACTIVE, OBJECT_NOT_RELATED,
            TASK_NOT_RELATED, PROJECT_VALIDATION.

    Source: DOMAIN.md 2, 3, 4.2.
    """
    agreement = await locked_agreement(command.agreement_id, command.expected_version)
    wanted = asdict(command.line)
    wanted["project_id"] = wanted["project_id"] or agreement.project_id
    wanted["currency"] = wanted["currency"] or (await company_parameters()).currency
    wanted["starts_on"] = wanted["starts_on"] or agreement.starts_on
    typed = wanted.pop("sales_price")
    try:
        wanted["line_property_id"] = wanted["line_property_id"] or await _property_of(wanted["project_id"])
        values = await _checked(agreement, wanted)
        values["offset_account_id"] = await offset_account_for(
            wanted["transaction_type"], wanted["offset_account_id"], wanted["project_id"]
        )
        values |= await _priced(wanted | values, None if typed is None else _minor(typed))
    except Refused as refused:
        raise refused.under("line") from None
    line = ServiceAgreementLine(
        agreement_id=agreement.id, line_number=await next_line_number(agreement.id), **(wanted | values)
    )
    return (await work.create(line, "service_agreement_line_created")).id


@dataclass(frozen=True, slots=True)
class ChangeServiceAgreementLine:
    """What is to be different about an agreement line; its transaction type stays. Units: minutes after midnight."""

    line_id: int
    category_id: int | Keep = KEEP
    line_property_id: int | Keep = KEEP
    quantity: Decimal | Keep = KEEP
    unit: str | Keep = KEEP
    description: str | Keep = KEEP
    project_id: int | Keep = KEEP
    currency: str | Keep = KEEP
    starts_on: date | Keep = KEEP
    ends_on: date | None | Keep = KEEP
    worker_id: int | None | Keep = KEEP
    object_relation_id: int | None | Keep = KEEP
    task_id: int | None | Keep = KEEP
    interval_id: int | None | Keep = KEEP
    time_window_id: int | None | Keep = KEEP
    item_id: int | None | Keep = KEEP
    item_setup: ItemSetup | None | Keep = KEEP
    site_id: int | None | Keep = KEEP
    starts_after_minute: int | None | Keep = KEEP
    ends_before_minute: int | None | Keep = KEEP
    sales_price: Decimal | None | Keep = KEEP
    offset_account_id: int | None | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_service_agreement_line(work: Work, command: ChangeServiceAgreementLine) -> int:
    """Change a line of a service agreement; what has been planned from it stays.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID, PROJECT_TYPE_NOT_ALLOWED, WORKER_INACTIVE, OBJECT_NOT_RELATED,
            TASK_NOT_RELATED, ORDERS_OUTSIDE_VALIDITY, PROJECT_VALIDATION.

    Source: DOMAIN.md 2, 3, 4.2, D-5.
    """
    line, agreement = await _locked_line(command.line_id)
    await check_version(line, command.expected_version)
    given = {
        name: value
        for name, value in asdict(command).items()
        if name not in {"line_id", "sales_price", "expected_version"} and not isinstance(value, Keep)
    }
    new = {name: value for name, value in given.items() if getattr(line, name) != value}
    if not new and isinstance(command.sales_price, Keep):
        return line.id
    stored = {name: getattr(line, name) for name in ServiceAgreementLine._meta.db_fields}  # noqa: SLF001 - Tortoise's
    values = await _checked(agreement, stored | new, only=new)
    if "offset_account_id" in new:
        await checked_offset_account(line.transaction_type, new["offset_account_id"])
    if new.keys() & {"starts_on", "ends_on"}:
        wanted = stored | new
        name = f"Line {line.line_number} of {agreement.number}"
        validity = Validity(wanted["starts_on"], wanted["ends_on"])
        rules.check_orders_inside(name, validity, await line_served_on(line.id))
    typed = line.sales_price_minor if line.sales_price_modified else None
    if not isinstance(command.sales_price, Keep):
        typed = None if command.sales_price is None else _minor(command.sales_price)
    values |= await _priced(stored | new | values, typed)
    await work.change(line, "service_agreement_line_changed", **(new | values))
    return line.id


@dataclass(frozen=True, slots=True)
class DeleteServiceAgreementLine:
    """Which agreement line goes."""

    line_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_service_agreement_line(work: Work, command: DeleteServiceAgreementLine) -> int:
    """Delete a line of a service agreement; the others keep their numbers.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, IN_USE.
    """
    line, _ = await _locked_line(command.line_id)
    await check_version(line, command.expected_version)
    await work.remove(line, "service_agreement_line_deleted")
    return command.line_id


@dataclass(frozen=True, slots=True)
class NameAgreementLines:
    """Which agreement lines, of whatever agreements."""

    line_ids: tuple[int, ...]


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def stop_service_agreement_lines(work: Work, command: NameAgreementLines) -> list[int]:
    """Stop lines: nothing is planned from them, and they are not copied.

    Raises:
        Refused: NOT_FOUND, INVALID.

    Source: DOMAIN.md 4.3.
    """
    return await _set_stopped(work, command, "service_agreement_line_stopped", stopped=True)


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def start_service_agreement_lines(work: Work, command: NameAgreementLines) -> list[int]:
    """Start stopped lines again; in a suspended agreement they go on counting as stopped.

    Raises:
        Refused: NOT_FOUND, INVALID.

    Source: DOMAIN.md 4.3.
    """
    return await _set_stopped(work, command, "service_agreement_line_started", stopped=False)


async def _set_stopped(work: Work, command: NameAgreementLines, kind: str, *, stopped: bool) -> list[int]:
    lines = await lines_with_agreements(command.line_ids)
    for line in lines:
        await work.change(line, kind, stopped=stopped)
    return [line.id for line in lines]


async def lines_with_agreements(line_ids: tuple[int, ...], *more: int) -> list[ServiceAgreementLine]:
    """These lines in the order asked for, locked, after their agreements and those in `more`.

    Raises:
        Refused: NOT_FOUND, INVALID when there are none.
    """
    if not line_ids:
        raise Refused(Code.INVALID, "Name at least one line.", ("lineIds",))
    wanted = list(dict.fromkeys(line_ids))
    owners = await ServiceAgreementLine.filter(id__in=wanted).values_list("agreement_id", flat=True)
    await lock_all(ServiceAgreement, [*more, *(int(str(owner)) for owner in owners)])
    found = await lock_all(ServiceAgreementLine, wanted)
    for place, line_id in enumerate(line_ids):
        if line_id not in found:
            raise not_found("agreement line", "lineIds", place)
    return [found[line_id] for line_id in wanted]


async def next_line_number(agreement_id: int) -> int:
    """One more than the highest number on an agreement."""
    highest = await ServiceAgreementLine.filter(agreement_id=agreement_id).order_by("-line_number").first()
    return highest.line_number + 1 if highest else 1


async def _locked_line(line_id: int) -> tuple[ServiceAgreementLine, ServiceAgreement]:
    """A line and its agreement, the agreement locked first as everywhere."""
    found = await ServiceAgreementLine.get_or_none(id=line_id)
    if found is None:
        raise not_found("agreement line", "lineId")
    agreement = await locked(ServiceAgreement, found.agreement_id, "agreement line", "lineId")
    return await locked(ServiceAgreementLine, line_id, "agreement line", "lineId"), agreement


async def _checked(
    agreement: ServiceAgreement, wanted: Mapping[str, Any], *, only: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The columns of a line in their stored form; with `only`, what was given is looked up and the rest believed."""
    given = wanted if only is None else only
    values: dict[str, Any] = {}
    rules.check_validity(Validity(wanted["starts_on"], wanted["ends_on"]))
    for column, model, what, path in _REFERENCES:
        if column in given:
            values[column] = await existing(model, given[column], what, path)
    if "item_id" in given:
        values["item_id"] = await usable(Item, given["item_id"], "item", "itemId")
    parameters = await company_parameters()
    if "worker_id" in given:
        named = (given["worker_id"], "workerId")
        selectable = parameters.terminated_workers_selectable
        values["worker_id"] = await (known_worker(*named) if selectable else active_worker(*named))
    if given.keys() & {"project_id", "site_id"}:
        # What it has stays: the agreement's own, or what the line had before.
        kept = agreement.project_id if "project_id" in given else wanted["project_id"]
        project = await allowed_project(wanted["project_id"], kept=kept)
        await _check_site(wanted["site_id"], project)
    is_judged = "category_id" in given and not parameters.inactive_categories_selectable
    await _check_category(wanted, must_be_active=is_judged)
    await _check_allowed(wanted, given)
    await _check_related(agreement, given)
    if "quantity" in given:
        values["quantity"] = check_quantity(given["quantity"])
    if "unit" in given:
        values["unit"] = check_text(given["unit"], "unit", longest=10)
    if "description" in given:
        values["description"] = optional_text(given["description"], "description", longest=200) or ""
    if "currency" in given:
        values["currency"] = check_currency(given["currency"])
    return values


async def _priced(line: Mapping[str, Any], typed: int | None) -> dict[str, Any]:
    """The price columns of a line: on its first day, or as typed."""
    what = Priced(line["transaction_type"], line["project_id"], line["item_id"], line["worker_id"], line["category_id"])
    return await line_prices(Sold(what, line["currency"], line["starts_on"]), typed=typed)


def _minor(amount: Decimal) -> int:
    return check_not_negative(to_minor(amount, "salesPrice"), "salesPrice")


_REFERENCES = (
    ("line_property_id", LineProperty, "line property", "linePropertyId"),
    ("task_id", ServiceTask, "service task", "taskId"),
    ("interval_id", ServiceInterval, "service interval", "intervalId"),
    ("time_window_id", TimeWindow, "time window", "timeWindowId"),
)


async def _property_of(project_id: int) -> int:
    """How lines on a project are charged unless told.

    Source: DOMAIN.md 2.
    """
    project = await Project.get_or_none(id=project_id)
    if project is None:
        raise not_found("project", "projectId")
    if project.line_property_id is None:
        message = f"Choose a line property; {project.number} has none that lines on it could have."
        raise Refused(Code.INVALID, message, ("linePropertyId",))
    return project.line_property_id


async def _check_allowed(wanted: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    if given.keys() & {"project_id", "worker_id", "category_id"}:
        named = {"worker_id": wanted["worker_id"], "category_id": wanted["category_id"]}
        await check_project_allows(wanted["project_id"], **named)


async def _check_category(wanted: Mapping[str, Any], *, must_be_active: bool) -> None:
    category = await ProjectCategory.get_or_none(id=wanted["category_id"])
    if category is None:
        raise not_found("project category", "categoryId")
    rules.check_line(
        LineNeeds(
            wanted["transaction_type"],
            category.transaction_type,
            category.active_in_journals or not must_be_active,
            wanted["item_id"],
            wanted["item_setup"],
            wanted["site_id"],
            wanted["starts_after_minute"],
            wanted["ends_before_minute"],
        )
    )


async def _check_site(site_id: int | None, project: Project) -> None:
    """The site is one of the project's customer; anybody's when the project has none."""
    if site_id is None:
        return
    site = await Address.get_or_none(id=site_id)
    if site is None or project.customer_id not in {None, site.customer_id}:
        raise not_found("address of this customer", "siteId")


async def _check_related(agreement: ServiceAgreement, given: Mapping[str, Any]) -> None:
    relation_id, task_id = given.get("object_relation_id"), given.get("task_id")
    if relation_id is not None:
        await existing(ServiceObjectRelation, relation_id, "object relation", "objectRelationId")
        own = await ServiceObjectRelation.filter(id=relation_id, agreement_id=agreement.id).exists()
        object_rules.check_object_related(related=own)
    if task_id is not None:
        own = await ServiceTaskRelation.filter(task_id=task_id, agreement_id=agreement.id).exists()
        object_rules.check_task_related(related=own)
