"""Who works today, and what nobody has been given yet."""

import asyncio
import os

from tavle import Tavle

URL = os.environ.get("TAVLE_URL", "http://127.0.0.1:8000")
EMAIL = os.environ.get("TAVLE_EMAIL", "dispatcher@nordlift.example")
PASSWORD = os.environ.get("TAVLE_PASSWORD", "nordlift-demo")

TODAY = """
query Today($input: DispatchBoardInput!) {
  dispatchBoard(input: $input) {
    teams { name workers { name } }
    undispatched { number title }
  }
}
"""


async def main() -> None:
    """Print the board."""
    tavle = await Tavle.sign_in(URL, EMAIL, PASSWORD)
    board = (await tavle.ask(TODAY, input={}))["dispatchBoard"]
    for team in board["teams"]:
        print(f"{team['name']}: {', '.join(worker['name'] for worker in team['workers'])}")
    for activity in board["undispatched"]:
        print(f"waits: {activity['number']} {activity['title']}")


if __name__ == "__main__":
    asyncio.run(main())
