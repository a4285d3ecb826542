"""A GraphQL schema over the workshop's models, for tests of selections. Prefixes are apart from the product's."""

# ruff: noqa: D101, D102

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Generic, TypeVar

import strawberry
from strawberry.schema.config import StrawberryConfig
from tortoise.expressions import Q

from api.schema.scalars import SCALARS
from api.selection import (
    assemble,
    column,
    computed,
    connection,
    entity,
    identity,
    many,
    one,
    parse_any_id,
    parse_id,
    row,
    rows,
    selection,
)
from db.projection import Select
from db.reading import snapshot
from tests.db import workshop as w

Info = strawberry.Info[Any, Any]
Urgency = strawberry.enum(w.Urgency, name="Urgency")
Shade = strawberry.enum(w.Shade, name="Shade")
Grade = strawberry.enum(w.Grade, name="Grade")


@strawberry.interface
class Node:
    id: strawberry.ID


@strawberry.type
class Action:
    name: str
    allowed: bool
    after: datetime | None


def steps(viewer: str, closed: bool, starts_at: datetime | None) -> list[Action]:  # noqa: FBT001 - a computed field's
    return [Action(name=f"close for {viewer}", allowed=not closed, after=starts_at)]


def shouted(name: str) -> str:
    return name.upper()


@entity(w.Team, prefix="shopteam", description="A team.")
class Team(Node):
    id: strawberry.ID = identity("shopteam")
    name: str = column(description="Its name.")
    fitters: list[Annotated["Fitter", strawberry.lazy("tests.api.workshop_schema")]] = many(description="Who is in it.")


@entity(w.Fitter, prefix="shopfit", description="A fitter.")
class Fitter(Node):
    id: strawberry.ID = identity("shopfit")
    name: str = column(description="The name.")
    rate: Decimal = column(description="Per hour.")
    grade: Grade = column(description="How good.")  # type: ignore[valid-type]
    team: Team | None = one(description="Null when in none.")
    team_id: strawberry.ID | None = identity("shopteam", "team_id", description="Null when in none.")
    loud: str = computed(needs=("name",), value=shouted, description="The name, loud.")


@entity(w.Part, prefix="shoppart", description="A part.")
class Part(Node):
    id: strawberry.ID = identity("shoppart")
    sku: str = column(description="Its number.")


@entity(w.Line, prefix="shopline", description="A line.")
class Line(Node):
    id: strawberry.ID = identity("shopline")
    place: int = column(description="Where.")
    text: str = column(description="What.")
    fitter: Fitter | None = one(description="Who.")
    parts: list[Part] = many(description="With what.")


@entity(w.Repair, prefix="shoprep", description="A repair.")
class Repair(Node):
    id: strawberry.ID = identity("shoprep")
    number: str = column(description="For people.")
    urgency: Urgency = column(description="How urgent.")  # type: ignore[valid-type]
    shade: Shade | None = column(description="Its colour.")  # type: ignore[valid-type]
    closed: bool = column(description="Done.")
    starts_at: datetime | None = column(description="When.")
    due: date | None = column("due_on", description="Until when.")
    hours: Decimal | None = column(description="How long.")
    client_name: str = column("client.name", description="For whom.")
    fitter: Fitter | None = one(description="Who.")
    team: Team | None = one("fitter.team", description="The fitter's team.")
    lines: list[Line] = many(order=("place",), description="What to do.")
    own_lines: list[Line] = many(
        "lines", where=lambda viewer: Q(text=viewer), description="What the viewer's name stands on."
    )
    actions: list[Action] = computed(
        needs=("closed", "starts_at"), value=steps, viewer=True, description="What may be done."
    )


T = TypeVar("T")


@strawberry.type
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.type
class Edge(Generic[T]):
    cursor: str
    node: T


@strawberry.type
class Connection(Generic[T]):
    nodes: list[T]
    edges: list[Edge[T]]
    page_info: PageInfo
    total_count: int


@strawberry.interface
class Problem:
    code: str


@strawberry.type
class PlainProblem(Problem):
    code: str


@strawberry.type
class StaleProblem(Problem):
    code: str
    current: Repair


@strawberry.type
class Closing:
    repair: Repair | None
    cursor: str | None
    problems: list[Problem]


@strawberry.type
class Board:
    zone: str
    teams: list[Team]
    repairs: list[Repair]
    first_repair: Repair | None
    actions: list[Action]


@strawberry.interface
class BoardEvent:
    cursor: str


@strawberry.type
class BoardSnapshot(BoardEvent):
    cursor: str
    board: Board


@strawberry.type
class RepairChanged(BoardEvent):
    cursor: str
    repair: Repair


def one_repair(pk: int | None) -> Select:
    return Select(w.Repair, Q(id=pk))


@strawberry.type
class Query:
    @strawberry.field
    async def repairs(self, info: Info, limit: int | None = None) -> list[Repair]:
        return await rows(selection(info), Select(w.Repair, None, ("number",), limit), viewer=info.context)  # type: ignore[return-value]

    @strawberry.field
    async def repair(self, info: Info, id: strawberry.ID) -> Repair | None:
        return await row(selection(info), one_repair(parse_id(id, "shoprep")), viewer=info.context)  # type: ignore[return-value]

    @strawberry.field
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        found = parse_any_id(id)
        if found is None:
            return None
        part = selection(info).on(found[0].type)
        return await row(part, Select(found[0].model, Q(id=found[1])), viewer=info.context)  # type: ignore[return-value]

    @strawberry.field
    async def pages(
        self,
        info: Info,
        first: int | None = None,
        after: str | None = None,
        last: int | None = None,
        before: str | None = None,
    ) -> Connection[Repair]:
        return await connection(  # type: ignore[return-value]
            selection(info),
            Select(w.Repair, Q(closed=False), ("urgency", "-starts_at")),
            first=first,
            after=after,
            last=last,
            before=before,
            viewer=info.context,
        )

    @strawberry.field
    async def board(self, info: Info) -> Board:
        return await board_of(info)  # type: ignore[return-value]


async def board_of(info: Info) -> object:
    async with snapshot():
        return await assemble(
            selection(info),
            zone="Europe/Copenhagen",
            teams=lambda part: rows(part, Select(w.Team, None, ("name",)), viewer=info.context),
            repairs=lambda part: rows(part, Select(w.Repair, Q(closed=True), ("id",)), viewer=info.context),
            first_repair=lambda part: row(part, one_repair(1), viewer=info.context),
            actions=[Action(name="save", allowed=True, after=None)],
        )


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def close(self, info: Info, id: strawberry.ID, stale: bool = False) -> Closing:  # noqa: FBT001, FBT002
        viewer = info.context
        pk = parse_id(id, "shoprep")

        async def problems(part: Any) -> Sequence[object]:
            if not stale:
                return []
            return [
                await assemble(
                    part.on(StaleProblem),
                    code="STALE",
                    current=lambda inner: row(inner, one_repair(pk), viewer=viewer),
                ),
                await assemble(part.on(PlainProblem), code="PLAIN"),
            ]

        return await assemble(  # type: ignore[return-value]
            selection(info),
            repair=None if stale else lambda part: row(part, one_repair(pk), viewer=viewer),
            cursor="abc:1",
            problems=problems,
        )


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def board(self, info: Info) -> BoardEvent:
        raise NotImplementedError(info)


CONFIG = StrawberryConfig(scalar_map={**SCALARS})
schema = strawberry.Schema(
    Query,
    Mutation,
    Subscription,
    types=[Fitter, Team, Repair, Line, Part, PlainProblem, StaleProblem, BoardSnapshot, RepairChanged],
    config=CONFIG,
)
