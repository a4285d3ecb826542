"""The plain server: Strawberry's own view and executor over Tortoise objects, relations prefetched."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, cast

import strawberry
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache
from tortoise import Tortoise
from tortoise.backends.base.client import BaseDBAsyncClient
from tortoise.transactions import in_transaction

from db.config import is_postgres, tortoise_config
from db.outbox import EventRow
from domain.orders import models
from domain.orders.rules import DispatchStatus, OrderOrigin, OrderProgress, Priority
from domain.projects.rules import TransactionType

for _enum in (Priority, DispatchStatus, OrderOrigin, OrderProgress, TransactionType):
    strawberry.enum(_enum)


@strawberry.type
class Customer:
    """A customer."""

    id: int
    name: str
    phone: str | None


@strawberry.type
class Project:
    """A project."""

    id: int
    name: str


@strawberry.type
class Worker:
    """A worker."""

    id: int
    name: str


@strawberry.type
class Line:
    """An order line."""

    id: int
    line_number: int
    transaction_type: TransactionType
    description: str
    quantity: Decimal
    unit: str


@strawberry.type
class Order:
    """A service order."""

    id: int
    number: str
    description: str
    priority: Priority
    origin: OrderOrigin
    progress: OrderProgress
    service_at: datetime | None
    created_at: datetime
    version: int
    customer: Customer
    project: Project | None
    lines: list[Line]


@strawberry.type
class Activity:
    """A service activity."""

    id: int
    starts_at: datetime | None
    ends_at: datetime | None
    dispatch_status: DispatchStatus
    priority: Priority
    worker: Worker | None
    order: Order


# Rows are answered as they are: Strawberry reads the attributes it needs, whatever the class.
@strawberry.type
class Query:
    """What the workloads read."""

    @strawberry.field
    async def service_order(self, number: str) -> Order | None:
        """One order."""
        return cast("Order | None", await models.ServiceOrder.get_or_none(number=number).prefetch_related("customer"))

    @strawberry.field
    async def board(self, starts_at: datetime, ends_at: datetime) -> list[Activity]:
        """The activities of a time."""
        return cast(
            "list[Activity]",
            await models.ServiceActivity.filter(starts_at__gte=starts_at, starts_at__lt=ends_at)
            .order_by("starts_at", "id")
            .prefetch_related("worker", "order__customer"),
        )

    @strawberry.field
    async def service_orders(self, after: str, first: int) -> list[Order]:
        """Orders by number."""
        return cast(
            "list[Order]",
            await models.ServiceOrder.filter(number__gt=after)
            .order_by("number")
            .limit(first)
            .prefetch_related("lines", "customer", "project"),
        )


@strawberry.type
class Mutation:
    """What the workloads change."""

    @strawberry.mutation
    async def assign_activity(self, id: int, worker_id: int, starts_at: datetime) -> Activity:
        """Give an activity to a worker at a time."""
        async with in_transaction() as connection:
            row = await models.ServiceActivity.get(id=id, using_db=connection)
            row.worker_id, row.starts_at, row.ends_at = worker_id, starts_at, starts_at + timedelta(minutes=90)
            await row.save(using_db=connection, update_fields=["worker_id", "starts_at", "ends_at"])
            await _log("service_activity", id, connection)
            for line in await models.ServiceOrderLine.filter(activity_id=id, status="CREATED").using_db(connection):
                line.worker_id = worker_id
                await line.save(using_db=connection, update_fields=["worker_id"])
                await _log("service_order_line", line.id, connection)
        await row.fetch_related("worker", "order__customer")
        return cast("Activity", row)


async def _log(subject_type: str, subject_id: int, connection: BaseDBAsyncClient) -> None:
    await EventRow.create(
        using_db=connection,
        batch=0,
        at=datetime.now(UTC),
        kind="assigned",
        subject_type=subject_type,
        subject_id=subject_id,
        actor_name="plain",
        body={},
    )


schema = strawberry.Schema(Query, Mutation, extensions=[ParserCache, ValidationCache])


def create_app(url: str) -> Starlette:
    """The application over the database at `url`."""
    config = tortoise_config(url)
    backend = "asyncpg" if is_postgres(url) else "sqlite"
    config["connections"]["default"]["engine"] = f"tortoise.backends.{backend}"

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        await Tortoise.init(config=config, _enable_global_fallback=True)
        yield
        await Tortoise.close_connections()

    return Starlette(lifespan=lifespan, routes=[Route("/graphql", GraphQL[Any, Any](schema), methods=["POST"])])
