"""What the files of service levels, service objects and agreements, and the agreements of orders, are checked for."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import date
from functools import partial
from typing import Any

from tortoise.models import Model

from domain.agreements import rules
from domain.agreements.models import ServiceAgreement, ServiceAgreementLine, TemplateGroup
from domain.agreements.queries import has_orders, served_on
from domain.agreements.rules import LineNeeds, Validity
from domain.core import clock
from domain.core.errors import Code, Refused
from domain.customers.models import Address, Contact
from domain.exchange import agreement_tables as agreements
from domain.exchange import tables
from domain.exchange.project_checks import check_offset_accounts
from domain.exchange.rows import MODELS, Batch, Entry, chunks
from domain.orders import rules as order_rules
from domain.orders.models import ServiceOrder
from domain.parameters.queries import civil_date, company_parameters
from domain.projects.models import Project, ProjectCategory
from domain.projects.rules import check_type_for_agreements
from domain.service_objects import rules as object_rules
from domain.service_objects.models import ServiceObject, ServiceObjectRelation, ServiceTaskRelation
from domain.service_objects.rules import Owner
from domain.slas.queries import level_of
from domain.slas.rules import check_service_level

# --- service levels --------------------------------------------------------------------------------------------------


async def check_service_levels(batch: Batch) -> None:
    """A service level has a length, and its calendar reaches it."""
    for entry in batch.written:
        level = await level_of(entry.row)
        batch.check(entry, _in_columns(partial(check_service_level, level, now=clock.now())))


# --- service objects -------------------------------------------------------------------------------------------------


async def check_service_objects(batch: Batch) -> None:
    """One item, with one serial number, is one service object, unless the company has it otherwise."""
    batch.check_all(
        lambda row: object_rules.check_serial_number_has_item(row.serial_number, row.item_id, ("serial_number",))
    )
    if (await company_parameters()).allow_identical_items_as_objects:
        return
    items = batch.known(tables.ITEMS.file)
    in_file = {entry.row.id for entry in batch.entries if not entry.is_new}
    taken: dict[tuple[int, str | None], str] = {}
    for row in await _where(ServiceObject, "item_id", (entry.row.item_id for entry in batch.entries)):
        if row["id"] not in in_file:
            taken[row["item_id"], row["serial_number"]] = row["number"]
    for entry in batch.entries:
        row = entry.row
        if row.item_id is None:
            continue
        other = taken.setdefault((row.item_id, row.serial_number), row.number)
        if other != row.number:
            number = items[row.item_id]["number"] if row.item_id in items else "Its item"
            batch.check(entry, partial(object_rules.check_item_is_free, number, other, ("item",)))


async def check_objects(batch: Batch) -> None:
    """An agreement or order is about an object once for each serial number."""
    await _check_once(batch, ServiceObjectRelation, ("object_id", "serial_number"), "object")


async def _check_once(batch: Batch, model: type[Model], columns: tuple[str, ...], column: str) -> None:
    owner = batch.sheet.table.told_by
    keys = (owner, *columns)
    in_file = {entry.row.id for entry in batch.entries if not entry.is_new}
    stored = await _where(model, owner, (getattr(entry.row, owner) for entry in batch.entries))
    taken = {tuple(row[name] for name in keys) for row in stored if row["id"] not in in_file}
    for entry in batch.entries:
        key = tuple(getattr(entry.row, name) for name in keys)
        if key in taken:
            batch.refuse(entry, column, "This is related already.", Code.ALREADY_EXISTS)
        taken.add(key)


# --- templates, windows ----------------------------------------------------------------------------------------------


async def check_template_tree(batch: Batch) -> None:
    """No template group comes below itself."""
    parents: dict[int, int | None] = dict(await TemplateGroup.all().values_list("id", "parent_id"))
    parents |= {entry.row.id: entry.row.parent_id for entry in batch.entries}
    for entry in batch.entries:
        row = entry.row
        batch.check(entry, partial(rules.check_group_parent, row.id, row.parent_id, parents, ("parent",)))


async def check_time_windows(batch: Batch) -> None:
    """A window of a week or month has no days of its own."""

    def check(row: Any) -> None:
        try:
            rules.check_time_window(rules.TimeWindow(row.method, row.days_before, row.days_after))
        except Refused as refused:
            found = refused.refusals[0]
            column = {"daysBefore": "days_before", "daysAfter": "days_after"}[str(found.path[-1])]
            raise Refused(found.code, found.message, (column,)) from None

    batch.check_all(check)


# --- agreements ------------------------------------------------------------------------------------------------------


async def check_agreements(batch: Batch) -> None:
    """Dates, project and contact of agreements, also beside the orders that there are."""
    projects = await _all_of(Project, (entry.row.project_id for entry in batch.entries))
    contacts = await _all_of(Contact, (entry.row.contact_id for entry in batch.entries))
    for entry in batch.entries:
        row, project = entry.row, projects[entry.row.project_id]
        batch.check(entry, _in_columns(partial(rules.check_validity, Validity(row.starts_on, row.ends_on))))
        batch.check(entry, partial(check_type_for_agreements, project.number, project.type, ("project",)))
        contact = contacts.get(row.contact_id)
        if contact is not None and project.customer_id not in {None, contact.customer_id}:
            batch.refuse(entry, "contact", f"{contact.number} is the contact of another customer.", Code.NOT_FOUND)
        if entry.before is not None and entry.changed & {"starts_on", "ends_on", "project_id", "template_group_id"}:
            await _check_beside_orders(batch, entry)


async def _check_beside_orders(batch: Batch, entry: Entry) -> None:
    row, before = entry.row, entry.before or {}
    ordered = await has_orders(row.id)
    days = await served_on(row.id)
    validity = Validity(row.starts_on, row.ends_on)
    batch.check(entry, _in_columns(partial(rules.check_orders_inside, row.number, validity, days)))
    if "project_id" in entry.changed:
        batch.check(entry, partial(rules.check_project_changes, row.number, has_orders=ordered, path=("project",)))
    if row.template_group_id is not None and before["template_group_id"] is None:
        path = ("template_group",)
        batch.check(entry, partial(rules.check_becomes_template, row.number, has_orders=ordered, path=path))


async def check_agreement_lines(batch: Batch) -> None:
    """What a line needs by its type, and that its object and task are its agreement's."""
    check_offset_accounts(batch)
    owners = {entry.row.agreement_id for entry in batch.entries}
    objects = {row["id"]: row["agreement_id"] for row in await _where(ServiceObjectRelation, "agreement_id", owners)}
    tasks = {(row["agreement_id"], row["task_id"]) for row in await _where(ServiceTaskRelation, "agreement_id", owners)}
    categories = await _all_of(ProjectCategory, (entry.row.category_id for entry in batch.entries))
    projects = await _all_of(Project, (entry.row.project_id for entry in batch.entries))
    sites = await _all_of(Address, (entry.row.site_id for entry in batch.entries))
    for entry in batch.entries:
        row, category = entry.row, categories[entry.row.category_id]
        needs = LineNeeds(
            row.transaction_type,
            category.transaction_type,
            category.active_in_journals or "category_id" not in entry.changed,
            row.item_id,
            row.item_setup,
            row.site_id,
            row.starts_after_minute,
            row.ends_before_minute,
        )
        batch.check(entry, _in_columns(partial(rules.check_line, needs)))
        batch.check(entry, _in_columns(partial(rules.check_validity, Validity(row.starts_on, row.ends_on))))
        project, site = projects[row.project_id], sites.get(row.site_id)
        batch.check(entry, partial(check_type_for_agreements, project.number, project.type, ("project",)))
        if site is not None and project.customer_id not in {None, site.customer_id}:
            batch.refuse(entry, "site", f"{site.number} is the site of another customer.", Code.NOT_FOUND)
        if row.object_relation_id is not None and objects.get(row.object_relation_id) != row.agreement_id:
            batch.check(entry, partial(object_rules.check_object_related, related=False, path=("object_relation",)))
        if row.task_id is not None and (row.agreement_id, row.task_id) not in tasks:
            batch.check(entry, partial(object_rules.check_task_related, related=False, path=("task",)))


_COLUMNS = {
    "startsOn": "starts_on",
    "endsOn": "ends_on",
    "calendarId": "calendar",
    "categoryId": "category",
    "itemId": "item",
    "itemSetup": "item_setup",
    "siteId": "site",
    "serviceStartsAfter": "starts_after",
    "serviceEndsBefore": "ends_before",
}


def _in_columns(check: Callable[..., None]) -> Callable[[], None]:
    def run() -> None:
        try:
            check()
        except Refused as refused:
            found = refused.refusals[0]
            said = str(found.path[-1])
            raise Refused(found.code, found.message, (_COLUMNS.get(said, said),)) from None

    return run


# --- orders ----------------------------------------------------------------------------------------------------------


async def check_orders_agreed(batch: Batch) -> None:
    """An order under an agreement has its project, and a day within its dates; none is new under a template."""
    agreed = await _all_of(ServiceAgreement, (entry.row.agreement_id for entry in batch.entries))
    zone = (await company_parameters()).time_zone
    for entry in batch.entries:
        row, agreement = entry.row, agreed.get(entry.row.agreement_id)
        if agreement is None:
            continue
        if row.project_id != agreement.project_id:
            message = f"{agreement.number} has another project; an order of a service agreement has the agreement's."
            batch.refuse(entry, "project", message, Code.PROJECT_MISMATCH)
        if agreement.template_group_id is not None:
            message = f"{agreement.number} is a template; an order has none."
            batch.refuse(entry, "agreement", message, Code.AGREEMENT_IS_TEMPLATE)
        if row.service_at is not None:
            validity = rules.Validity(agreement.starts_on, agreement.ends_on)
            served = (agreement.number, civil_date(row.service_at, zone), validity)
            batch.check(entry, partial(order_rules.check_within_validity, *served, path=("service_at",)))


async def check_order_lines_agreed(batch: Batch) -> None:
    """The object of a line is its order's or its agreement's; under an agreement so is its task."""
    orders = await _all_of(ServiceOrder, (entry.row.order_id for entry in batch.entries))
    agreed = {order.agreement_id for order in orders.values()}
    relations = await _all_of(ServiceObjectRelation, (entry.row.object_relation_id for entry in batch.entries))
    tasks = {(row["agreement_id"], row["task_id"]) for row in await _where(ServiceTaskRelation, "agreement_id", agreed)}
    own = {(row["order_id"], row["task_id"]) for row in await _where(ServiceTaskRelation, "order_id", orders)}
    for entry in batch.entries:
        row, order = entry.row, orders[entry.row.order_id]
        relation = relations.get(row.object_relation_id)
        if relation is not None:
            owners = {Owner(order_id=order.id), Owner(agreement_id=order.agreement_id)}
            related = Owner(relation.agreement_id, relation.order_id) in owners
            batch.check(entry, partial(object_rules.check_object_related, related=related, path=("object_relation",)))
        if row.task_id is not None and order.agreement_id is not None:
            related = (order.agreement_id, row.task_id) in tasks or (order.id, row.task_id) in own
            batch.check(entry, partial(object_rules.check_task_related, related=related, path=("task",)))
        if not _is_range(row.earliest_on, row.latest_on):
            batch.refuse(entry, "latest_on", "Give the first day it may take and the last, in this order, or neither.")
    await check_planned(batch)


async def check_planned(batch: Batch) -> None:
    """What was planned is from a line of its order's agreement, whose work of one day exists once."""
    orders = await _all_of(ServiceOrder, (entry.row.order_id for entry in batch.entries))
    lines = await _all_of(ServiceAgreementLine, (entry.row.agreement_line_id for entry in batch.entries))
    in_file = {entry.row.id for entry in batch.entries if not entry.is_new}
    stored = await _where(MODELS[batch.sheet.table.stored], "agreement_line_id", lines)
    taken = {(row["agreement_line_id"], row["calculated_on"]) for row in stored if row["id"] not in in_file}
    for entry in batch.entries:
        row = entry.row
        if (row.agreement_line_id is None) != (row.calculated_on is None):
            message = "What was planned has both an agreement line and the day it was planned for."
            batch.refuse(entry, "calculated_on", message)
        if row.agreement_line_id is None:
            continue
        if lines[row.agreement_line_id].agreement_id != orders[row.order_id].agreement_id:
            message = "This is not a line of the order's service agreement."
            batch.refuse(entry, "agreement_line", message, Code.DIFFERENT_AGREEMENT)
        key = (row.agreement_line_id, row.calculated_on)
        if key in taken:
            batch.refuse(entry, "calculated_on", "What was planned for that day is there already.", Code.ALREADY_EXISTS)
        taken.add(key)


def _is_range(first: date | None, last: date | None) -> bool:
    if first is None or last is None:
        return first is last
    return first <= last


# --- finding rows ----------------------------------------------------------------------------------------------------


async def _where(model: type[Model], column: str, values: Iterable[int | None]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for part in chunks(sorted({value for value in values if value is not None})):
        found += await model.filter(**{f"{column}__in": part}).values()
    return found


async def _all_of(model: type[Any], ids: Iterable[int | None]) -> dict[int | None, Any]:
    found: dict[int | None, Any] = {}
    for part in chunks(sorted({each for each in ids if each is not None})):
        found |= {row.id: row for row in await model.filter(id__in=part)}
    return found


CHECKS: dict[str, Callable[[Batch], Awaitable[None]]] = {
    agreements.SERVICE_LEVELS.file: check_service_levels,
    agreements.SERVICE_OBJECTS.file: check_service_objects,
    agreements.AGREEMENT_OBJECTS.file: check_objects,
    agreements.ORDER_OBJECTS.file: check_objects,
    agreements.TEMPLATE_TREE.file: check_template_tree,
    agreements.TIME_WINDOWS.file: check_time_windows,
    agreements.AGREEMENTS.file: check_agreements,
    agreements.AGREEMENT_LINES.file: check_agreement_lines,
}
