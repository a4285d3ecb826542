"""Makes an activity urgent: `python change.py NUMBER`. Safe to repeat, and it overwrites nobody's change."""

import asyncio
import os
import sys
import uuid
from typing import Any

from tavle import LOST, Tavle, may_pass, pause_before_retry

URL = os.environ.get("TAVLE_URL", "http://127.0.0.1:8000")
EMAIL = os.environ.get("TAVLE_EMAIL", "dispatcher@nordlift.example")
PASSWORD = os.environ.get("TAVLE_PASSWORD", "nordlift-demo")
TRIES = 5

READ = "query Activity($by: ServiceActivityRef!) { serviceActivity(by: $by) { number priority version } }"
MAKE_URGENT = """
mutation MakeUrgent($input: SetActivityPriorityInput!) {
  setActivityPriority(input: $input) { activity { number priority version } userErrors { code message path } }
}
"""


async def change(tavle: Tavle, mutation: str, given: dict[str, Any]) -> dict[str, Any]:
    """Send a change until there is an answer. With one `clientMutationKey` for all tries it is made once at most."""
    given = {**given, "clientMutationKey": str(uuid.uuid4())}
    for attempt in range(1, TRIES + 1):
        try:
            return await tavle.ask(mutation, input=given)
        except LOST as error:
            if attempt == TRIES or not may_pass(error):
                raise
            await asyncio.sleep(pause_before_retry(error, attempt))
    raise AssertionError("unreachable")


async def main(number: str) -> int:
    """Change the priority; 1 when it was refused."""
    tavle = await Tavle.sign_in(URL, EMAIL, PASSWORD)
    activity = (await tavle.ask(READ, by={"number": number}))["serviceActivity"]
    if activity is None:
        print(f"There is no activity {number}.", file=sys.stderr)
        return 1
    given = {
        "activity": {"number": number},
        "priority": "NORMAL" if activity["priority"] == "HIGH" else "HIGH",
        # Refused with VERSION_CONFLICT when somebody has changed it since it was read.
        "expectedVersion": activity["version"],
    }
    payload = (await change(tavle, MAKE_URGENT, given))["setActivityPriority"]
    for error in payload["userErrors"]:
        print(f"{error['code']}: {error['message']}", file=sys.stderr)
    if payload["activity"] is not None:
        print(payload["activity"]["number"], payload["activity"]["priority"])
    return 1 if payload["userErrors"] else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Usage: python change.py NUMBER")
    sys.exit(asyncio.run(main(sys.argv[1])))
