"""Says of each check whether it held, in lines that the runner counts; and the cable that can be cut."""

import asyncio
import os
import sys
import traceback
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

URL = f"{os.environ['TAVLE_URL']}/graphql"
LIVE_URL = f"{os.environ['TAVLE_CABLE'].replace('http', 'ws', 1)}/graphql"
EMAIL, PASSWORD = "dispatcher@nordlift.example", "nordlift-demo"
PATIENCE_SECONDS = 20


@contextmanager
def check(what: str) -> Iterator[None]:
    """One check; the first that does not hold ends the script."""
    try:
        yield
    except Exception:  # noqa: BLE001 - whatever it is, the check did not hold
        print(f"not ok {what}", flush=True)
        traceback.print_exc()
        sys.exit(1)
    print(f"ok {what}", flush=True)


async def eventually(look: Callable[[], T | None]) -> T:
    """What `look` finds, as soon as it finds something."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (found := look()) is None:  # noqa: ASYNC110 - there is nothing to wait for but the answer
            await asyncio.sleep(0.02)
    return found


async def while_cut(work: Callable[[], Awaitable[T]]) -> T:
    """Do something while the cable is cut."""
    await asyncio.to_thread(_order, "cut")
    try:
        return await work()
    finally:
        await asyncio.to_thread(_order, "mend")


def _order(what: str) -> None:
    urllib.request.urlopen(f"{os.environ['TAVLE_CABLE_CONTROL']}/{what}", data=b"").close()  # noqa: S310 - our own
