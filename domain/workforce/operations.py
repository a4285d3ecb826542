"""Changes of workers, dispatch teams, and who is in which."""

from dataclasses import dataclass

from domain.calendars.models import Calendar
from domain.core.actor import Permission
from domain.core.checks import check_text, optional_email, optional_text
from domain.core.errors import Code, Refused
from domain.core.keep import KEEP, Keep, chosen
from domain.core.operation import Work, check_version, operation
from domain.core.rows import existing, locked
from domain.numbering.operations import number_for
from domain.workforce import rules
from domain.workforce.models import DispatchTeam, Worker
from domain.workforce.rules import WorkerType

# Where an operation locks a team and a worker, it locks the team first.


@dataclass(frozen=True, slots=True)
class CreateWorker:
    """A new worker, in no team; without a number it draws one."""

    name: str
    type: WorkerType
    number: str | None = None
    email: str | None = None
    phone: str | None = None
    calendar_id: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_worker(work: Work, command: CreateWorker) -> int:
    """Create a worker.

    Raises:
        Refused: NOT_FOUND, INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.
    """
    worker = Worker(
        name=check_text(command.name, "name"),
        type=command.type,
        email=optional_email(command.email, "email"),
        phone=optional_text(command.phone, "phone", longest=40),
        calendar_id=await existing(Calendar, command.calendar_id, "calendar", "calendarId"),
        number=await number_for(work, Worker, command.number),
    )
    return (await work.create(worker, "worker_created")).id


@dataclass(frozen=True, slots=True)
class ChangeWorker:
    """What is to be different about a worker, apart from their team."""

    worker_id: int
    name: str | Keep = KEEP
    type: WorkerType | Keep = KEEP
    email: str | None | Keep = KEEP
    phone: str | None | Keep = KEEP
    calendar_id: int | None | Keep = KEEP
    active: bool | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_worker(work: Work, command: ChangeWorker) -> int:
    """Change a worker; one who leaves the company leaves their team too.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID, IN_USE, OWNER_NOT_EMPLOYEE.

    Source: DOMAIN.md 9.1.
    """
    worker = await locked(Worker, command.worker_id, "worker", "workerId")
    await check_version(worker, command.expected_version)
    worker_type = chosen(command.type, worker.type)
    active = chosen(command.active, worker.active)
    owned = await DispatchTeam.filter(owner_id=worker.id).order_by("number").values_list("number", flat=True)
    rules.check_still_owner(worker.name, worker_type, active=active, teams=[str(number) for number in owned])
    # Their open activities need no change: without a team they are in the undispatched list (DOMAIN.md 9.3).
    await work.change(
        worker,
        "worker_changed",
        name=check_text(chosen(command.name, worker.name), "name"),
        type=worker_type,
        email=optional_email(chosen(command.email, worker.email), "email"),
        phone=optional_text(chosen(command.phone, worker.phone), "phone", longest=40),
        calendar_id=await existing(Calendar, chosen(command.calendar_id, worker.calendar_id), "calendar", "calendarId"),
        active=active,
        team_id=worker.team_id if active else None,
    )
    return worker.id


@dataclass(frozen=True, slots=True)
class CreateDispatchTeam:
    """A new team without members; without a number it draws one."""

    name: str
    owner_id: int
    number: str | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_dispatch_team(work: Work, command: CreateDispatchTeam) -> int:
    """Create a dispatch team.

    Raises:
        Refused: NOT_FOUND, OWNER_NOT_EMPLOYEE, WORKER_INACTIVE, INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 9.1.
    """
    team = DispatchTeam(
        name=check_text(command.name, "name"),
        owner_id=await _owner(command.owner_id),
        number=await number_for(work, DispatchTeam, command.number),
    )
    return (await work.create(team, "dispatch_team_created")).id


@dataclass(frozen=True, slots=True)
class ChangeDispatchTeam:
    """What is to be different about a dispatch team, apart from its members."""

    team_id: int
    name: str | Keep = KEEP
    owner_id: int | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_dispatch_team(work: Work, command: ChangeDispatchTeam) -> int:
    """Change a dispatch team.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, OWNER_NOT_EMPLOYEE, WORKER_INACTIVE, INVALID.

    Source: DOMAIN.md 9.1.
    """
    team = await locked(DispatchTeam, command.team_id, "dispatch team", "teamId")
    await check_version(team, command.expected_version)
    await work.change(
        team,
        "dispatch_team_changed",
        name=check_text(chosen(command.name, team.name), "name"),
        owner_id=team.owner_id if isinstance(command.owner_id, Keep) else await _owner(command.owner_id),
    )
    return team.id


@dataclass(frozen=True, slots=True)
class DeleteDispatchTeam:
    """A dispatch team that is no longer needed."""

    team_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_dispatch_team(work: Work, command: DeleteDispatchTeam) -> int:
    """Delete a dispatch team that has no members.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, IN_USE.
    """
    team = await locked(DispatchTeam, command.team_id, "dispatch team", "teamId")
    await check_version(team, command.expected_version)
    members = await Worker.filter(team_id=team.id).count()
    if members:
        message = f"{team.number} has {members} member{'' if members == 1 else 's'}; move them to another team first."
        raise Refused(Code.IN_USE, message, ("teamId",))
    await work.remove(team, "dispatch_team_deleted")
    return command.team_id


@dataclass(frozen=True, slots=True)
class SetTeamMember:
    """Which team a worker is in from now on; None takes them out of theirs."""

    worker_id: int
    team_id: int | None
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def set_team_member(work: Work, command: SetTeamMember) -> int:
    """Put a worker in a team, which takes them out of the one they were in, or in none.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, WORKER_INACTIVE.

    Source: DOMAIN.md 9.1.
    """
    if command.team_id is not None:
        # Locked, so that it cannot be deleted as empty meanwhile.
        await locked(DispatchTeam, command.team_id, "dispatch team", "teamId")
    worker = await locked(Worker, command.worker_id, "worker", "workerId")
    await check_version(worker, command.expected_version)
    if command.team_id is not None and not worker.active:
        raise Refused(Code.WORKER_INACTIVE, f"{worker.name} has left the company.", ("workerId",))
    await work.change(worker, "worker_team_set", team_id=command.team_id)
    return worker.id


async def _owner(worker_id: int) -> int:
    """A worker who may own a team, locked so that they stay one until the team is saved."""
    owner = await locked(Worker, worker_id, "worker", "ownerId")
    rules.check_team_owner(owner.name, owner.type, active=owner.active)
    return owner.id
