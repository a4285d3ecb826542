"""Follows the board for ever: a snapshot first, then every change, also across lost connections."""

import asyncio
import os
from typing import Any

from tavle import Tavle

URL = os.environ.get("TAVLE_URL", "http://127.0.0.1:8000")
EMAIL = os.environ.get("TAVLE_EMAIL", "dispatcher@nordlift.example")
PASSWORD = os.environ.get("TAVLE_PASSWORD", "nordlift-demo")

LIVE_BOARD = """
subscription LiveBoard($input: DispatchBoardInput!, $after: BoardCursor) {
  dispatchBoard(input: $input, after: $after) {
    __typename
    cursor
    ... on BoardSnapshot { reason board { activities { ...Shown } undispatched { ...Shown } } }
    ... on ActivityChanged { changedBy activity { ...Shown } }
    ... on ActivityLeft { activityId }
  }
}
fragment Shown on ServiceActivity { id number title priority worker { name } }
"""


def apply(board: dict[str, Any], event: dict[str, Any]) -> None:
    """Bring the board up to date, and say how."""
    match event["__typename"]:
        case "BoardSnapshot":
            shown = event["board"]["activities"] + event["board"]["undispatched"]
            board.clear()
            board.update({activity["id"]: activity for activity in shown})
            print(f"snapshot {event['reason']}: {len(board)} activities", flush=True)
        case "ActivityChanged":
            activity = event["activity"]
            board[activity["id"]] = activity
            worker = activity["worker"]["name"] if activity["worker"] else "nobody"
            print(f"changed by {event['changedBy']}: {activity['number']} {activity['priority']} {worker}", flush=True)
        case "ActivityLeft":
            board.pop(event["activityId"], None)
            print(f"left: {event['activityId']}", flush=True)
        case _:
            pass  # Kinds of events may be added: what is not known is passed over.


async def main() -> None:
    """Follow the board until interrupted."""
    tavle = await Tavle.sign_in(URL, EMAIL, PASSWORD)
    board: dict[str, Any] = {}
    async for event in tavle.follow(LIVE_BOARD, input={}):
        apply(board, event)


if __name__ == "__main__":
    asyncio.run(main())
