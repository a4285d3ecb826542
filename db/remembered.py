"""What is kept of a database between requests, and forgotten when a database is opened."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")

_forget: list[Callable[[], None]] = []


class Remembered(Generic[T]):
    """At most `most` values by key. A key names one state of a thing for good: its id and its version."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: dict[Hashable, T] = {}
        _forget.append(self._values.clear)

    def get(self, key: Hashable) -> T | None:
        """The value of `key`, if it is known."""
        return self._values.get(key)

    def put(self, key: Hashable, value: T) -> None:
        """Remember a value; the one put in first is the first to go."""
        if len(self._values) >= self._most:
            del self._values[next(iter(self._values))]
        self._values[key] = value


def forget_everything() -> None:
    """Know nothing of any database."""
    for forget in _forget:
        forget()
