"""A schema with every kind of field and type, and values for it that are wrong in every way."""
# ruff: noqa: D101, D102 - planted types that say their names, and a seeded chance

import asyncio
import random
from collections.abc import AsyncIterator, Generator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum, StrEnum
from types import SimpleNamespace
from typing import Annotated, Any, NewType

import strawberry
from graphql import GraphQLSchema
from graphql.pyutils import Undefined
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission
from strawberry.scalars import JSON
from strawberry.schema.config import StrawberryConfig
from strawberry.types.cast import TYPE_CAST_ATTRIBUTE

Length = NewType("Length", timedelta)


def _length(value: timedelta) -> str | None:
    if value < timedelta():
        raise ValueError("a length is not negative")
    return f"PT{int(value.total_seconds())}S" if value else None


@strawberry.enum
class Colour(StrEnum):
    RED = "RED"
    BLUE = "BLUE"


@strawberry.enum
class Grade(Enum):
    LOW = 1
    HIGH = 2


class Nobody(BasePermission):
    message = "nobody may read this"

    def has_permission(self, source: Any, info: strawberry.Info, **_: Any) -> bool:  # noqa: ARG002
        return bool(info.context == "somebody")


class Shout(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        return str(next_(source, info, **kwargs)).upper()


@strawberry.type
class Leaf:
    i: int
    f: float | None
    s: str | None
    b: bool
    e: Colour | None
    g: Grade
    key: strawberry.ID
    at: datetime | None
    on: date
    money: Decimal
    length: Length | None
    body: JSON | None
    names: list[str | None]


@strawberry.interface
class Named:
    name: str


@strawberry.type
class Cat(Named):
    lives: int
    leaf: Leaf | None


@strawberry.type
class Dog(Named):
    name: str
    owner: "Cat | None"
    friends: list[Named | None]


@strawberry.type
class Fish:
    scales: int
    s: str | None


Pet = Annotated[Cat | Dog | Fish, strawberry.union("Pet")]


@strawberry.type
class Middle:
    n: int
    leaf: Leaf
    maybe: Leaf | None
    leaves: list[Leaf]
    holes: list[Leaf | None] | None
    numbers: list[int]
    grid: list[list[int | None]]
    cat: Cat | None
    named: Named | None
    nameds: list[Named]
    pet: Pet | None
    pets: list[Pet | None]
    secret: str | None = strawberry.field(permission_classes=[Nobody])
    loud: str | None = strawberry.field(extensions=[Shout()])

    @strawberry.field
    def slow(self, info: strawberry.Info, times: int = 2) -> int:
        return len(info.field_name) * times

    @strawberry.field
    async def slower(self) -> Leaf:
        await asyncio.sleep(0)
        return self.leaf


@dataclass
class Root:
    middles: list[Middle]
    pets: list[Any]


RootInfo = strawberry.Info[str, Root]


@strawberry.type
class Query:
    @strawberry.field
    def middles(self, info: RootInfo) -> list[Middle]:
        return info.root_value.middles

    @strawberry.field
    def maybes(self, info: RootInfo) -> list[Middle | None] | None:
        return list(info.root_value.middles)

    @strawberry.field
    async def middle(self, info: RootInfo) -> Middle | None:
        return info.root_value.middles[0]

    @strawberry.field
    def nameds(self, info: RootInfo) -> list[Named]:
        return info.root_value.pets

    @strawberry.field
    def pets(self, info: RootInfo) -> list[Pet | None]:
        return info.root_value.pets


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def middle(self, info: RootInfo) -> Middle | None:
        return info.root_value.middles[0]

    @strawberry.mutation
    def pets(self, info: RootInfo) -> list[Pet | None]:
        return info.root_value.pets


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def nameds(self) -> AsyncIterator[list[Named | None]]:
        yield []


SCHEMA: GraphQLSchema = strawberry.Schema(
    Query,
    Mutation,
    Subscription,
    types=[Cat, Dog],
    config=StrawberryConfig(
        scalar_map={Length: strawberry.scalar(name="Length", serialize=_length, parse_value=timedelta)}
    ),
)._schema


class Boom:
    """Every attribute raises."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise ValueError(f"boom {name}")


class Later:
    """An awaitable that can be awaited again."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __await__(self) -> Generator[None, None, Any]:
        yield
        return self.value


class Ginger(Cat):
    """A class of its own whose GraphQL type is Cat."""


class Broken(Exception):
    """An error returned as a value, with the attributes of the right value."""

    def __init__(self, value: Any) -> None:
        super().__init__("broken")
        vars(self).update(getattr(value, "__dict__", {}))


class Values:
    """Random values; the given part of them is wrong, all in the same way or, mixed, in any."""

    def __init__(self, chance: random.Random, way: str, wrong: float) -> None:
        self.chance = chance
        self.way = way
        self.wrong = wrong

    def bad(self, value: Any, *others: Any) -> Any:
        if self.chance.random() >= self.wrong:
            return value
        ways = {"null": None, "undefined": Undefined, "later": Later(value), "error": Broken(value), "cast": value}
        way = self.chance.choice([*ways, "other"]) if self.way == "mixed" else self.way
        return self.chance.choice(others or (object,)) if way == "other" else ways[way]

    def leaf(self) -> Any:
        at = datetime(2026, 3, 4, 5, 6, self.chance.randint(0, 9), tzinfo=UTC)
        leaf = Leaf(
            i=self.bad(self.chance.randint(-9, 9), "x", "7", 2**40, True, 1.0, 1.5, Decimal(4)),
            f=self.bad(self.chance.choice([1.5, None]), "q", 3, float("nan"), float("inf"), 1e308, False),
            s=self.bad(self.chance.choice(["s", None]), 7, True, Colour.RED, b"x", [1]),
            b=self.bad(self.chance.random() < 0.5, 1, 0, "no", 2.5),
            e=self.bad(self.chance.choice([*Colour, None]), "RED", "GREEN", Grade.LOW, []),
            g=self.bad(self.chance.choice(list(Grade)), 1, "LOW", Colour.RED, {}),
            key=self.bad(strawberry.ID("id"), 5, 5.5, Decimal(3)),
            at=self.bad(self.chance.choice([at, None]), at.replace(tzinfo=None), "now", at.date()),
            on=self.bad(at.date(), at, "today"),
            money=self.bad(Decimal("12.50"), 12, "12.5", 1.5),
            length=self.bad(self.chance.choice([Length(timedelta(60)), None]), timedelta(-1), timedelta(), 4),
            body=self.bad(self.chance.choice([{"a": [1]}, None, 5]), Boom(), [None]),
            names=self.bad(["a", None, self.bad("b", 4)], ("a", "b"), {"only"}, "abc", {"k": 1}, 5),
        )
        return self.bad(leaf, Boom(), SimpleNamespace(**vars(leaf)), vars(leaf), 5, {})

    def cast(self, value: Any) -> Any:
        if self.way == "cast" and self.chance.random() < self.wrong:
            setattr(value, TYPE_CAST_ATTRIBUTE, self.chance.choice([Dog, Cat, Fish, Named]))
        return value

    def cat(self) -> Any:
        kind = Ginger if self.chance.random() < self.wrong else Cat
        cat = kind(name=self.bad("Tom", 3), lives=self.bad(9, "x"), leaf=self.leaf())
        return self.bad(self.cast(cat), Boom(), SimpleNamespace(name="x", lives=1, leaf=None), {"name": "y"})

    def dog(self, depth: int = 0) -> Any:
        friends = [self.pet(depth + 1) for _ in range(self.chance.randint(0, 2))] if depth < 2 else []
        return self.bad(Dog(name=self.bad("Rex"), owner=self.cat(), friends=self.bad(friends, tuple(friends))), 7)

    def pet(self, depth: int = 0) -> Any:
        fish = self.cast(Fish(scales=self.bad(4), s=self.bad("blue")))
        return self.chance.choice([self.cat(), self.dog(depth), self.cat(), fish if self.wrong else self.cat()])

    def middle(self) -> Any:
        leaves = [self.leaf() for _ in range(2)]
        middle = Middle(
            n=self.bad(3, "x"),
            leaf=self.leaf(),
            maybe=self.chance.choice([self.leaf(), None]),
            leaves=self.bad(leaves, 5, (), tuple(leaves), dict(enumerate(leaves))),
            holes=self.bad([*leaves, None], "holes"),
            numbers=self.bad([1, self.bad(2, "t")], range(3), {1, 2}),
            grid=[[1, None], self.bad([2], 2, [[2]])],
            cat=self.cat(),
            named=self.pet(),
            nameds=self.bad([self.pet(), self.cat()]),
            pet=self.pet(),
            pets=self.bad([self.pet(), None]),
            secret="secret",
            loud="loud",
        )
        return self.bad(middle, Boom(), SimpleNamespace(**vars(middle)))


def roots(chance: random.Random) -> list[Root]:
    """Values for the schema's roots: right ones, and ones wrong in each way at several rates."""
    made = []
    ways = ["null", "null", "undefined", "later", "error", "error", "cast", "cast", "other", "other", "mixed", "mixed"]
    for way, wrong in [(way, wrong) for way in ways for wrong in (0.0, 0.02, 0.1, 0.3)]:
        values = Values(chance, way, wrong)
        pets = [values.pet() for _ in range(3)]
        made.append(Root(middles=[values.middle() for _ in range(2)], pets=pets))
    return made
