"""A small schema of orders whose root values each test gives, with everything that is not a plain attribute."""
# ruff: noqa: D101, D102 - planted types that say their names

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

import strawberry
from graphql import GraphQLSchema
from strawberry.extensions import FieldExtension
from strawberry.permission import BasePermission
from strawberry.schema.config import StrawberryConfig


@dataclass
class Context:
    """Any object: the executor asks nothing of it."""

    actor: str = "nobody"
    log: list[str] = field(default_factory=list)


class OnlyAnna(BasePermission):
    message = "Only Anna."

    def has_permission(self, source: Any, info: strawberry.Info, **_: Any) -> bool:  # noqa: ARG002
        return bool(info.context.actor == "anna")


class Loud(FieldExtension):
    def resolve(self, next_: Any, source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        return str(next_(source, info, **kwargs)).upper()


@strawberry.enum
class Size(StrEnum):
    SMALL = "SMALL"
    LARGE = "LARGE"


@strawberry.type
class Money:
    amount: Decimal
    currency: str
    size: Size = Size.SMALL
    at: datetime | None = None
    on: date | None = None


@strawberry.interface
class Node:
    id: strawberry.ID


@strawberry.type
class Order(Node):
    price: Money | None = None
    prices: list[Money] = field(default_factory=list)
    parent: "Order | None" = None
    other: "Order | None" = None
    secret: str | None = strawberry.field(default="s", permission_classes=[OnlyAnna])
    loud: str = strawberry.field(default="l", extensions=[Loud()])

    @strawberry.field
    def told(self, info: strawberry.Info, word: str = "-") -> str:
        return f"{info.context.actor} {word} {info.variable_values} {info.field_name} {info.input_extensions}"


@strawberry.type
class Problem(Node):
    message: str


@strawberry.type
class Payload:
    order: Order | None
    orders: list[Order | None]
    node: Node
    user_errors: list[Node]
    thing: Order | Money | None = None


def order(number: int = 1, **values: Any) -> Order:
    """An order of which only what is given is set."""
    return Order(id=strawberry.ID(str(number)), **values)


def money(amount: str | None = "1", currency: str = "DKK", **values: Any) -> Money:
    """An amount of money; none is a fault."""
    known: Any = None if amount is None else Decimal(amount)
    return Money(amount=known, currency=currency, **values)


@strawberry.type
class Query:
    @strawberry.field
    def given(self, info: strawberry.Info) -> Payload | None:
        return info.root_value  # type: ignore[no-any-return]  # each test gives its own

    @strawberry.field
    async def orders(self, info: strawberry.Info) -> list[Order]:
        await asyncio.sleep(0)
        return info.root_value  # type: ignore[no-any-return]  # each test gives its own

    @strawberry.field
    def order(self, info: strawberry.Info) -> Order:
        return info.root_value  # type: ignore[no-any-return]  # each test gives its own

    @strawberry.field
    async def slow(self, info: strawberry.Info, name: str) -> str | None:
        try:
            await asyncio.sleep(0.01 if name == "short" else 60)
        finally:
            info.context.log.append(f"end {name}")
        return name

    @strawberry.field
    def fails(self) -> str:
        raise ValueError("no")


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def step(self, info: strawberry.Info, name: str, ticks: int) -> Payload:
        info.context.log.append(f"begin {name}")
        for _ in range(ticks):
            await asyncio.sleep(0)
        info.context.log.append(f"end {name}")
        return Payload(order=None, orders=[], node=Problem(id=strawberry.ID(name), message="m"), user_errors=[])


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def changed(self) -> AsyncIterator[Node]:
        yield order()


def schema(**settings: Any) -> GraphQLSchema:
    """The schema, as Strawberry makes it with the given settings."""
    return strawberry.Schema(
        Query, Mutation, Subscription, types=[Order, Problem], config=StrawberryConfig(**settings)
    )._schema


SCHEMA = schema()
