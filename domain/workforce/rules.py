"""Decisions about workers and dispatch teams. Pure."""

from collections.abc import Sequence
from enum import StrEnum

from domain.core.errors import Code, Refused


class WorkerType(StrEnum):
    """How a worker belongs to the company."""

    EMPLOYEE = "EMPLOYEE"
    CONTRACTOR = "CONTRACTOR"


def check_team_owner(name: str, worker_type: WorkerType, *, active: bool) -> None:
    """Refuse a team owner who is not an employee, or has left.

    Raises:
        Refused: OWNER_NOT_EMPLOYEE, WORKER_INACTIVE.

    Source: DOMAIN.md 9.1.
    """
    if worker_type is not WorkerType.EMPLOYEE:
        raise Refused(
            Code.OWNER_NOT_EMPLOYEE, f"{name} is a contractor; a dispatch team is owned by an employee.", ("ownerId",)
        )
    if not active:
        raise Refused(
            Code.WORKER_INACTIVE, f"{name} has left the company and cannot own a dispatch team.", ("ownerId",)
        )


def check_still_owner(name: str, worker_type: WorkerType, *, active: bool, teams: Sequence[str]) -> None:
    """Refuse to let the owner of these teams leave, or become a contractor.

    Raises:
        Refused: IN_USE, OWNER_NOT_EMPLOYEE.

    Source: DOMAIN.md 9.1.
    """
    if not teams:
        return
    owned = ", ".join(teams)
    if not active:
        raise Refused(Code.IN_USE, f"{name} owns {owned}; give each another owner first.", ("active",))
    if worker_type is not WorkerType.EMPLOYEE:
        raise Refused(
            Code.OWNER_NOT_EMPLOYEE,
            f"{name} owns {owned}, which a contractor cannot; give each another owner first.",
            ("type",),
        )
