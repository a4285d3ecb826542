"""The table of what mutations are told and what comes of it: one test goes through it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from domain.core.actor import Role


@dataclass(frozen=True, slots=True)
class Told:
    """An input with its result, and what in it is to be put wrong with the refusal that follows."""

    given: dict[str, Any]
    gives: dict[str, Any]
    wrong: dict[str, Any]
    code: str
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A mutation, what is selected of its payload, who may not use it, and the rows it needs."""

    name: str
    selection: str
    forbidden: Role
    tell: Callable[[], Awaitable[Told]]


CHANGES: list[Change] = []


def change(name: str, selection: str, forbidden: Role = Role.DISPATCHER) -> Callable[[Any], Any]:
    """Put a mutation in the table."""

    def put(tell: Callable[[], Awaitable[Told]]) -> Callable[[], Awaitable[Told]]:
        CHANGES.append(Change(name, selection, forbidden, tell))
        return tell

    return put
