"""Every refusal that an operation tells of is expected of it in a test that proves that nothing was changed.

What every operation may say of ids, versions, numbers and values is told of all mutations in `tests/api`.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import api.schema.build
import domain.exchange.operations
from domain.core.errors import Code
from domain.core.operation import OPERATIONS

# Importing them declares every operation.
assert api.schema.build.schema is not None
assert domain.exchange.operations.__doc__

TESTS = Path(__file__).parents[1]
# What proves that nothing was changed.
PROOFS = {"refusal", "refusal_of", "refusals", "nothing_changes"}
OF_EVERY_KIND = {
    Code.NOT_FOUND,
    Code.VERSION_CONFLICT,
    Code.INVALID,
    Code.ALREADY_EXISTS,
    Code.NUMBER_SEQUENCE_MISSING,
    Code.IN_USE,
    Code.BUSY,
}
# Said to those who have yet to sign in, over HTTP: `tests/api/test_access.py`.
OVER_HTTP = {("start_session", Code.WRONG_CREDENTIALS)}

Pair = tuple[str, Code]
_CODE = re.compile(r"[A-Z][A-Z_]+")


def told(docstring: str | None) -> list[Code]:
    """The codes with which an operation says it may refuse."""
    raises = re.search(r"Raises:(.*?)(?:\n\s*\n|$)", docstring or "", re.DOTALL)
    return [Code(word) for word in _CODE.findall(raises[1] if raises else "") if word in Code.__members__]


def _names(node: ast.AST) -> set[str]:
    found = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return found | {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}


def _codes(node: ast.AST) -> set[Code]:
    words = {each.attr for each in ast.walk(node) if isinstance(each, ast.Attribute)}
    words |= {str(each.value) for each in ast.walk(node) if isinstance(each, ast.Constant)}
    return {Code(word) for word in words & Code.__members__.keys()}


def _reached(test: ast.AST, named: dict[str, ast.AST]) -> list[ast.AST]:
    """A test and what it uses of its own module, in however many steps."""
    reached, todo, seen = [test], [test], set[str]()
    while todo:
        for name in sorted((_names(todo.pop()) & named.keys()) - seen):
            seen.add(name)
            reached.append(named[name])
            todo.append(named[name])
    return reached


def expected(source: str) -> Iterator[Pair]:
    """The operations and codes that stand together in a test that proves that nothing was changed."""
    named: dict[str, ast.AST] = {}
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            named[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            named |= {target.id: node for target in targets if isinstance(target, ast.Name)}
    for name, test in named.items():
        if name.startswith("test_"):
            parts = _reached(test, named)
            names, codes = set().union(*map(_names, parts)), set().union(*map(_codes, parts))
            if names & PROOFS:
                yield from ((each, code) for each in names for code in codes)


def test_every_refusal_that_is_told_of_is_expected() -> None:
    found = {pair for path in TESTS.glob("*/test_*.py") for pair in expected(path.read_text("utf-8"))}
    wanted = {
        (each.name.rpartition(".")[2], code)
        for each in OPERATIONS.values()
        for code in told(each.run.__doc__)
        if code not in OF_EVERY_KIND
    }

    assert len(wanted) > 150
    assert sorted(wanted - found - OVER_HTTP) == []


def test_every_code_is_refused_with_somewhere() -> None:
    found = {code for path in TESTS.glob("*/test_*.py") for _, code in expected(path.read_text("utf-8"))}

    assert [code for code in Code if code not in found] == []


def test_a_refusal_that_nobody_expects_is_found() -> None:
    source = """
LATE = Code.BUSY

async def test_it() -> None:
    assert await refusal(plan, 1) == LATE

async def test_without_proof() -> None:
    assert stop is Code.OVERLAP
"""

    assert set(expected(source)) >= {("plan", Code.BUSY)}
    assert ("stop", Code.OVERLAP) not in set(expected(source))
    assert told("Do it.\n\n    Raises:\n        Refused: BUSY, INVALID.\n\n    Source: 4.") == [Code.BUSY, Code.INVALID]
