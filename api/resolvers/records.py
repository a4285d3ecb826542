"""The entry points that all records share: one, some, a page, a change."""

from typing import Any, TypeVar

from api.context import Context
from api.executor import Ready
from api.selection import Selection, connection, row, rows
from api.visibility import reaches_company
from db.keyset import BadCursorError, BadPageError
from db.projection import Same, Select, Value, Wanted, fetch
from domain.core.actor import Permission
from domain.core.errors import Code, Refused
from domain.core.operation import Done, Operation, check_permission, perform

CommandT = TypeVar("CommandT")
ResultT = TypeVar("ResultT")

_LONGEST_KEY = 80


async def one(context: Context, part: Selection, select: Select) -> Any:
    """The record as `part` selects it; None when there is none that the caller may see.

    Raises:
        NotSignedIn, NotPermitted.
    """
    check_reach(context, part)
    return await row(part, select, viewer=context.actor)


async def some(context: Context, part: Selection, select: Select) -> Any:
    """The records as `part` selects them.

    Raises:
        NotSignedIn, NotPermitted.
    """
    check_reach(context, part)
    return await rows(part, select, viewer=context.actor)


async def keyed(context: Context, part: Selection, select: Select) -> dict[int, Any]:
    """The records as `part` selects them, by their keys.

    Raises:
        NotSignedIn, NotPermitted.
    """
    check_reach(context, part)
    wanted: Wanted | None = part.memo.get("keyed")
    if wanted is None:
        wanted = part.memo["keyed"] = Wanted((Value("key", ("pk",)), Same("record", part.wanted())))
    found = await fetch(select, wanted, viewer=context.actor)
    return {record["key"]: Ready(record["record"]) for record in found}


async def page(context: Context, part: Selection, select: Select, paging: dict[str, Any]) -> Any:
    """One page of the records as a connection; `paging` holds first, after, last and before.

    Raises:
        NotSignedIn, NotPermitted.
        Refused: INVALID for a cursor that is not of this list, or a page that makes no sense.
    """
    check_reach(context, part)
    try:
        return await connection(part, select, **paging, viewer=context.actor)
    except BadCursorError:
        at_fault = "after" if paging["after"] is not None else "before"
        raise Refused(Code.INVALID, "This cursor is not of this list.", (at_fault,)) from None
    except BadPageError as error:
        raise Refused(Code.INVALID, str(error), ("first" if paging["first"] is not None else "last",)) from None


async def change(
    context: Context, operation: Operation[CommandT, ResultT], command: CommandT, *, key: str | None
) -> Done[ResultT]:
    """Perform an operation for the caller.

    Raises:
        NotSignedIn, NotPermitted, Refused: as the operation.
    """
    check_key(key)
    return await perform(operation, command, actor=context.actor, key=key)


def check_key(key: str | None) -> None:
    """Refuse an idempotency key that is empty or too long.

    Raises:
        Refused: INVALID.
    """
    if key is not None and not 0 < len(key) <= _LONGEST_KEY:
        raise Refused(Code.INVALID, f"A key has 1 to {_LONGEST_KEY} characters.", ("clientMutationKey",))


def check_reach(context: Context, part: Selection) -> None:
    """Stop a caller who is not signed in, or who selects what only the company's own people may see.

    Raises:
        NotSignedIn, NotPermitted.
    """
    check_permission(context.actor, Permission.READ)
    if reaches_company(part):
        check_permission(context.actor, Permission.READ_COMPANY)
