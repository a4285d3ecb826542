"""Chance that is the same on every machine and in every version of Python."""

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws from one seed. Only `random()` keeps its sequence from version to version, so all else is made of it."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a made-up company guards nothing

    def below(self, limit: int) -> int:
        """A whole number from 0 to just below `limit`."""
        return int(self._random.random() * limit)

    def chance(self, probability: float) -> bool:
        """Whether something happens that happens this often."""
        return self._random.random() < probability

    def pick(self, things: Sequence[T]) -> T:
        """One of `things`."""
        return things[self.below(len(things))]

    def some(self, things: Sequence[T], count: int) -> list[T]:
        """So many of `things`, in the order drawn."""
        left = list(things)
        return [left.pop(self.below(len(left))) for _ in range(min(count, len(left)))]

    def weighted(self, things: Sequence[tuple[T, int]]) -> T:
        """One of the things, each as often as its weight says."""
        drawn = self.below(sum(weight for _, weight in things))
        for thing, weight in things:
            drawn -= weight
            if drawn < 0:
                return thing
        raise AssertionError("unreachable")

    def around(self, middle: float, spread: float) -> float:
        """A number near `middle`."""
        return middle + (self._random.random() * 2 - 1) * spread
