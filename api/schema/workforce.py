"""Workers and dispatch teams."""

import strawberry

from api.schema.calendars import Calendar
from api.schema.nodes import Node, node
from api.selection import column, identity, many, one
from domain.core.rows import company_only
from domain.workforce import models
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
