"""The table of suites: what each runs, and the server it runs against."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.conformance.commands import Command
from tests.conformance.tools import EXAMPLES, JAVASCRIPT, PYTHON, ROOT, Tools


@dataclass(frozen=True, slots=True)
class Suite:
    """A public suite or client. `mode` is that of its server, none when it starts one itself.

    A `fresh` server keeps what the suite leaves behind from the others.
    """

    name: str
    commands: Callable[[Tools], list[Command]]
    mode: str | None = "demo"
    fresh: bool = False


def _node(tools: Tools, script: str) -> Command:
    return Command((*tools.node, "--import", "tsx", script), JAVASCRIPT)


def _tsc(tools: Tools, folder: Path, project: str) -> Command:
    return Command((*tools.node, "node_modules/typescript/bin/tsc", "--project", project), folder)


def _ours(script: str, *words: str) -> Command:
    """A script in the environment that the server has too."""
    return Command((sys.executable, str(PYTHON / script), *words), ROOT)


def _theirs(tools: Tools, script: str, *words: str) -> Command:
    """A script in the environment of the public Python tools."""
    return Command((str(tools.python), str(PYTHON / script), *words), ROOT)


def _mypy(*words: str, folder: Path = ROOT) -> Command:
    config = ("--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(ROOT / ".mypy_cache"))
    return Command((sys.executable, "-m", "mypy", *config, *words), folder)


SUITES = (
    Suite("graphql-http audit", lambda tools: [_node(tools, "audit.mjs")]),
    Suite("Apollo Client", lambda tools: [_node(tools, "apollo.mjs")]),
    Suite("urql", lambda tools: [_node(tools, "urql.mjs")]),
    Suite("Relay", lambda tools: [_node(tools, "relay/compile.mjs"), _node(tools, "relay/client.mjs")]),
    Suite(
        "graphql-codegen, tsc",
        lambda tools: [
            _node(tools, "typed/codegen.mjs"),
            _tsc(tools, JAVASCRIPT, "typed"),
            _node(tools, "typed/client.ts"),
        ],
    ),
    Suite("Python gql", lambda _: [_ours("gql_client.py")]),
    Suite(
        "ariadne-codegen",
        lambda tools: [
            _theirs(tools, "ariadne_codegen.py"),
            _mypy(str(PYTHON / "ariadne_client.py")),
            _theirs(tools, "ariadne_client.py"),
        ],
    ),
    Suite("graphql-eslint", lambda tools: [_node(tools, "lint.mjs")]),
    Suite("graphql-inspector", lambda tools: [_node(tools, "inspect.mjs")]),
    Suite("schemathesis", lambda tools: [_theirs(tools, "fuzz.py")], fresh=True),
    Suite("vamp-graphql-audit", lambda tools: [_theirs(tools, "vamp.py", "closed")], mode="production"),
    Suite("vamp-graphql-audit, open", lambda tools: [_theirs(tools, "vamp.py", "open")], mode="introspection"),
    Suite(
        "GraphiQL in Chromium",
        lambda _: [Command((sys.executable, "-m", "pytest", "-v", "tests/browser"), ROOT)],
        mode=None,
    ),
    Suite("examples/python", lambda _: [_mypy(".", folder=EXAMPLES / "python"), _ours("examples.py", "python")]),
    Suite(
        "examples/typescript",
        lambda tools: [_tsc(tools, EXAMPLES / "typescript", "."), _ours("examples.py", "typescript")],
    ),
)
