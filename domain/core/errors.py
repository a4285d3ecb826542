"""Refusals: the ways the domain says no.

Exception
├── Refused          an expected refusal, one or several reasons; data in a mutation's payload
├── NotSignedIn      the caller has not said who they are
└── NotPermitted     the caller's role does not allow it
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self


class Code(StrEnum):
    """Why a request was refused: the catalogue of the specification, as far as it is in use."""

    NOT_FOUND = "NOT_FOUND"
    INVALID = "INVALID"
    ALREADY_EXISTS = "ALREADY_EXISTS"
    IN_USE = "IN_USE"
    VERSION_CONFLICT = "VERSION_CONFLICT"
    KEY_REUSED = "KEY_REUSED"
    CURSOR_TOO_OLD = "CURSOR_TOO_OLD"
    WRONG_CREDENTIALS = "WRONG_CREDENTIALS"
    OWNER_NOT_EMPLOYEE = "OWNER_NOT_EMPLOYEE"
    WORKER_REQUIRED = "WORKER_REQUIRED"
    WORKER_INACTIVE = "WORKER_INACTIVE"
    TIME_REQUIRED = "TIME_REQUIRED"
    ACTIVITY_CLOSED = "ACTIVITY_CLOSED"
    LINE_NOT_OPEN = "LINE_NOT_OPEN"
    OVERLAP = "OVERLAP"
    OUTSIDE_CALENDAR = "OUTSIDE_CALENDAR"
    NOT_IN_TEAM = "NOT_IN_TEAM"
    SLA_AT_RISK = "SLA_AT_RISK"
    NOTHING_TO_UNDO = "NOTHING_TO_UNDO"
    PROJECT_TYPE_NOT_ALLOWED = "PROJECT_TYPE_NOT_ALLOWED"
    NUMBER_SEQUENCE_MISSING = "NUMBER_SEQUENCE_MISSING"
    BUSY = "BUSY"
    STORAGE_FULL = "STORAGE_FULL"
    INITIAL_STAGE_EXISTS = "INITIAL_STAGE_EXISTS"
    NO_INITIAL_STAGE = "NO_INITIAL_STAGE"
    PARENT_IMMUTABLE = "PARENT_IMMUTABLE"
    STAGE_IN_USE = "STAGE_IN_USE"
    STAGE_TRANSITION_NOT_ALLOWED = "STAGE_TRANSITION_NOT_ALLOWED"
    REASON_REQUIRED = "REASON_REQUIRED"
    STAGE_FORBIDS_MODIFY = "STAGE_FORBIDS_MODIFY"
    STAGE_FORBIDS_CANCEL = "STAGE_FORBIDS_CANCEL"
    STAGE_FORBIDS_DELETE = "STAGE_FORBIDS_DELETE"
    STAGE_FORBIDS_POST = "STAGE_FORBIDS_POST"
    SLA_ALREADY_STARTED = "SLA_ALREADY_STARTED"
    SLA_NOT_STARTED = "SLA_NOT_STARTED"
    SLA_CANCELED = "SLA_CANCELED"
    INVALID_TIME = "INVALID_TIME"
    AGREEMENT_SUSPENDED = "AGREEMENT_SUSPENDED"
    LINE_STOPPED = "LINE_STOPPED"
    AGREEMENT_IS_TEMPLATE = "AGREEMENT_IS_TEMPLATE"
    AGREEMENT_HAS_ORDERS = "AGREEMENT_HAS_ORDERS"
    ORDERS_OUTSIDE_VALIDITY = "ORDERS_OUTSIDE_VALIDITY"
    AGREEMENT_REQUIRED = "AGREEMENT_REQUIRED"
    OUTSIDE_VALIDITY = "OUTSIDE_VALIDITY"
    PROJECT_MISMATCH = "PROJECT_MISMATCH"
    PROJECT_REQUIRED = "PROJECT_REQUIRED"
    HAS_ITEM_REQUIREMENTS = "HAS_ITEM_REQUIREMENTS"
    ALREADY_DELIVERED = "ALREADY_DELIVERED"
    ADDRESS_NAME_EXISTS = "ADDRESS_NAME_EXISTS"
    WEB_ORDER_WAITS = "WEB_ORDER_WAITS"
    NOT_A_WEB_ORDER = "NOT_A_WEB_ORDER"
    ALREADY_POSTED = "ALREADY_POSTED"
    NOT_CANCELED = "NOT_CANCELED"
    DIFFERENT_AGREEMENT = "DIFFERENT_AGREEMENT"
    NOT_SIGNED_OFF = "NOT_SIGNED_OFF"
    JOURNAL_MISSING = "JOURNAL_MISSING"
    CONFIRM_ALL_REQUIRED = "CONFIRM_ALL_REQUIRED"
    ITEM_ALREADY_SERVICE_OBJECT = "ITEM_ALREADY_SERVICE_OBJECT"
    OBJECT_NOT_RELATED = "OBJECT_NOT_RELATED"
    TASK_NOT_RELATED = "TASK_NOT_RELATED"
    RELATION_IN_USE = "RELATION_IN_USE"
    PROJECT_VALIDATION = "PROJECT_VALIDATION"


Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """One reason. `path` is the input at fault; `details` is what a screen can show beside the message."""

    code: Code
    message: str
    path: Path = ()
    details: object = None


class Refused(Exception):
    """A request the rules do not allow; nothing was changed and every reason is safe to show."""

    def __init__(self, code: Code | str, message: str, path: Path = (), details: object = None) -> None:
        super().__init__(message)
        self.refusals: tuple[Refusal, ...] = (Refusal(Code(code), message, path, details),)

    @classmethod
    def of(cls, *refusals: Refusal) -> Self:
        """A refusal for several reasons at once."""
        made = cls(refusals[0].code, refusals[0].message)
        made.refusals = refusals
        return made

    def under(self, *prefix: str | int) -> "Refused":
        """The same refusal, its paths seen from further out."""
        return Refused.of(*(replace(refusal, path=(*prefix, *refusal.path)) for refusal in self.refusals))


def not_found(what: str, *path: str | int) -> Refused:
    """The refusal for a thing that does not exist or may not be seen."""
    return Refused(Code.NOT_FOUND, f"There is no such {what}, or you may not see it.", path)


class NotSignedIn(Exception):
    """The caller has not said who they are, or no longer may."""

    def __init__(self, message: str = "Sign in first: send a bearer token.") -> None:
        super().__init__(message)
        self.message = message


class NotPermitted(Exception):
    """The caller's role does not allow this."""

    def __init__(self, message: str = "Your role does not allow this.") -> None:
        super().__init__(message)
        self.message = message
