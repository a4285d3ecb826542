"""Rows that have a number and a name: made, and given another name; inside an open transaction."""

from typing import Any

from tortoise.models import Model

from domain.core.checks import check_text
from domain.core.keep import Keep, chosen
from domain.core.operation import Work, check_version, subject_type
from domain.core.rows import locked
from domain.numbering.operations import number_for


async def made(work: Work, model: type[Model], name: str, number: str | None, **columns: Any) -> int:
    """Create a row with this name, and this number or the next of its sequence, and log it; gives its id.

    Raises:
        Refused: INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.
    """
    row = model(name=check_text(name, "name"), number=await number_for(work, model, number), **columns)
    await work.create(row, f"{subject_type(model)}_created")
    return int(row.pk)


async def renamed(
    work: Work,
    model: type[Model],
    row_id: int,
    what: str,
    path: str,
    name: str | Keep,
    *,
    expected_version: int | None,
) -> int:
    """Give a row another name and log it; gives its id.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.
    """
    row: Any = await locked(model, row_id, what, path)
    await check_version(row, expected_version)
    kept = check_text(chosen(name, row.name), "name")
    await work.change(row, f"{subject_type(model)}_changed", name=kept)
    return row_id
