"""Finding rows inside an open transaction."""

from collections.abc import Iterable
from typing import TypeVar

from tortoise.expressions import Q
from tortoise.fields.relational import ForeignKeyFieldInstance
from tortoise.models import Model

from db.projection import Select, records
from db.transaction import current
from domain.core.actor import Actor, Permission
from domain.core.checks import check_number
from domain.core.errors import Code, Path, Refused, not_found

ModelT = TypeVar("ModelT", bound=Model)

# What an actor may see, as a condition on a table's rows.
EVERYTHING = Q()
NOTHING = Q(id__in=[])


async def locked(model: type[ModelT], row_id: int, what: str, *path: str | int, visible: Q = EVERYTHING) -> ModelT:
    """The row with this id, locked until the transaction ends.

    `visible` may use the table's own columns only: PostgreSQL would lock joined rows too.

    Raises:
        Refused: NOT_FOUND.
    """
    rows: list[ModelT] = await records(Select(model, visible & Q(id=row_id)), locked=True)
    if not rows:
        raise not_found(what, *path)
    return rows[0]


async def existing(model: type[ModelT], row_id: int | None, what: str, *path: str | int) -> int | None:
    """`row_id`, known to exist; None stays None.

    Raises:
        Refused: NOT_FOUND.
    """
    if row_id is not None and not await model.filter(id=row_id).exists():
        raise not_found(what, *path)
    return row_id


def table_behind(model: type[Model], relation: str) -> type[Model]:
    """The table that a relation leads to: the way to one whose area lies above."""
    field = model._meta.fields_map[relation]  # noqa: SLF001 - Tortoise's own
    if not isinstance(field, ForeignKeyFieldInstance):
        raise TypeError(f"{relation} is not a relation")
    return field.related_model


async def usable(
    model: type[ModelT], row_id: int | None, what: str, *path: str | int, flag: str = "active"
) -> int | None:
    """`row_id`, known to exist and, as its column `flag` says, to be in use still; None stays None.

    Raises:
        Refused: NOT_FOUND, INVALID.
    """
    if (
        await existing(model, row_id, what, *path) is not None
        and not await model.filter(**{"id": row_id, flag: True}).exists()
    ):
        raise Refused(Code.INVALID, f"This {what} is no longer in use; choose another.", path)
    return row_id


async def free_number(model: type[Model], number: str, path: Path = ("number",)) -> str:
    """`number` in its stored form, known to be free.

    Raises:
        Refused: INVALID, ALREADY_EXISTS.
    """
    kept = check_number(number, path)
    if await model.filter(number=kept).exists():
        raise Refused(Code.ALREADY_EXISTS, f"{kept} exists already.", path)
    return kept


async def lock_all(model: type[ModelT], row_ids: Iterable[int]) -> dict[int, ModelT]:
    """The rows with these ids, locked in id order so that two callers never wait for each other.

    Outside a transaction they are only read, on the read side: no write that is under way is waited for.
    """
    ids = sorted(set(row_ids))
    if not ids:
        return {}
    rows: list[ModelT] = await records(Select(model, Q(pk__in=ids), ("pk",)), locked=current() is not None)
    return {row.pk: row for row in rows}


def company_only(actor: Actor) -> Q:
    """The rows of a table that only the company's own people may see."""
    return EVERYTHING if actor.may(Permission.READ_COMPANY) else NOTHING


def audit_only(actor: Actor) -> Q:
    """The rows of a table that only those who may read the audit trail see."""
    return EVERYTHING if actor.may(Permission.READ_AUDIT) else NOTHING


def signed_in_only(actor: Actor) -> Q:
    """The rows of a table that everybody sees who is signed in."""
    return EVERYTHING if actor.may(Permission.SIGNED_IN) else NOTHING
