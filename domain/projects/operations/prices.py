"""Changes of the price set-up, and of who may work on which project."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from tortoise.models import Model

from domain.core.actor import Permission
from domain.core.errors import Code, Refused
from domain.core.keep import KEEP, Keep, chosen
from domain.core.money import to_minor
from domain.core.operation import Work, check_version, operation
from domain.core.removal import removed
from domain.core.rows import existing, locked, table_behind
from domain.numbering.operations import number_for
from domain.parameters.queries import company_parameters
from domain.parameters.rules import check_currency
from domain.projects import rules
from domain.projects.models import ProjectCategory, ProjectPrice, ProjectValidation
from domain.projects.rules import Priced, TransactionType


@dataclass(frozen=True, slots=True)
class CreateProjectPrice:
    """What a unit costs and is sold for, from a day on; without a number it draws one.

    What is None of project, category, worker and item is any; the currency is the company's unless given.
    """

    transaction_type: TransactionType
    starts_on: date
    cost_price: Decimal | None = None
    sales_price: Decimal | None = None
    currency: str | None = None
    project_id: int | None = None
    category_id: int | None = None
    worker_id: int | None = None
    item_id: int | None = None
    number: str | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_project_price(work: Work, command: CreateProjectPrice) -> int:
    """Create a price.

    Raises:
        Refused: NOT_FOUND, INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 2.
    """
    price = ProjectPrice(
        transaction_type=command.transaction_type,
        project_id=command.project_id,
        category_id=command.category_id,
        worker_id=command.worker_id,
        item_id=command.item_id,
        starts_on=command.starts_on,
        currency=check_currency(command.currency or (await company_parameters()).currency),
        cost_price_minor=_minor(command.cost_price, "costPrice"),
        sales_price_minor=_minor(command.sales_price, "salesPrice"),
    )
    await _check(price)
    price.number = await number_for(work, ProjectPrice, command.number)
    return (await work.create(price, "project_price_created")).id


@dataclass(frozen=True, slots=True)
class ChangeProjectPrice:
    """What is to be different about a price. What it is for stays: another thing has another price."""

    price_id: int
    starts_on: date | Keep = KEEP
    cost_price: Decimal | None | Keep = KEEP
    sales_price: Decimal | None | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_project_price(work: Work, command: ChangeProjectPrice) -> int:
    """Change a price; lines that are posted keep what they were posted at.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID, ALREADY_EXISTS.

    Source: DOMAIN.md 2.
    """
    price = await locked(ProjectPrice, command.price_id, "project price", "priceId")
    await check_version(price, command.expected_version)
    values: dict[str, Any] = {"starts_on": chosen(command.starts_on, price.starts_on)}
    if not isinstance(command.cost_price, Keep):
        values["cost_price_minor"] = _minor(command.cost_price, "costPrice")
    if not isinstance(command.sales_price, Keep):
        values["sales_price_minor"] = _minor(command.sales_price, "salesPrice")
    wanted = price.clone(pk=price.id)
    wanted.update_from_dict(values)
    await _check(wanted)
    await work.change(price, "project_price_changed", **values)
    return price.id


@dataclass(frozen=True, slots=True)
class DeleteProjectPrice:
    """Which price goes."""

    price_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_project_price(work: Work, command: DeleteProjectPrice) -> int:
    """Delete a price; lines keep what they have been given.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT.
    """
    return await removed(
        work, ProjectPrice, command.price_id, "project price", "priceId", expected_version=command.expected_version
    )


async def _check(price: ProjectPrice) -> None:
    """Refuse a price that cannot be, and a second one for the same from the same day on."""
    await _check_named(price, ("project", "category", "worker", "item"))
    category = None if price.category_id is None else await ProjectCategory.get(id=price.category_id)
    rules.check_price(
        Priced(price.transaction_type, price.project_id, price.item_id, price.worker_id, price.category_id),
        starts_on=price.starts_on,
        cost_minor=price.cost_price_minor,
        sales_minor=price.sales_price_minor,
        category_type=None if category is None else category.transaction_type,
    )
    same = ("transaction_type", "project_id", "category_id", "worker_id", "item_id", "starts_on", "currency")
    await _check_only(price, same, "startsOn")


# --- validation ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateProjectValidation:
    """That a worker may work, or a category be used, on a project; None is any. Without a number it draws one."""

    project_id: int
    worker_id: int | None = None
    category_id: int | None = None
    number: str | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_project_validation(work: Work, command: CreateProjectValidation) -> int:
    """Allow a worker with a category on a project; once one is allowed, others are not. Lines there are stay.

    Raises:
        Refused: NOT_FOUND, INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 2.
    """
    made = ProjectValidation(
        project_id=command.project_id, worker_id=command.worker_id, category_id=command.category_id
    )
    await _check_named(made, ("project", "category", "worker"))
    if made.worker_id is None and made.category_id is None:
        raise Refused(Code.INVALID, "Name a worker, a project category, or both.", ("workerId",))
    await _check_only(made, ("project_id", "worker_id", "category_id"), "workerId")
    made.number = await number_for(work, ProjectValidation, command.number)
    return (await work.create(made, "project_validation_created")).id


@dataclass(frozen=True, slots=True)
class DeleteProjectValidation:
    """Which validation goes."""

    validation_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_project_validation(work: Work, command: DeleteProjectValidation) -> int:
    """Take back that a worker with a category is allowed on a project; without any left, all are.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT.
    """
    return await removed(
        work,
        ProjectValidation,
        command.validation_id,
        "project validation",
        "validationId",
        expected_version=command.expected_version,
    )


_NAMED = {
    "project": ("project", "projectId"),
    "category": ("project category", "categoryId"),
    "worker": ("worker", "workerId"),
    "item": ("item", "itemId"),
}


async def _check_named(row: Model, names: tuple[str, ...]) -> None:
    for name in names:
        what, path = _NAMED[name]
        await existing(table_behind(type(row), name), getattr(row, f"{name}_id"), what, path)


async def _check_only(row: ProjectPrice | ProjectValidation, columns: tuple[str, ...], path: str) -> None:
    """Refuse a second row that says the same things."""
    same: dict[str, Any] = {}
    for name in columns:
        value = getattr(row, name)
        same[f"{name}__isnull" if value is None else name] = True if value is None else value
    other = await type(row).filter(**same).exclude(id=row.pk or 0).first()
    if other is not None:
        raise Refused(Code.ALREADY_EXISTS, f"{other.number} says this already; change that one.", (path,))


def _minor(price: Decimal | None, path: str) -> int | None:
    return None if price is None else to_minor(price, path)
