"""The client that ariadne-codegen has made: typed answers, and the live board with a resume after a cut."""

import asyncio
import uuid
from collections.abc import Sequence
from typing import Any

from tavle_client import (
    ActivityPriority,
    Client,
    DispatchBoardInput,
    ServiceActivityRef,
    SetActivityPriorityInput,
    SignInInput,
    UserErrorCode,
)
from tavle_client.exceptions import GraphQLClientError
from websockets.exceptions import WebSocketException

from tests.conformance.python.checks import EMAIL, LIVE_URL, PASSWORD, URL, check, eventually, while_cut


def client(token: str | None = None) -> Client:
    """A generated client; its socket goes by way of the cable."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return Client(url=URL, headers=headers, ws_url=LIVE_URL, ws_connection_init_payload=headers)


async def follow(token: str, events: list[Any]) -> None:
    """Collect the events of the live board, for ever."""
    while True:
        try:
            async with client(token) as following:
                after = events[-1].cursor if events else None
                async for data in following.live_board(input=DispatchBoardInput(), after=after):
                    events.append(data.dispatch_board)
        except (WebSocketException, OSError):
            await asyncio.sleep(0.1)


async def main() -> None:
    """The whole story."""
    with check("signs in"):
        async with client() as nobody:
            answer = await nobody.sign_in(input=SignInInput(email=EMAIL, password=PASSWORD))
        assert answer.sign_in.session is not None
        token = answer.sign_in.session.access_token
    with check("learns from an error that nobody is signed in"):
        async with client() as nobody:
            try:
                await nobody.viewer()
            except GraphQLClientError:
                pass
            else:
                raise AssertionError("There was no error.")
    async with client(token) as asking:
        await ask_and_follow(asking, token)


async def ask_and_follow(asking: Client, token: str) -> None:
    """What a signed-in client does."""
    with check("turns pages without gap or overlap"):
        one = (await asking.activities(first=3)).service_activities
        two = (await asking.activities(first=3, after=one.page_info.end_cursor)).service_activities
        whole = (await asking.activities(first=6)).service_activities
        numbers = [edge.node.number for edge in [*one.edges, *two.edges]]
        assert numbers == [edge.node.number for edge in whole.edges]
        assert len(set(numbers)) == 6
    with check("reads the board"):
        board = (await asking.board(input=DispatchBoardInput())).dispatch_board
        activity = board.activities[0]
    with check("finds an activity again by its id"):
        node = (await asking.node(id=activity.id)).node
        assert node is not None
        assert node.typename__ == "ServiceActivity"
        assert node.number == activity.number
    with check("reads a refusal as data"):
        given = SetActivityPriorityInput(
            activity=ServiceActivityRef(id=activity.id), priority=ActivityPriority.HIGH, expectedVersion=0
        )
        refused = (await asking.set_priority(input=given)).set_activity_priority
        assert [error.code for error in refused.user_errors] == [UserErrorCode.VERSION_CONFLICT]

    priorities = [ActivityPriority.HIGH, ActivityPriority.LOW]

    async def change() -> str:
        priorities.reverse()
        key = str(uuid.uuid4())
        given = SetActivityPriorityInput(
            activity=ServiceActivityRef(id=activity.id), priority=priorities[0], clientMutationKey=key
        )
        payload = (await asking.set_priority(input=given)).set_activity_priority
        assert payload.user_errors == []
        assert payload.activity is not None
        assert payload.activity.priority is priorities[0]
        return key

    async def change_twice() -> Sequence[str]:
        return await change(), await change()

    with check("changes something"):
        await change()

    events: list[Any] = []

    def keys() -> list[str]:
        return [event.client_mutation_key for event in events if event.typename__ == "ActivityChanged"]

    following = asyncio.create_task(follow(token, events))
    with check("gets the live board as a snapshot"):
        first = await eventually(lambda: events[0] if events else None)
        assert first.typename__ == "BoardSnapshot"
        assert first.reason == "STARTED"
    with check("sees its own change come back live"):
        key = await change()
        await eventually(lambda: key in keys() or None)
    with check("resumes after the cable was cut, and misses nothing"):
        missed = await while_cut(change_twice)
        await eventually(lambda: missed[-1] in keys() or None)
        assert keys() == [key, *missed]
        assert sum(event.typename__ == "BoardSnapshot" for event in events) == 1
    following.cancel()


if __name__ == "__main__":
    asyncio.run(main())
