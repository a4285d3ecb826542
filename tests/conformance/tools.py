"""The public tools that the suites run: fetched once, from npm and PyPI, at the versions of the lock files."""

import asyncio
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from api.explorer.build import digest, find_node

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
JAVASCRIPT = HERE / "javascript"
PYTHON = HERE / "python"
EXAMPLES = ROOT / "examples"
# ariadne-codegen and schemathesis want an older graphql-core than ours: they get an environment of their own.
PYTHON_TOOLS = HERE / ".venv"
_NPM_FILES = ("package.json", "package-lock.json", ".npmrc")
_LOCK = "requirements.lock"


@dataclass(frozen=True, slots=True)
class Tools:
    """Where the tools are."""

    node: tuple[str, ...]
    node_folder: str
    python: Path

    @property
    def environment(self) -> dict[str, str]:
        """What a command needs to find the same Node.js by name."""
        return {"PATH": f"{self.node_folder}{os.pathsep}{os.environ.get('PATH', '')}"}


async def prepare() -> Tools:
    """Fetch what has changed since the last time; nothing is asked of a registry when nothing has."""
    node = find_node()
    tools = Tools(node.node, node.folder, PYTHON_TOOLS / "bin" / "python")
    folders = (JAVASCRIPT, EXAMPLES / "typescript")
    await asyncio.gather(_fetch_python(tools), *(_fetch_javascript(folder, node.npm, tools) for folder in folders))
    return tools


async def _fetch_javascript(folder: Path, npm: tuple[str, ...], tools: Tools) -> None:
    stamp = folder / "node_modules" / ".tavle-stamp"
    if _is_new(stamp, made_from := digest(folder, _NPM_FILES)):
        words = ("ci", "--prefer-offline", "--loglevel=error")
        await _run(*npm, *words, cwd=folder, environment=tools.environment)
        stamp.write_text(made_from)


async def _fetch_python(tools: Tools) -> None:
    stamp = PYTHON_TOOLS / ".tavle-stamp"
    if _is_new(stamp, made_from := digest(HERE, (_LOCK,))):
        shutil.rmtree(PYTHON_TOOLS, ignore_errors=True)
        await _run(sys.executable, "-m", "venv", str(PYTHON_TOOLS), cwd=HERE)
        install = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement", _LOCK)
        await _run(str(tools.python), *install, cwd=HERE)
        stamp.write_text(made_from)


def _is_new(stamp: Path, made_from: str) -> bool:
    return not stamp.is_file() or stamp.read_text() != made_from


async def _run(*words: str, cwd: Path, environment: dict[str, str] | None = None) -> None:
    process = await asyncio.create_subprocess_exec(*words, cwd=cwd, env={**os.environ, **(environment or {})})
    if await process.wait():
        raise SystemExit(f"`{' '.join(words)}` failed in {cwd.name}; the reason is above.")
