"""Every field is decided for every role, and the running rules are what is decided."""

import re
import shutil
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLError, GraphQLField, GraphQLObjectType, get_named_type, parse

from api import visibility
from api.auth import Sessions
from api.context import Context, Services
from api.executor import execute
from api.live.sources import NoStream, open_stream
from api.masking import present
from api.schema.build import schema
from api.selection.asked import entity_behind
from api.settings import Settings
from db import lifecycle
from db.relay import Relay
from domain.core.actor import ANONYMOUS, Actor
from domain.core.operation import finish_running
from domain.core.rows import EVERYTHING, NOTHING
from tests.builders import actors
from tests.contract.documents import root_fields, smallest_document
from tests.contract.roles import CUSTOMERS_FILTER, CUSTOMERS_SEE, LETTERS, LIVE, MUTATIONS, PAGE, QUERIES, TYPES, page
from tests.serving import SECRET

FILE = "tests/contract/roles.py"
ACTORS: dict[str, Actor] = {
    "M": actors.MANAGER,
    "D": actors.DISPATCHER,
    "T": actors.technician(7),
    "C": actors.customer(9),
    "I": actors.INTEGRATION,
    "N": ANONYMOUS,
}
DECIDED = {"query": ("QUERIES", QUERIES), "mutation": ("MUTATIONS", MUTATIONS), "subscription": ("LIVE", LIVE)}
# Of no type, so it names nothing, and is refused only where no customer asks.
ID = '"nonsense"'
KEPT_OUT = {"FORBIDDEN", "UNAUTHENTICATED"}
SPEAKS_OF_NOTES_OR_MONEY = re.compile(
    r"[Nn]ote|[Cc]ost|[Pp]rice|[Mm]argin|[Aa]mount|[Rr]evenue|[Dd]iscount|[Ff]ee|[Rr]ate([A-Z]|$)|[Cc]harge"
)


@pytest.fixture(scope="module")
async def services(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Services]:
    """An empty company."""
    file = tmp_path_factory.mktemp("roles") / "roles.sqlite3"
    shutil.copyfile(sqlite_template, file)
    url = f"sqlite://{file}"
    async with lifecycle.database(url):
        yield Services(Settings(database_url=url), Sessions(SECRET), Relay(url))
        await finish_running()


async def codes(services: Services, kind: str, text: str, actor: Actor) -> set[object]:
    """The codes of the errors that answer a document."""
    document, context = parse(text), Context(actor, "r-1", services)
    if kind == "subscription":
        try:
            await open_stream(schema, document, context=context, variables=None, operation_name=None)
        except NoStream as refused:
            return _codes(refused.errors)
        return set()
    result = await execute(schema, document, context=context, variables={}, operation_name=None)
    return _codes(result.errors or [])


def _codes(errors: Sequence[GraphQLError]) -> set[object]:
    return {shown["extensions"]["code"] for shown in present(errors, request_id="r-1")}  # type: ignore[index]


async def who_may(services: Services, kind: str, name: str, field: GraphQLField) -> str:
    """The letters of those whom the running rules let in."""
    text, letters = smallest_document(kind, name, field), ""
    for letter, actor in ACTORS.items():
        found = await codes(services, kind, text, actor)
        assert "INTERNAL" not in found, f"{text} fails for {actor.name}."
        letters += "" if found & KEPT_OUT else letter
    return letters


def who_sees(cls: type) -> str:
    """The letters of those who see rows of an entity type: capitals for all rows, small ones for their own."""
    visible = visibility._visible[cls]
    found = {letter: visible(actor) for letter, actor in ACTORS.items()}
    return "".join(
        letter if where is EVERYTHING else letter.lower() for letter, where in found.items() if where is not NOTHING
    )


def differences(table: str, decided: dict[str, str], running: dict[str, str]) -> str:
    """What to do about each line that is missing, too much or another; empty when there is nothing to do."""
    lacking = [f'    "{name}": "{letters}",' for name, letters in sorted(running.items()) if name not in decided]
    others = [
        f'{table}["{name}"] says "{decided[name]}", the running rules "{letters}": change either.'
        for name, letters in running.items()
        if name in decided and decided[name] != letters
    ]
    gone = [f'{table}["{name}"] is of nothing: delete the line.' for name in decided if name not in running]
    if lacking:
        told = "decide who may, one line each in alphabetical order; by the rules as they run these would be"
        others.insert(0, "\n".join([f"{table} is without some that the schema has: {told}", *lacking]))
    return "\n".join(["", f"In {FILE}:", *others, *gone, "Then: make roles"]) if others or gone else ""


@pytest.mark.parametrize("kind", DECIDED)
async def test_every_field_is_decided_and_the_running_rules_agree(services: Services, kind: str) -> None:
    fields = [(name, field) for of, name, field in root_fields(schema) if of == kind]
    running = {name: await who_may(services, kind, name, field) for name, field in fields}

    assert running
    found = differences(*DECIDED[kind], running)
    assert not found, found


def entity_types() -> dict[str, type]:
    return {
        type_.name: found.type
        for type_ in schema.type_map.values()
        if isinstance(type_, GraphQLObjectType) and (found := entity_behind(type_)) is not None
    }


def test_every_entity_is_decided_and_the_running_rules_agree() -> None:
    found = differences("TYPES", TYPES, {name: who_sees(cls) for name, cls in entity_types().items()})

    assert not found, found


def test_every_note_and_amount_that_customers_could_see_is_decided() -> None:
    """Whether it is null for them is for `tests/api/test_reach.py` to see."""
    seen = [name for name, letters in TYPES.items() if "c" in letters.lower()]
    spoken = {
        f"{name}.{field}"
        for name in seen
        for field, each in schema.type_map[name].fields.items()  # type: ignore[attr-defined]
        if (SPEAKS_OF_NOTES_OR_MONEY.search(field) or get_named_type(each.type).name == "Money")
        # What leads to entities is decided by these.
        and entity_behind(get_named_type(each.type)) is None
    }

    assert spoken
    lacking = [f'"{name}": "SHOWN" or "NULL",' for name in sorted(spoken - set(CUSTOMERS_SEE))]
    assert not lacking, f"undecided: a line of CUSTOMERS_SEE in {FILE}:\n" + "\n".join(lacking)
    assert set(CUSTOMERS_SEE) == spoken
    assert set(CUSTOMERS_SEE.values()) <= {"SHOWN", "NULL"}


def filters_of_customers() -> dict[str, str]:
    """The filters of lists that customers may ask for which speak of other things or of states, and of which list."""
    found = {}
    for of, name, field in root_fields(schema):
        given = field.args.get("filter")
        if of == "query" and given is not None and "C" in QUERIES[name]:
            type_: Any = get_named_type(given.type)
            for key, each in type_.fields.items():
                kind = get_named_type(each.type)
                if kind.name == "ID" or isinstance(kind, GraphQLEnumType):
                    found[f"{type_.name}.{key}"] = name
    return found


async def test_every_filter_that_customers_could_ask_with_is_decided_and_the_running_rules_agree(
    services: Services,
) -> None:
    """What is found by the ones that are narrowed to their own is for `tests/api/test_reach.py` to see."""
    lists = filters_of_customers()
    assert set(CUSTOMERS_FILTER) == set(lists), f"CUSTOMERS_FILTER in {FILE}"
    for name, how in CUSTOMERS_FILTER.items():
        type_name, key = name.split(".")
        kind: Any = schema.type_map[type_name]
        of = kind.fields[key].type
        value = f"[{next(iter(get_named_type(of).values))}]" if isinstance(get_named_type(of), GraphQLEnumType) else ID
        text = f"{{ {lists[name]}(filter: {{{key}: {value}}}) {{ totalCount }} }}"
        assert (await codes(services, "query", text, actors.customer(9)) == {"FORBIDDEN"}) is (how == "FORBIDDEN"), name
        assert "FORBIDDEN" not in await codes(services, "query", text, actors.MANAGER)


@pytest.mark.parametrize("decided", [QUERIES, MUTATIONS, LIVE, TYPES])
def test_the_lines_are_in_order(decided: dict[str, str]) -> None:
    """Two who add a line each then meet less often."""
    order = "".join(LETTERS)

    assert list(decided) == sorted(decided)
    for letters in decided.values():
        assert list(letters) == sorted(letters, key=lambda each: order.index(each.upper()))


def test_the_page_is_current() -> None:
    assert PAGE.read_text("utf-8") == page(), "Write it anew: make roles"
