"""Moments, and a clock that tests set."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

# 08:00 UTC is 09:00 in Copenhagen: winter time.
MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)


def at(hours: float = 0, *, days: int = 0) -> datetime:
    """The moment so many days and hours after Monday 23 November 2026, 08:00 UTC."""
    return MONDAY + timedelta(days=days, hours=hours)


@dataclass(slots=True)
class SetClock:
    """A clock that stands still until it is moved."""

    now: datetime

    def advance(self, by: timedelta) -> datetime:
        """Move the clock forward; gives the new moment."""
        self.now += by
        return self.now
