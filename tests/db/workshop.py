"""A small business for tests of the read path: every kind of column, every kind of relation, on both databases."""

# ruff: noqa: D101

import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import IntEnum, StrEnum
from pathlib import Path
from uuid import UUID

from tortoise import Tortoise, fields
from tortoise.backends.base.executor import EXECUTOR_CACHE
from tortoise.models import Model

import db.config
from db.reading import close_readers, open_readers
from tests.postgres import Cluster

BEGINNING = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)


class Urgency(StrEnum):
    HIGH = "HIGH"
    NORMAL = "NORMAL"
    LOW = "LOW"


class Grade(IntEnum):
    TRAINEE = 3
    MASTER = 1


class Shade(StrEnum):
    RED = "#c00"
    GREEN = "#0c0"


class Team(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=80)
    fitters: fields.ReverseRelation["Fitter"]

    class Meta:
        table = "shop_team"


class Fitter(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=80)
    active = fields.BooleanField(default=True)
    retired = fields.BooleanField(null=True)
    grade = fields.IntEnumField(Grade)
    rate = fields.DecimalField(max_digits=10, decimal_places=3)
    team: fields.ForeignKeyNullableRelation[Team] = fields.ForeignKeyField("shop.Team", "fitters", null=True)
    badge: fields.BackwardOneToOneRelation["Badge"]

    class Meta:
        table = "shop_fitter"


class Badge(Model):
    id = fields.IntField(primary_key=True)
    code = fields.CharField(max_length=20)
    fitter: fields.OneToOneRelation[Fitter] = fields.OneToOneField("shop.Fitter", "badge")

    class Meta:
        table = "shop_badge"


class Client(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=80)
    city = fields.CharField(max_length=80, null=True)

    class Meta:
        table = "shop_client"


class Repair(Model):
    id = fields.IntField(primary_key=True)
    number = fields.CharField(max_length=20, unique=True, source_field="repair_number")
    title = fields.TextField()
    urgency = fields.CharEnumField(Urgency, default=Urgency.NORMAL)
    shade = fields.CharEnumField(Shade, null=True)
    closed = fields.BooleanField(default=False)
    starts_at = fields.DatetimeField(null=True)
    made_at = fields.DatetimeField()
    due_on = fields.DateField(null=True)
    cents = fields.BigIntField()
    hours = fields.DecimalField(max_digits=8, decimal_places=2, null=True)
    weight = fields.FloatField(null=True)
    token = fields.UUIDField(null=True)
    notes: object = fields.JSONField(null=True)
    client: fields.ForeignKeyRelation[Client] = fields.ForeignKeyField("shop.Client", "repairs")
    fitter: fields.ForeignKeyNullableRelation[Fitter] = fields.ForeignKeyField("shop.Fitter", "repairs", null=True)
    lines: fields.ReverseRelation["Line"]

    class Meta:
        table = "shop_repair"


class Line(Model):
    id = fields.IntField(primary_key=True)
    repair: fields.ForeignKeyRelation[Repair] = fields.ForeignKeyField("shop.Repair", "lines")
    place = fields.IntField()
    text = fields.CharField(max_length=80)
    fitter: fields.ForeignKeyNullableRelation[Fitter] = fields.ForeignKeyField("shop.Fitter", "lines", null=True)
    parts: fields.ReverseRelation["Part"]

    class Meta:
        table = "shop_line"


class Part(Model):
    id = fields.IntField(primary_key=True)
    line: fields.ForeignKeyRelation[Line] = fields.ForeignKeyField("shop.Line", "parts")
    sku = fields.CharField(max_length=20)

    class Meta:
        table = "shop_part"


MODELS = (Team, Fitter, Badge, Client, Repair, Line, Part)
NAMES = ("Søren Åbye", "SØREN ÅBYE", "ANNA", "anna", "100%", "a_b", "[x]", "C*?", "Æble\\Øl", "d'Or", "(x)", "x.y")


@asynccontextmanager
async def opened(url: str) -> AsyncGenerator[str]:
    """The workshop's tables in the database at `url`, with Tortoise and the read connections open."""
    config = db.config.tortoise_config(url)
    config["apps"] = {"shop": {"models": ["tests.db.workshop"], "default_connection": "default"}}
    EXECUTOR_CACHE.clear()  # Tortoise keeps SQL by the connection's name, whatever database that is
    await Tortoise.init(config=config, _enable_global_fallback=True)
    try:
        await Tortoise.generate_schemas()
        await open_readers(url)
        try:
            yield url
        finally:
            await close_readers()
    finally:
        await Tortoise.close_connections()


@asynccontextmanager
async def database(kind: str, folder: Path, postgres: Cluster | None) -> AsyncGenerator[str]:
    """A workshop on SQLite or PostgreSQL."""
    if postgres is None or kind == "sqlite":
        async with opened(f"sqlite://{folder / 'workshop.sqlite3'}") as url:
            yield url
        return
    name = f"workshop_{folder.name}".replace("-", "_")
    postgres.create_database(name)
    try:
        async with opened(postgres.url(name)) as url:
            yield url
    finally:
        postgres.drop_database(name)


async def fill(*, repairs: int = 120, seed: int = 7) -> None:
    """Rows of all kinds, the same every time."""
    chance = random.Random(seed)  # noqa: S311 - a test's data
    await Team.bulk_create([Team(id=each, name=f"Team {each}") for each in range(1, 4)])
    await Fitter.bulk_create(
        [
            Fitter(
                id=each,
                name=chance.choice(NAMES),
                active=chance.random() < 0.7,
                retired=chance.choice([None, True, False]),
                grade=chance.choice(list(Grade)),
                rate=Decimal(chance.randrange(100_000)) / 1000,
                team_id=chance.choice([None, 1, 2, 3]),
            )
            for each in range(1, 11)
        ]
    )
    await Badge.bulk_create([Badge(id=each, code=f"B{each}", fitter_id=each) for each in range(1, 6)])
    await Client.bulk_create(
        [
            Client(id=each, name=chance.choice(NAMES), city=chance.choice([None, "Aarhus", "Ærø"]))
            for each in range(1, 16)
        ]
    )
    await Repair.bulk_create([_repair(each, chance) for each in range(1, repairs + 1)])
    lines = [
        Line(repair_id=repair, place=place, text=chance.choice(NAMES), fitter_id=chance.choice([None, *range(1, 11)]))
        for repair in range(1, repairs + 1)
        for place in range(chance.randrange(4))
    ]
    await Line.bulk_create([*lines])
    await Part.bulk_create(
        [
            Part(line_id=line, sku=f"S{chance.randrange(5)}")
            for line in range(1, len(lines) + 1)
            for _ in range(line % 3)
        ]
    )


def _repair(number: int, chance: random.Random) -> Repair:
    moment = BEGINNING + timedelta(minutes=chance.randrange(50) * 15)
    return Repair(
        id=number,
        number=f"R-{number:05}",
        title=chance.choice(NAMES),
        urgency=chance.choice(list(Urgency)),
        shade=chance.choice([None, *Shade]),
        closed=chance.random() < 0.3,
        starts_at=chance.choice([None, moment, moment + timedelta(microseconds=chance.randrange(1_000_000))]),
        made_at=moment,
        due_on=chance.choice([None, date(2026, 3, 1) + timedelta(days=chance.randrange(20))]),
        cents=chance.randrange(-(2**40), 2**40),
        hours=chance.choice([None, Decimal(chance.randrange(2_000)) / 100]),
        weight=chance.choice([None, chance.random() * 100]),
        token=chance.choice([None, UUID(int=chance.getrandbits(128), version=4)]),
        notes=chance.choice([None, {"a": [1, None, "x"]}, ["Ø"], 5]),
        client_id=chance.randrange(1, 16),
        fitter_id=chance.choice([None, *range(1, 11)]),
    )


async def loaded_repairs() -> list[Repair]:
    """All repairs with all that belongs to them, as Tortoise loads them."""
    return (
        await Repair.all()
        .order_by("id")
        .prefetch_related(
            "client", "fitter__team", "fitter__badge", "lines__fitter__team", "lines__fitter__badge", "lines__parts"
        )
    )
