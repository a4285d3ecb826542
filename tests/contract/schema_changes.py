"""What of the schema has changed since the last release: breaking and dangerous changes, printed.

Run as a module it exits with 1 when something breaks clients of a release. Before the first release there is nobody to
break: then the last committed schema is compared, and what is found is only told.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from graphql import build_schema, find_breaking_changes, find_dangerous_changes

FILE = "schema.graphql"
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Changes:
    """What clients of the older schema may stumble over."""

    breaking: list[str]
    dangerous: list[str]


def changes_between(older: str, newer: str) -> Changes:
    """The breaking and dangerous changes from one schema to another, each in its definition language."""
    before, after = build_schema(older), build_schema(newer)
    return Changes(
        [change.description for change in find_breaking_changes(before, after)],
        [change.description for change in find_dangerous_changes(before, after)],
    )


def last_release() -> str | None:
    """The newest tag before the present commit; None before the first release."""
    found = _git("describe", "--tags", "--abbrev=0")
    return found.strip() if found else None


def schema_at(revision: str) -> str | None:
    """The schema as committed in a revision; None when it had none."""
    return _git("show", f"{revision}:{FILE}")


def _git(*arguments: str) -> str | None:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None


def main() -> int:
    """Print the changes; 1 when they break clients of a release."""
    release = last_release()
    since = release or "HEAD"
    older = schema_at(since)
    if older is None:
        sys.stdout.write(f"{FILE}: nothing to compare with at {since}.\n")
        return 0
    found = changes_between(older, (ROOT / FILE).read_text("utf-8"))
    for kind, changes in (("breaking", found.breaking), ("dangerous", found.dangerous)):
        sys.stdout.writelines(f"{FILE}: {kind} since {since}: {change}\n" for change in changes)
    return 1 if release is not None and found.breaking else 0


if __name__ == "__main__":
    sys.exit(main())
