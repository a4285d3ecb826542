"""Workers and dispatch teams."""

import strawberry
from tortoise.expressions import Q

from api.schema.calendars import Calendar
from api.schema.inputs import NUMBER, OMIT, OMIT_OR_CLEAR, VERSION, MutationInput, kept, kept_key
from api.schema.lists import listing, looked_up
from api.schema.mutations import deletion, mutation
from api.schema.nodes import Node, key_of, keys_of, node, optional_key
from api.schema.paging import ActiveRecordFilter, RecordFilter, RecordOrder
from api.selection import column, identity, many, one
from domain.core.errors import Code, Refused
from domain.core.keep import KEEP
from domain.core.rows import company_only
from domain.workforce import models, operations
from domain.workforce.rules import WorkerType


@node(
    models.Worker,
    prefix="wrk",
    visible=company_only,
    description="A person who carries out service, in at most one dispatch team.",
)
class Worker(Node):
    """A worker."""

    id: strawberry.ID = identity("wrk")
    number: str = column(description="For people, unique per company.")
    name: str = column(description="The person's name.")
    type: WorkerType = column(description="Employee or contractor.")
    email: str | None = column(description="E-mail address.")
    phone: str | None = column(description="Telephone number.")
    active: bool = column(description="False once the person has left.")
    calendar: Calendar | None = one(description="Working time; null means the company's calendar.")
    team: "DispatchTeam | None" = one(description="Null while in no team: then not on the board.")
    version: int = column(description="Grows with every change; send it back as `expectedVersion`.")


@node(
    models.DispatchTeam,
    prefix="team",
    visible=company_only,
    description="Workers who are dispatched together.",
)
class DispatchTeam(Node):
    """A dispatch team."""

    id: strawberry.ID = identity("team")
    number: str = column(description="For people, unique per company.")
    name: str = column(description="The team's name.")
    owner: Worker = one(description="Who leads the team; an employee.")
    workers: list[Worker] = many(order=("name", "id"), description="Its members.")
    version: int = column(description="Grows with every change; send it back as `expectedVersion`.")


@strawberry.input(one_of=True, description="Exactly one way to name a worker.")
class WorkerRef:
    """By id or by number."""

    id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="Its id.")
    number: strawberry.Maybe[str] = strawberry.field(description="Its number, for example `WRK-10001`.")


@strawberry.input(one_of=True, description="Exactly one way to name a dispatch team.")
class DispatchTeamRef:
    """By id or by number."""

    id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="Its id.")
    number: strawberry.Maybe[str] = strawberry.field(description="Its number, for example `TEAM-10001`.")


@strawberry.input(description="Which workers to list: those that meet every condition given.")
class WorkerFilter(ActiveRecordFilter):
    """For `workers`."""

    type: list[WorkerType] | None = strawberry.field(default=None, description="Of one of these types.")
    team_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="In one of these teams.")

    def where(self) -> Q:
        """The condition on workers."""
        where = super().where()
        if self.type is not None:
            where &= Q(type__in=self.type)
        if self.team_ids is not None:
            where &= Q(team_id__in=keys_of(self.team_ids, "team", "dispatch team", "filter", "teamIds"))
        return where


@strawberry.input(description="A new worker, in no team.")
class CreateWorkerInput(MutationInput):
    """For `createWorker`."""

    name: str = strawberry.field(description="The person's name, at most 120 characters.")
    type: WorkerType = strawberry.field(description="Employee or contractor.")
    number: str | None = strawberry.field(default=None, description=NUMBER)
    email: str | None = strawberry.field(default=None, description="E-mail address.")
    phone: str | None = strawberry.field(default=None, description="Telephone number, at most 40 characters.")
    calendar_id: strawberry.ID | None = strawberry.field(
        default=None, description="Working time; the company's calendar unless given."
    )

    def command(self) -> operations.CreateWorker:
        """The command this asks for."""
        return operations.CreateWorker(
            name=self.name,
            type=self.type,
            number=self.number,
            email=self.email,
            phone=self.phone,
            calendar_id=optional_key(self.calendar_id, "cal", "calendar", "calendarId"),
        )


@strawberry.input(description="What is to be different about a worker, apart from their team.")
class ChangeWorkerInput(MutationInput):
    """For `changeWorker`."""

    worker_id: strawberry.ID = strawberry.field(description="Which worker.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    type: strawberry.Maybe[WorkerType] = strawberry.field(description=OMIT)
    email: strawberry.Maybe[str | None] = strawberry.field(description=OMIT_OR_CLEAR)
    phone: strawberry.Maybe[str | None] = strawberry.field(description=OMIT_OR_CLEAR)
    calendar_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        description="Omit to keep; null for the company's calendar."
    )
    active: strawberry.Maybe[bool] = strawberry.field(
        description="Omit to keep. False when the person leaves the company, and with it their team."
    )
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeWorker:
        """The command this asks for."""
        return operations.ChangeWorker(
            worker_id=key_of(self.worker_id, "wrk", "worker", "workerId"),
            name=kept(self.name),
            type=kept(self.type),
            email=kept(self.email),
            phone=kept(self.phone),
            calendar_id=kept_key(self.calendar_id, "cal", "calendar", "calendarId"),
            active=kept(self.active),
            expected_version=self.expected_version,
        )


@strawberry.input(description="A new dispatch team without members.")
class CreateDispatchTeamInput(MutationInput):
    """For `createDispatchTeam`."""

    name: str = strawberry.field(description="The team's name, at most 120 characters.")
    owner_id: strawberry.ID = strawberry.field(description="Who leads it: an active employee.")
    number: str | None = strawberry.field(default=None, description=NUMBER)

    def command(self) -> operations.CreateDispatchTeam:
        """The command this asks for."""
        return operations.CreateDispatchTeam(
            name=self.name, owner_id=key_of(self.owner_id, "wrk", "worker", "ownerId"), number=self.number
        )


@strawberry.input(description="What is to be different about a dispatch team, apart from its members.")
class ChangeDispatchTeamInput(MutationInput):
    """For `changeDispatchTeam`."""

    team_id: strawberry.ID = strawberry.field(description="Which team.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    owner_id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="Omit to keep. An active employee.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeDispatchTeam:
        """The command this asks for."""
        owner_id = KEEP if self.owner_id is None else key_of(self.owner_id.value, "wrk", "worker", "ownerId")
        return operations.ChangeDispatchTeam(
            team_id=key_of(self.team_id, "team", "dispatch team", "teamId"),
            name=kept(self.name),
            owner_id=owner_id,
            expected_version=self.expected_version,
        )


@strawberry.input(description="A dispatch team that is no longer needed.")
class DeleteDispatchTeamInput(MutationInput):
    """For `deleteDispatchTeam`."""

    team_id: strawberry.ID = strawberry.field(description="Which team; one without members.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.DeleteDispatchTeam:
        """The command this asks for."""
        return operations.DeleteDispatchTeam(
            team_id=key_of(self.team_id, "team", "dispatch team", "teamId"), expected_version=self.expected_version
        )


@strawberry.input(description="Which team a worker is in from now on.")
class SetTeamMemberInput(MutationInput):
    """For `setTeamMember`."""

    worker_id: strawberry.ID = strawberry.field(description="Which worker.")
    team_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        description="Their team from now on; null takes them out of the one they are in. Refused when omitted."
    )
    expected_version: int | None = strawberry.field(
        default=None, description="Version of the worker. Refused with VERSION_CONFLICT when it has moved on."
    )

    def command(self) -> operations.SetTeamMember:
        """The command this asks for."""
        if self.team_id is None:
            raise Refused(Code.INVALID, "Say which team, or null for none.", ("teamId",))
        return operations.SetTeamMember(
            worker_id=key_of(self.worker_id, "wrk", "worker", "workerId"),
            team_id=optional_key(self.team_id.value, "team", "dispatch team", "teamId"),
            expected_version=self.expected_version,
        )


@strawberry.type
class WorkforceQueries:
    """Reading workers and dispatch teams."""

    worker = looked_up(Worker, WorkerRef, "A worker; null when there is none, or you may not see them.")
    workers = listing(Worker, WorkerFilter, RecordOrder.NUMBER_ASC, "Workers.")
    dispatch_team = looked_up(
        DispatchTeam, DispatchTeamRef, "A dispatch team; null when it does not exist or you may not see it."
    )
    dispatch_teams = listing(DispatchTeam, RecordFilter, RecordOrder.NUMBER_ASC, "Dispatch teams.")


@strawberry.type
class WorkforceMutations:
    """Changing workers and dispatch teams."""

    create_worker = mutation(
        operations.create_worker, CreateWorkerInput, "Creates a worker, in no team.", worker=Worker
    )
    change_worker = mutation(
        operations.change_worker,
        ChangeWorkerInput,
        "Changes a worker. One who leaves the company leaves their team too; the owner of a team cannot leave.",
        worker=Worker,
    )
    create_dispatch_team = mutation(
        operations.create_dispatch_team,
        CreateDispatchTeamInput,
        "Creates a dispatch team without members; `setTeamMember` puts workers in it.",
        team=DispatchTeam,
    )
    change_dispatch_team = mutation(
        operations.change_dispatch_team,
        ChangeDispatchTeamInput,
        "Gives a dispatch team another name or owner.",
        team=DispatchTeam,
    )
    delete_dispatch_team = deletion(
        operations.delete_dispatch_team,
        DeleteDispatchTeamInput,
        "Deletes a dispatch team; refused with IN_USE while it has members.",
        DispatchTeam,
    )
    set_team_member = mutation(
        operations.set_team_member,
        SetTeamMemberInput,
        "Puts a worker in a team, which takes them out of the one they were in, or in none.",
        worker=Worker,
    )
