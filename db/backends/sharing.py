"""The one write transaction that SQLite allows at a time, shared by those who write one after the other.

The disk takes longer over a commit than most writes take altogether. So who waits when a write is done writes in the
same transaction, behind a savepoint of their own, and each is answered when the commit that holds their write is on the
disk. While it is on its way there, the next ones gather.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, Protocol

# The first of a group waits for the last, and other processes for all of them.
_MOST_MEMBERS = 32
_LONGEST_SECONDS = 0.05


class GroupLost(Exception):
    """The database has given up a transaction that several wrote in, because of one of them."""


class WriteTransaction(Protocol):
    """What a transaction is made of."""

    @property
    def is_open(self) -> bool:
        """Whether it has begun and not ended."""
        ...

    async def begin(self) -> None:
        """Wait for the database's write lock and take it."""
        ...

    async def commit(self) -> None:
        """End it, with all that was written on the disk; or with nothing, and an error."""
        ...

    async def roll_back(self) -> None:
        """End it as if it had never been."""
        ...

    def mark(self) -> None:
        """Set a mark to come back to."""
        ...

    def unmark(self, *, go_back: bool) -> None:
        """Take the mark away; `go_back`, with what was written since."""
        ...


@dataclass(slots=True)
class _Group:
    """Those whose writes are in a transaction, and the end that they wait for."""

    alone: bool
    ended: asyncio.Future[None]
    members: int = 0
    begun_at: float = field(default_factory=perf_counter)

    def takes(self, *, alone: bool) -> bool:
        is_short = perf_counter() - self.begun_at < _LONGEST_SECONDS and self.members < _MOST_MEMBERS
        return is_short and not alone and not self.alone

    def end(self, failure: BaseException | None) -> None:
        if failure is None:
            self.ended.set_result(None)
        elif isinstance(failure, Exception):
            self.ended.set_exception(failure)
            self.ended.exception()  # all members may have gone away, and then nobody hears of it
        else:
            self.ended.cancel()


class SharedTransaction:
    """Whose turn it is to write, and together with whom."""

    def __init__(self, transaction: WriteTransaction) -> None:
        self._transaction = transaction
        self._group: _Group | None = None
        self._taken = False  # by who writes, or by a transaction that is being ended
        self._waiting: deque[tuple[asyncio.Future[None], bool]] = deque()
        self._ending: set[asyncio.Task[None]] = set()

    async def enter(self, *, alone: bool = False) -> None:
        """Wait for a turn to write in an open transaction, which `alone` is nobody else's."""
        await self._take_turn(alone=alone)
        try:
            if self._group is None:
                await self._transaction.begin()
                self._group = _Group(alone, asyncio.get_running_loop().create_future())
            else:
                self._transaction.mark()
        except BaseException:
            self._pass_on()
            raise

    async def leave(self, *, is_done: bool) -> None:
        """Give up the turn: what was written is on the disk after this, or, if it is not done, nowhere.

        Who is not done waits for the commit too: they may have been refused for what the others wrote.

        Raises:
            Exception: the commit failed, and nothing was written.
        """
        group = self._group
        if group is None:
            raise RuntimeError("There is no transaction to leave.")
        is_shared = group.members > 0
        if not self._transaction.is_open or not (is_shared or is_done):
            # Some errors, a full disk for one, end SQLite's transaction by themselves.
            await self._end(group, self._transaction.roll_back)
        else:
            if is_shared:
                self._transaction.unmark(go_back=not is_done)
            group.members += is_done
            self._pass_on()
        if is_shared or is_done:
            await asyncio.shield(group.ended)

    def _pass_on(self) -> None:
        """Let the next one write in the same transaction, or else end it."""
        while self._waiting and self._waiting[0][0].done():
            self._waiting.popleft()  # has gone away
        if self._group is None or (self._waiting and self._group.takes(alone=self._waiting[0][1])):
            self._call_next()
        else:
            self._end(self._group, self._transaction.commit)

    def _end(self, group: _Group, how: Callable[[], Coroutine[Any, Any, None]]) -> Awaitable[None]:
        """Begin to end the transaction, which nobody's cancellation stops."""
        task = asyncio.create_task(self._ended(group, how))  # noqa: TID251 - belongs to all members, not to one
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
        return asyncio.shield(task)

    async def _ended(self, group: _Group, how: Callable[[], Coroutine[Any, Any, None]]) -> None:
        failure: BaseException | None = None
        if not self._transaction.is_open:
            failure = GroupLost("The database gave up the transaction; nothing of it was written.")
        try:
            await how()
        except BaseException as error:  # noqa: BLE001 - whatever it is, it is the members' to hear
            failure = error
        self._group = None
        group.end(failure)
        self._call_next()

    def _call_next(self) -> None:
        while self._waiting:
            turn, _ = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
        self._taken = False

    async def _take_turn(self, *, alone: bool) -> None:
        if not self._taken:
            self._taken = True
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append((turn, alone))
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self._pass_on()
            raise
