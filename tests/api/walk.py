"""Every edge of the schema, walked with the rights of one caller; and what of the company is not theirs to be shown."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    Undefined,
    get_named_type,
    is_leaf_type,
    parse,
)
from tortoise.fields import CharField, TextField
from tortoise.models import Model

from api.context import Context, Services
from api.executor import execute
from api.masking import present
from api.schema.build import schema
from api.selection.asked import entity_behind
from domain.core.actor import Actor

# What names somebody; amounts and postal codes coincide.
_TELLING = re.compile(r"(?=.*[^\W\d]).{4,}", re.DOTALL)
_ID = re.compile(r"\b([a-z]{2,4})_(\d+)\b")


@dataclass(frozen=True, slots=True)
class Kind:
    """One entity type: its table and how its ids begin."""

    name: str
    model: type[Model]
    prefix: str | None


def kinds() -> list[Kind]:
    """Every entity type of the schema."""
    return [
        Kind(type_.name, found.model, found.prefix)
        for type_ in schema.type_map.values()
        if isinstance(type_, GraphQLObjectType) and (found := entity_behind(type_)) is not None
    ]


@dataclass(slots=True)
class Ownership:
    """What is one caller's: rows by type, and every text of the company that stands in none of them."""

    ids: dict[str, set[int]] = field(default_factory=dict)
    foreign_texts: set[str] = field(default_factory=set)

    def strangers(self, answer: str) -> list[str]:
        """The ids and texts in an answer that are not the caller's."""
        found = [
            match[0]
            for match in _ID.finditer(answer)
            if match[1] in self.ids and int(match[2]) not in self.ids[match[1]]
        ]
        return sorted({*found, *(text for text in self.foreign_texts if text in answer)})


async def ownership(own: dict[str, set[int]], *, guarded: Collection[str]) -> Ownership:
    """Who has which rows: `own` by type's name, nothing of a type that is not there; texts of the `guarded` types."""
    found, own_texts = Ownership(), set[str]()
    for kind in kinds():
        if kind.prefix is None:
            continue
        mine = found.ids[kind.prefix] = own.get(kind.name, set())
        columns = [
            name
            for name, column in kind.model._meta.fields_map.items()
            if isinstance(column, CharField | TextField) and name not in {"country", "unit", "time_zone"}
        ]
        if not columns:
            continue
        for row in await kind.model.all().values("id", *columns):
            texts = {str(row[name]) for name in columns if row[name] and _TELLING.fullmatch(str(row[name]))}
            if row["id"] in mine:
                own_texts |= texts
            elif kind.name in guarded:
                found.foreign_texts |= texts
    # What is also in a row of one's own is no secret; nor is a word that such a text contains.
    found.foreign_texts = {
        text for text in found.foreign_texts - own_texts if not any(text in mine for mine in own_texts)
    }
    return found


@dataclass(slots=True)
class Walk:
    """One caller who asks for everything."""

    services: Services
    actor: Actor
    asked: int = 0
    answers: list[tuple[str, Any]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)

    async def ask(self, text: str) -> tuple[Any, list[str]]:
        """The data that answers a document, and the codes of its errors."""
        self.asked += 1
        context = Context(self.actor, "r-1", self.services)
        result = await execute(schema, parse(text), context=context, variables={}, operation_name=None)
        errors: list[Any] = present(result.errors or [], request_id="r-1")
        self.answers.append((text, {"data": result.data, "errors": errors}))
        return result.data, [error["extensions"]["code"] for error in errors]

    async def roots(self) -> None:
        """Every query field that needs no arguments, with two levels of what it leads to."""
        assert schema.query_type is not None
        for name, each in schema.query_type.fields.items():
            if _is_open(each):
                await self._spread(name, get_named_type(each.type), "{{ {0} }}")

    async def entities(self, ids: dict[str, Iterable[str]]) -> None:
        """Entities of every type by their ids, with two levels of what they lead to."""
        for name, some in ids.items():
            quoted = ", ".join(f'"{each}"' for each in some)
            await self._spread(
                f"... on {name}", schema.type_map[name], f"{{{{ nodes(ids: [{quoted}]) {{{{ {{0}} }}}} }}}}"
            )

    async def _spread(self, name: str, type_: object, around: str) -> None:
        """Ask for the leaves of a type, then for each edge alone: one that is refused hides no other."""
        if not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            await self.ask(around.format(name))
            return
        leaves = _leaves(type_)
        await self.ask(around.format(f"{name} {{ {leaves} }}"))
        for edge, below in _edges(type_):
            where = f"{type_.name}.{edge}"
            _, codes = await self.ask(around.format(f"{name} {{ {_head(type_)} {edge} {{ {_leaves(below)} }} }}"))
            if "FORBIDDEN" in codes:
                self.refused.add(where)
                continue
            for further, last in _edges(below):
                asked = f"{edge} {{ {_head(below)} {further} {{ {_leaves(last)} }} }}"
                await self.ask(around.format(f"{name} {{ {asked} }}"))


def _is_open(each: GraphQLField) -> bool:
    return not any(
        isinstance(given.type, GraphQLNonNull) and given.default_value is Undefined for given in each.args.values()
    )


def _leaves(type_: GraphQLObjectType | GraphQLInterfaceType) -> str:
    names = [name for name, each in type_.fields.items() if is_leaf_type(get_named_type(each.type)) and _is_open(each)]
    return " ".join(names) or "__typename"


def _head(type_: GraphQLObjectType | GraphQLInterfaceType) -> str:
    return "id" if "id" in type_.fields else "__typename"


def _edges(
    type_: GraphQLObjectType | GraphQLInterfaceType,
) -> Iterator[tuple[str, GraphQLObjectType | GraphQLInterfaceType]]:
    for name, each in type_.fields.items():
        below = get_named_type(each.type)
        if isinstance(below, GraphQLObjectType | GraphQLInterfaceType) and _is_open(each):
            yield name, below
