"""The compiled executor and graphql-core's own answer random documents over faulty values alike, to the last path."""
# ruff: noqa: D102, S311 - grammar rules that say their names, and a seeded chance

import random
from collections import Counter
from collections.abc import Awaitable
from typing import Any

import pytest
from graphql import DocumentNode, ExecutionResult, Executor, parse
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from api.executor import CompiledExecutor, execute_event
from api.executor import execute as execute_compiled
from tests.api import planted
from tests.api.planted import SCHEMA, Root

SEEDS = 4
DOCUMENTS = 170  # a seed, each of them three times

FIELDS: dict[str, dict[str, str]] = {
    "Leaf": dict.fromkeys(["i", "f", "s", "b", "e", "g", "key", "at", "on", "money", "length", "body", "names"], ""),
    "Named": {"name": ""},
    "Cat": {"name": "", "lives": "", "leaf": "Leaf"},
    "Dog": {"name": "", "owner": "Cat", "friends": "Named"},
    "Fish": {"scales": "", "s": ""},
    "Pet": {},
    "Middle": {
        **dict.fromkeys(["n", "numbers", "grid"], ""),
        **dict.fromkeys(["leaf", "maybe", "leaves", "holes"], "Leaf"),
        **dict.fromkeys(["named", "nameds"], "Named"),
        **dict.fromkeys(["pet", "pets"], "Pet"),
        "cat": "Cat",
    },
}
RESOLVED = {"slow": "", "slow(times: 3)": "", "slower": "Leaf", "secret": "", "loud": "", "unknown": ""}
ROOTS = {
    "query": [("middles", "Middle"), ("maybes", "Middle"), ("middle", "Middle"), ("nameds", "Named"), ("pets", "Pet")],
    "mutation": [("middle", "Middle"), ("pets", "Pet")],
    "subscription": [("nameds", "Named")],
}
KINDS = {"Named": ["Cat", "Dog", "Named"], "Pet": ["Cat", "Dog", "Fish", "Named"]}
FRAGMENTS = {"Leaf": "L", "Cat": "C", "Dog": "D", "Named": "N", "Middle": "M"}
# Shared by all documents, as nodes: where a fragment's fields merge with others differs from place to place.
FRAGMENT_NODES = parse(
    """
    fragment L on Leaf { x: s f @include(if: $yes) }
    fragment C on Cat { lives leaf { i same: g } }
    fragment D on Dog { owner { ...C } friends { ...N ... on Cat { leaf { i } } } }
    fragment N on Named { name ... on Cat { leaf @skip(if: $no) { ...L } } }
    fragment M on Middle { n leaf { ...L b } cat { ...C } leaves { key } }
    """
).definitions
DIRECTIVES = ["", "", "", "", " @include(if: $yes)", " @skip(if: $no)", " @skip(if: $yes)", " @include(if: true)"]


class Documents:
    """Random documents: aliases that merge, fragments, type conditions, skipped and unknown fields."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def selection(self, kind: str, depth: int = 0) -> str:
        parts = [self.part(kind, depth) for _ in range(self.chance.randint(1, 4))]
        return "{ " + " ".join(parts) + " }"

    def part(self, kind: str, depth: int) -> str:
        directive = self.chance.choice(DIRECTIVES)
        roll = self.chance.random()
        if roll < 0.1:
            return f"{self.chance.choice(['', 'type: '])}__typename{directive}"
        if roll < 0.2 and kind in FRAGMENTS:
            return f"...{FRAGMENTS[kind]}{directive}"
        if roll < 0.3:
            return f"... on {kind}{directive} {self.selection(kind, depth + 1)}"
        if kind in KINDS and (roll < 0.7 or kind == "Pet"):
            other = self.chance.choice(KINDS[kind])
            return f"... on {other}{directive} {self.selection(other, depth + 1)}"
        fields = dict(FIELDS[kind])
        if kind == "Middle" and self.chance.random() < 0.15:
            fields = RESOLVED
        name, inner = self.chance.choice(
            [field for field in fields.items() if depth < 5 or not field[1]] or [("__typename", "")]
        )
        alias = self.chance.choice(["", "", f"{name.split('(')[0]}{self.chance.randint(0, 1)}: ", "same: "])
        return f"{alias}{name}{directive}{' ' + self.selection(inner, depth + 1) if inner else ''}"

    def document(self) -> tuple[str, str]:
        operation = self.chance.choice(["query"] * 6 + ["mutation", "subscription"])
        selected = [
            f"r{number}: {name} {self.selection(kind)}"
            for number in range(1 if operation == "subscription" else self.chance.randint(1, 2))
            for name, kind in [self.chance.choice(ROOTS[operation])]
        ]
        return operation, f"{operation} ($yes: Boolean = true, $no: Boolean = false) {{ {' '.join(selected)} }}"


async def _stock(operation: str, document: DocumentNode, root: Root, variables: dict[str, Any]) -> ExecutionResult:
    event = root.pets if operation == "subscription" else root
    executor = StrawberryGraphQLCoreExecutionContext.build(SCHEMA, document, event, "nobody", variables)
    result: Any = executor.execute_operation() if isinstance(executor, Executor) else executor
    result = await result if isinstance(result, Awaitable) else result
    assert isinstance(result, ExecutionResult)
    return result


async def _compiled(operation: str, document: DocumentNode, root: Root, variables: dict[str, Any]) -> ExecutionResult:
    if operation == "subscription":
        return await execute_event(SCHEMA, document, event=root.pets, context="nobody", variables=variables)
    return await execute_compiled(SCHEMA, document, root=root, context="nobody", variables=variables)


def _said(result: ExecutionResult) -> tuple[str, list[Any]]:
    return repr(result.data), [error.formatted for error in result.errors or ()]


# graphql-core cancels the siblings of a failed field before they begin, and drops what they would have awaited.
@pytest.mark.filterwarnings(r"ignore:coroutine 'Executor\.:RuntimeWarning")
@pytest.mark.parametrize("seed", range(SEEDS))
async def test_random_documents_over_faulty_values_are_answered_as_graphql_core_answers_them(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    documents, roots = Documents(chance), planted.roots(chance)
    attempts: Counter[str] = Counter()
    attempt = CompiledExecutor._attempt

    def counted(executor: CompiledExecutor, *arguments: Any) -> Any:
        completed = attempt(executor, *arguments)
        attempts["left" if completed is None else "completed"] += 1
        return completed

    monkeypatch.setattr(CompiledExecutor, "_attempt", counted)
    faulty = 0
    for _ in range(DOCUMENTS):
        operation, text = documents.document()
        document = DocumentNode(definitions=(*parse(text).definitions, *FRAGMENT_NODES))
        # A document is compiled from its second run on; the third meets what was compiled for other values.
        for root in chance.sample(roots, 3):
            variables = {name: chance.random() < 0.5 for name in ("yes", "no") if chance.random() < 0.8}
            stock = await _stock(operation, document, root, variables)
            ours = await _compiled(operation, document, root, variables)
            assert _said(ours) == _said(stock), (text, variables)
            faulty += bool(stock.errors)
    # The comparison says something only while it meets enough of both.
    assert attempts["completed"] > DOCUMENTS
    assert attempts["left"] > DOCUMENTS // 4
    assert faulty > DOCUMENTS // 4
