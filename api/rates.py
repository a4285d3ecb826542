"""How much of the server one caller may use: buckets that fill again with time, kept by each process for itself."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv6Address, ip_address

from domain.core.actor import Actor

# What is charged at least, for the reading of a request and the writing of an answer; and for what was read in vain.
LEAST_COST, REFUSED_COST = 10, 100
# No single operation may cost more, so that a full bucket has room for any.
_LARGEST_COST = 10_000
_MOST_BUCKETS = 50_000
_NETWORK_BITS = 64
_MINUTE, _QUARTER = 60.0, 900.0
# Guesses at one account from one address, from anywhere, and from one address at any: who is at one address alone
# uses up that address' share before an account's, and cannot lock its owner out.
_PER_ADDRESS, _PER_ACCOUNT = 5, 10


class RateLimited(Exception):
    """A caller that has used up its share; after `retry_after` seconds there is room again."""

    def __init__(self, message: str, seconds: float) -> None:
        super().__init__(message)
        self.retry_after = max(1, math.ceil(seconds))
        self.message = f"{message} Try again in {self.retry_after} s."


class Buckets:
    """One bucket for each key: full at first, and filled from empty to full in `seconds`."""

    def __init__(
        self,
        size: float,
        seconds: float,
        *,
        most: int = _MOST_BUCKETS,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._size = size
        self._per_second = size / seconds
        self._most = most
        self._now = now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._left)

    def wait(self, key: str, amount: float) -> float:
        """The seconds until there is so much in a bucket; 0 when it is there."""
        return max(0.0, (amount - self._in(key)) / self._per_second)

    def take(self, key: str, amount: float) -> None:
        """Take so much out of a bucket, or put it in when it is negative; it may come to owe."""
        self._left[key] = (min(self._size, self._in(key) - amount), self._now())
        self._left.move_to_end(key)
        if len(self._left) > self._most:
            # The longest unused, which has filled most.
            self._left.popitem(last=False)

    def _in(self, key: str) -> float:
        left, at = self._left.get(key, (self._size, 0.0))
        return min(self._size, left + (self._now() - at) * self._per_second)


class Rates:
    """What the callers of one process use of it, by cost: users and programs each, everybody else by address."""

    def __init__(self, cost_per_minute: int = 0, *, now: Callable[[], float] = time.monotonic) -> None:
        """`cost_per_minute` may be used at once, and again over each minute; 0 is as much as they like."""
        self._users: Buckets | None = None
        if cost_per_minute:
            size = float(max(cost_per_minute, _LARGEST_COST))
            seconds = size / cost_per_minute * _MINUTE
            self._users = Buckets(size, seconds, now=now)
            # Of their own, so that no crowd of strangers makes a user's use forgotten.
            self._strangers = Buckets(size, seconds, now=now)

    def charge(self, actor: Actor, address: str | None, cost: int = LEAST_COST) -> None:
        """Charge an operation before it is executed.

        Raises:
            RateLimited: the caller has not so much left; nothing is charged.
        """
        if self._users is None:
            return
        cost = max(cost, LEAST_COST)
        buckets, key = self._bucket(actor, address)
        wait = buckets.wait(key, cost)
        if wait:
            raise RateLimited("You have used more of the server than one caller may.", wait)
        buckets.take(key, cost)

    def charge_refused(self, actor: Actor, address: str | None) -> None:
        """Charge a document that was read but is not executed."""
        if self._users is not None:
            buckets, key = self._bucket(actor, address)
            buckets.take(key, REFUSED_COST)

    def check(self, actor: Actor, address: str | None) -> None:
        """Refuse whoever has nothing left before anything is read.

        Raises:
            RateLimited.
        """
        if self._users is not None:
            buckets, key = self._bucket(actor, address)
            wait = buckets.wait(key, LEAST_COST)
            if wait:
                raise RateLimited("You have used more of the server than one caller may.", wait)

    def _bucket(self, actor: Actor, address: str | None) -> tuple[Buckets, str]:
        if actor.user_id is None or self._users is None:
            return self._strangers, network_of(address)
        return self._users, actor.key


class Attempts:
    """Sign-ins that failed of late: per account, per address, and per both; whether an account exists plays no part."""

    def __init__(self, most: int = 0, *, now: Callable[[], float] = time.monotonic) -> None:
        """`most` failures of one account from one address are free, and so many again in each 15 minutes; 0: any."""
        self._kinds: tuple[Buckets, ...] = ()
        if most:
            sizes = (most, most * _PER_ADDRESS, most * _PER_ACCOUNT)
            self._kinds = tuple(Buckets(size, _QUARTER, now=now) for size in sizes)

    def begin(self, account: str, address: str | None) -> Callable[[], None]:
        """Count one attempt; what is given back takes the count away again, for an attempt that did not fail.

        Counted before the password is looked at, so that a thousand at once are a thousand.

        Raises:
            RateLimited: there were too many; the password is not even looked at.
        """
        account, network = account.strip().lower(), network_of(address)
        keys = (f"{network} {account}", network, account)
        wait = max((kind.wait(key, 1) for kind, key in zip(self._kinds, keys, strict=False)), default=0.0)
        if wait:
            raise RateLimited("There were too many attempts to sign in.", wait)
        for kind, key in zip(self._kinds, keys, strict=False):
            kind.take(key, 1)

        def take_back() -> None:
            for kind, key in zip(self._kinds, keys, strict=False):
                kind.take(key, -1)

        return take_back


@lru_cache(maxsize=1024)
def network_of(address: str | None) -> str:
    """What stands for one caller behind an address: for IPv6 its /64, of which one household has them all."""
    try:
        found = ip_address(address or "")
    except ValueError:
        return address or "unknown"
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is not None:
            return str(found.ipv4_mapped)
        return f"{IPv6Address(int(found) >> _NETWORK_BITS << _NETWORK_BITS)}/{_NETWORK_BITS}"
    return str(found)
