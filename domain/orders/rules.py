"""Decisions about service orders, their lines and activities. Pure."""

from collections.abc import Sequence
from enum import StrEnum


class Priority(StrEnum):
    """How urgent an order or activity is."""

    HIGH = "HIGH"
    NORMAL = "NORMAL"
    LOW = "LOW"


class OrderProgress(StrEnum):
    """How far a service order has come; follows from its lines."""

    IN_PROCESS = "IN_PROCESS"
    POSTED = "POSTED"
    CANCELED = "CANCELED"


class OrderOrigin(StrEnum):
    """Where a service order came from."""

    MANUAL = "MANUAL"
    AGREEMENT = "AGREEMENT"
    PROJECT = "PROJECT"
    SALES_ORDER = "SALES_ORDER"
    WEB = "WEB"


class LineStatus(StrEnum):
    """What has become of an order line."""

    CREATED = "CREATED"
    POSTED = "POSTED"
    CANCELED = "CANCELED"


class DispatchStatus(StrEnum):
    """Whether an activity has been sent to its worker."""

    UNDISPATCHED = "UNDISPATCHED"
    DISPATCHED = "DISPATCHED"


def progress_of(statuses: Sequence[LineStatus]) -> OrderProgress:
    """The progress of an order whose lines have these statuses.

    Source: DOMAIN.md 5.5.
    """
    if not statuses or LineStatus.CREATED in statuses:
        return OrderProgress.IN_PROCESS
    if LineStatus.POSTED in statuses:
        return OrderProgress.POSTED
    return OrderProgress.CANCELED
