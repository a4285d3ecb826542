"""Errors as data: what a mutation answers when the domain refuses."""

from collections.abc import Callable
from typing import Any

import strawberry

from domain.core.errors import Code, Refusal, Refused
from domain.core.operation import Stale


@strawberry.interface(
    description=(
        "An expected refusal: nothing was changed. Select these three on every mutation; spread the concrete types"
        " where you can help."
    )
)
class UserError:
    """What every refusal says."""

    code: Code = strawberry.field(description="Branch on this. New values can come: keep a default branch.")
    message: str = strawberry.field(description="For a person.")
    path: list[str] | None = strawberry.field(
        description='The input at fault, for example `["input", "startsAt"]`; null when it is no single input.'
    )


@strawberry.type(description="A refusal of which the three common fields say everything.")
class SimpleUserError(UserError):
    """A plain refusal."""


@strawberry.type(description="Something other than an activity has been changed since you read it.")
class RecordConflictError(UserError):
    """VERSION_CONFLICT of anything that has no error type of its own."""

    changed_by: str = strawberry.field(description="Who changed it last.")


# An area with an error type of its own tells here what it makes of a refusal: the type and what it adds, or None.
Telling = Callable[[Refusal], tuple[type[UserError], dict[str, Any]] | None]
_tellings: list[Telling] = []


def telling(tell: Telling) -> Telling:
    """Let `tell` choose the error type of the refusals it knows."""
    _tellings.append(tell)
    return tell


def user_errors(refused: Refused) -> list[UserError]:
    """The reasons of a refusal as GraphQL shows them, their paths beginning at `input`."""
    return [_user_error(refusal) for refusal in refused.under("input").refusals]


def _user_error(refusal: Refusal) -> UserError:
    error_type, more = next((told for tell in _tellings if (told := tell(refusal)) is not None), _plain(refusal))
    path = [str(step) for step in refusal.path]
    return error_type(code=refusal.code, message=refusal.message, path=path, **more)


def _plain(refusal: Refusal) -> tuple[type[UserError], dict[str, Any]]:
    if isinstance(refusal.details, Stale):
        return RecordConflictError, {"changed_by": refusal.details.changed_by}
    return SimpleUserError, {}


ERROR_TYPES = [SimpleUserError, RecordConflictError]
