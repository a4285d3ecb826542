"""Entity types: their ids, and what is refused of them when the schema is built."""

# ruff: noqa: D101, D102

from datetime import datetime

import pytest
import strawberry

from api.selection import (
    check_entities,
    column,
    computed,
    entity,
    identity,
    many,
    one,
    parse_any_id,
    parse_id,
    write_id,
)
from db.projection import UnplannableError
from tests.api import workshop_schema
from tests.api.workshop_schema import Repair
from tests.db import workshop
from tests.db.conftest import shop as shop  # noqa: PLC0414 - the fixture


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("act_1", 1),
        ("act_0", 0),
        ("act_9223372036854775807", 2**63 - 1),
        ("act_9223372036854775808", None),
        ("act_01", None),
        ("act_-1", None),
        ("act_+1", None),
        ("act_1 ", None),
        ("act_1\n", None),
        ("act_\N{ARABIC-INDIC DIGIT ONE}", None),
        ("act_", None),
        ("act", None),
        ("act__1", None),
        ("ACT_1", None),
        ("so_1", None),
        ("1", None),
        ("", None),
        ("act_1_2", None),
        ("act_" + "1" * 5_000, None),
    ],
)
def test_an_id_is_read_to_the_letter(text: str, key: int | None) -> None:
    assert parse_id(text, "act") == key
    if key is not None:
        assert write_id("act", key) == text


def test_any_id_names_its_entity() -> None:
    found = parse_any_id("shoprep_12")
    assert found is not None
    assert (found[0].type, found[0].model, found[1]) == (Repair, workshop.Repair, 12)
    assert parse_any_id("shoprep_012") is None
    assert parse_any_id("") is None


@pytest.mark.usefixtures("shop")
def test_the_workshops_own_schema_is_in_order() -> None:
    check_entities(workshop_schema.schema)


@strawberry.type
class WithResolver:
    @strawberry.field
    def slow(self) -> str:
        return "slow"


@entity(workshop.Team, prefix="wrongteam", description="Wrong.")
class WrongTeam:
    id: strawberry.ID = identity("other")
    name: int = column(description="Text as a number.")
    missing: str = column(description="No such column.")
    fitters: list[WithResolver] = many(description="No entity.")


@entity(workshop.Repair, prefix="wrongrepair", description="Wrong.")
class WrongRepair:
    id: int = identity("wrongrepair")
    fitter_key: strawberry.ID = identity("shopfit", "fitter_id")
    starts_at: datetime = column(description="Nullable.")
    made_at: str = column(description="An instant as text.")
    urgency: str = column(description="An enum as text.")
    notes: str | None = column(description="JSON.")
    fitter: workshop_schema.Fitter = one(description="Nullable.")
    client: workshop_schema.Team = one(description="Another entity.")
    lines: list[workshop_schema.Part] = many(description="Other rows.")
    parts: list[workshop_schema.Part] = many(description="No relation.")
    orders: list[workshop_schema.Line] | None = many("lines", order=("nothing",), description="An order of nothing.")
    maybe: list[workshop_schema.Line] | None = many("lines", description="A list that may be null.")
    slow: list[WithResolver] = computed(needs=("id",), value=list, description="Objects with resolvers.")
    needy: str = computed(needs=("nothing",), value=str, description="Needs nothing that is there.")
    unplanned: str = strawberry.field(description="No plan.")
    due: "workshop_schema.PageInfo" = column("due_on", description="A single value as an object.")

    @strawberry.field(description="A resolver with an argument.")  # type: ignore[untyped-decorator]
    def resolved(self, size: int) -> str:
        return "x" * size


@strawberry.type
class WrongQuery:
    repair: WrongRepair
    team: WrongTeam


@pytest.mark.usefixtures("shop")
def test_the_build_names_everything_that_cannot_be_planned() -> None:
    with pytest.raises(UnplannableError) as refusal:
        check_entities(strawberry.Schema(WrongQuery, config=workshop_schema.CONFIG))
    troubles = sorted(str(refusal.value).splitlines())

    assert troubles == sorted(
        [
            "WrongTeam.id: its prefix is other, the entity's wrongteam",
            "WrongTeam.name: name holds text, not Int",
            "WrongTeam.missing: Team has no column 'missing'.",
            "WrongTeam.fitters: WithResolver is no entity",
            "WrongRepair.id: an identity is an ID",
            "WrongRepair.fitterKey: it may be null, and its type says that it is not",
            "WrongRepair.startsAt: it may be null, and its type says that it is not",
            "WrongRepair.madeAt: made_at holds instant, not String",
            "WrongRepair.urgency: String is not the enum of urgency",
            "WrongRepair.notes: notes is JSON: compute what is in it",
            "WrongRepair.fitter: it may be null, and its type says that it is not",
            "WrongRepair.client: Team stands for Team, the relation leads to Client",
            "WrongRepair.lines: Part stands for Part, the relation leads to Line",
            "WrongRepair.parts: Repair has no to-many relation 'parts'.",
            "WrongRepair.orders: Line has no column 'nothing'.",
            "WrongRepair.maybe: a to-many relation is a list without nulls: [T!]!",
            "WrongRepair.slow: WithResolver.slow is no plain attribute",
            "WrongRepair.needy: Repair has no column 'nothing'.",
            "WrongRepair.unplanned: there is no plan for it",
            "WrongRepair.due: due_on is a single value, PageInfo is not",
            "WrongRepair.due: it may be null, and its type says that it is not",
            "WrongRepair.resolved: a planned field takes no arguments",
            "WrongRepair.resolved: there is no plan for it",
        ]
    )


def test_a_prefix_belongs_to_one_type() -> None:
    with pytest.raises(TypeError, match="shopteam_"):

        @entity(workshop.Team, prefix="shopteam", description="Again.")
        class Another:
            id: strawberry.ID = identity("shopteam")

    with pytest.raises(TypeError, match="small letters"):
        entity(workshop.Team, prefix="Not_ok", description="Again.")
