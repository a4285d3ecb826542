"""What the board is asked for and changed with."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import strawberry

from api.schema.inputs import OMIT, MutationInput, kept, kept_key
from api.schema.nodes import key_of, keys_of
from api.schema.orders.filters import ServiceActivityRef
from domain.core.errors import Code, Refused
from domain.dispatch import operations
from domain.dispatch.queries import BoardRequest
from domain.dispatch.rules import WARNINGS
from domain.orders.rules import Priority

_ACCEPT = "Do it although these warnings apply: OVERLAP, OUTSIDE_CALENDAR, NOT_IN_TEAM, SLA_AT_RISK."
_VERSION = "Refused with VERSION_CONFLICT when the activity has moved on. Omit to overwrite."


@strawberry.input(description="Which part of the board.")
class DispatchBoardInput:
    """For `dispatchBoard`."""

    from_: date | None = strawberry.field(
        name="from",
        default=None,
        description="First civil day; today less the company's `dispatchDaysBefore` unless given.",
    )
    to: date | None = strawberry.field(
        default=None, description="Last civil day; today plus the company's `dispatchDaysAfter` unless given."
    )
    team_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Only these teams; omit for all you may watch."
    )
    related_teams_only: bool = strawberry.field(default=False, description="Only the teams you belong to or own.")
    include_closed: bool = strawberry.field(default=False, description="Show closed activities too.")
    priorities: list[Priority] | None = strawberry.field(default=None, description="Only these priorities.")
    activity_type_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Only activities of these types."
    )

    def request(self) -> BoardRequest:
        """What this asks for.

        Raises:
            Refused: NOT_FOUND.
        """
        teams = None
        if self.team_ids is not None:
            teams = tuple(keys_of(self.team_ids, "team", "dispatch team", "input", "teamIds"))
        types = keys_of(self.activity_type_ids or (), "aty", "activity type", "input", "activityTypeIds")
        return BoardRequest(
            from_on=self.from_,
            to_on=self.to,
            team_ids=teams,
            related_teams_only=self.related_teams_only,
            include_closed=self.include_closed,
            priorities=tuple(self.priorities or ()),
            type_ids=tuple(types),
        )


def activity_ref(ref: ServiceActivityRef, *path: str | int) -> operations.ActivityRef:
    """The activity that is named.

    Raises:
        Refused: NOT_FOUND.
    """
    if ref.number is not None:
        return operations.ActivityRef(number=ref.number.value)
    return operations.ActivityRef(id=key_of(ref.id.value if ref.id else "", "act", "activity", *path, "activity"))


def accepted(codes: list[Code] | None, *path: str | int) -> frozenset[Code]:
    """The warnings that are accepted.

    Raises:
        Refused: INVALID, for a code that is no warning.
    """
    for place, code in enumerate(codes or ()):
        if code not in WARNINGS:
            raise Refused(
                Code.INVALID, f"{code} is no warning and cannot be accepted.", (*path, "acceptWarnings", place)
            )
    return frozenset(codes or ())


@strawberry.input(description="Another worker for an activity, another time, or both.")
class AssignActivityInput(MutationInput):
    """For `assignActivity`."""

    activity: ServiceActivityRef = strawberry.field(description="Which activity.")
    worker_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        description="Omit to keep the worker; null to take the activity from them."
    )
    starts_at: strawberry.Maybe[datetime | None] = strawberry.field(
        description="Omit to keep the start; null to clear the time."
    )
    duration: strawberry.Maybe[timedelta] = strawberry.field(description="Omit to keep the length.")
    expected_version: int | None = strawberry.field(default=None, description=_VERSION)
    accept_warnings: list[Code] | None = strawberry.field(default=None, description=_ACCEPT)

    def change(self, *path: str | int) -> operations.Assign:
        """The change this asks for, refused at `path`."""
        return operations.Assign(
            activity_ref(self.activity, *path),
            worker_id=kept_key(self.worker_id, "wrk", "worker", *path, "workerId"),
            starts_at=kept(self.starts_at),
            duration=kept(self.duration),
            accept_warnings=accepted(self.accept_warnings, *path),
            expected_version=self.expected_version,
            path=path,
        )

    def command(self) -> operations.ApplyBoardChanges:
        """The command this asks for."""
        return operations.ApplyBoardChanges((self.change(),))


@strawberry.input(description="An activity to send to its worker.")
class DispatchActivityInput(MutationInput):
    """For `dispatchActivity`."""

    activity: ServiceActivityRef = strawberry.field(description="Which activity.")
    expected_version: int | None = strawberry.field(default=None, description=_VERSION)

    def change(self, *path: str | int) -> operations.Dispatch:
        """The change this asks for, refused at `path`."""
        return operations.Dispatch(activity_ref(self.activity, *path), self.expected_version, path)

    def command(self) -> operations.ApplyBoardChanges:
        """The command this asks for."""
        return operations.ApplyBoardChanges((self.change(),))


@strawberry.input(description="An activity to take from its worker.")
class UnassignActivityInput(MutationInput):
    """For `unassignActivity`."""

    activity: ServiceActivityRef = strawberry.field(description="Which activity.")
    expected_version: int | None = strawberry.field(default=None, description=_VERSION)

    def change(self, *path: str | int) -> operations.Unassign:
        """The change this asks for, refused at `path`."""
        return operations.Unassign(activity_ref(self.activity, *path), self.expected_version, path)

    def command(self) -> operations.ApplyBoardChanges:
        """The command this asks for."""
        return operations.ApplyBoardChanges((self.change(),))


@strawberry.input(description="A new priority for an activity.")
class SetActivityPriorityInput(MutationInput):
    """For `setActivityPriority`."""

    activity: ServiceActivityRef = strawberry.field(description="Which activity.")
    priority: Priority = strawberry.field(description="How urgent it is to be.")
    expected_version: int | None = strawberry.field(default=None, description=_VERSION)

    def change(self, *path: str | int) -> operations.SetPriority:
        """The change this asks for, refused at `path`."""
        return operations.SetPriority(activity_ref(self.activity, *path), self.priority, self.expected_version, path)

    def command(self) -> operations.ApplyBoardChanges:
        """The command this asks for."""
        return operations.ApplyBoardChanges((self.change(),))


@strawberry.input(description="An activity that is done.")
class CloseActivityInput(MutationInput):
    """For `closeActivity`."""

    activity: ServiceActivityRef = strawberry.field(description="Which activity.")
    expected_version: int | None = strawberry.field(default=None, description=_VERSION)

    def change(self, *path: str | int) -> operations.Close:
        """The change this asks for, refused at `path`."""
        return operations.Close(activity_ref(self.activity, *path), self.expected_version, path)

    def command(self) -> operations.ApplyBoardChanges:
        """The command this asks for."""
        return operations.ApplyBoardChanges((self.change(),))


@strawberry.input(
    description=(
        "Several changes, all or none: what a board sends when it saves a draft. They are applied in the order of the"
        " fields below and judged together, so two activities may swap places. `clientMutationKey` within a change is"
        " not used; give one for all."
    )
)
class ApplyBoardChangesInput(MutationInput):
    """For `applyBoardChanges`."""

    changes: list[AssignActivityInput] = strawberry.field(default_factory=list, description="Workers and times.")
    unassign: list[UnassignActivityInput] = strawberry.field(default_factory=list, description="Take from workers.")
    priorities: list[SetActivityPriorityInput] = strawberry.field(default_factory=list, description="Priorities.")
    dispatch: list[DispatchActivityInput] = strawberry.field(default_factory=list, description="Send to workers.")
    close: list[CloseActivityInput] = strawberry.field(default_factory=list, description="Done.")

    def command(self) -> operations.ApplyBoardChanges:
        """The command this asks for."""
        listed: dict[str, Sequence[Any]] = {
            "changes": self.changes,
            "unassign": self.unassign,
            "priorities": self.priorities,
            "dispatch": self.dispatch,
            "close": self.close,
        }
        changes = tuple(
            one.change(name, place) for name, several in listed.items() for place, one in enumerate(several)
        )
        if not changes:
            raise Refused(Code.INVALID, "Give at least one change.", ("changes",))
        if len(changes) > _MOST_CHANGES:
            raise Refused(Code.INVALID, f"Give at most {_MOST_CHANGES} changes at once.", ("changes",))
        return operations.ApplyBoardChanges(changes)


_MOST_CHANGES = 200


@strawberry.input(description="Takes back your last change of the board, also after it was saved.")
class UndoBoardChangeInput(MutationInput):
    """For `undoBoardChange`."""

    accept_warnings: list[Code] | None = strawberry.field(default=None, description=_ACCEPT)

    pass_over: bool = strawberry.field(
        default=False,
        description="Pass over changes that others have overtaken, for good, and undo the last one before them. Without"
        " it such a change is refused with VERSION_CONFLICT or NOT_FOUND and stays the last one.",
    )

    def command(self) -> operations.UndoBoardChange:
        """The command this asks for."""
        return operations.UndoBoardChange(accepted(self.accept_warnings), self.pass_over)


@strawberry.input(description="A move to try.")
class CheckActivityMoveInput:
    """For `checkActivityMove`."""

    activity: ServiceActivityRef = strawberry.field(description="Which activity.")
    worker_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT)
    starts_at: strawberry.Maybe[datetime | None] = strawberry.field(description=OMIT)
    duration: strawberry.Maybe[timedelta] = strawberry.field(description=OMIT)
    expected_version: int | None = strawberry.field(default=None, description=_VERSION)
    accept_warnings: list[Code] | None = strawberry.field(default=None, description=_ACCEPT)

    def change(self) -> operations.Assign:
        """The change this tries."""
        return operations.Assign(
            activity_ref(self.activity),
            worker_id=kept_key(self.worker_id, "wrk", "worker", "workerId"),
            starts_at=kept(self.starts_at),
            duration=kept(self.duration),
            accept_warnings=accepted(self.accept_warnings),
            expected_version=self.expected_version,
        )
