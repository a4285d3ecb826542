"""Deleting a row that nothing refers to, inside an open transaction."""

from tortoise.models import Model

from domain.core.errors import Code, Refused
from domain.core.operation import Work, check_version, subject_type
from domain.core.rows import locked


async def removed(
    work: Work, model: type[Model], row_id: int, what: str, path: str, *, expected_version: int | None
) -> int:
    """Delete a row and log it; gives the id that it had.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, IN_USE.
    """
    row = await locked(model, row_id, what, path)
    await check_version(row, expected_version)
    try:
        await work.remove(row, f"{subject_type(model)}_deleted")
    except Refused:
        raise Refused(Code.IN_USE, f"This {what} is in use, so it cannot be deleted.", (path,)) from None
    return row_id
