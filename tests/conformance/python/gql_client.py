"""Python's gql: queries and mutations over HTTP and over the socket, and the live board with a resume after a cut."""

import asyncio
import itertools
import uuid
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportError, TransportQueryError
from gql.transport.websockets import WebsocketsTransport
from graphql import parse, validate

from tests.conformance.python.checks import EMAIL, LIVE_URL, PASSWORD, URL, check, eventually, while_cut

OPERATIONS = parse((Path(__file__).parents[1] / "operations.graphql").read_text("utf-8"))
WANTED = ("id", "number", "title", "priority", "version")


def request(name: str, **variables: Any) -> GraphQLRequest:
    """One operation of `operations.graphql`."""
    return GraphQLRequest(OPERATIONS, variable_values=variables, operation_name=name)


async def sign_in() -> str:
    """An access token."""
    async with Client(transport=AIOHTTPTransport(url=URL), fetch_schema_from_transport=True) as session:
        with check("http: loads the schema, and the documents are valid"):
            assert session.client.schema is not None
            assert validate(session.client.schema, OPERATIONS) == []
        with check("http: signs in"):
            data = await session.execute(request("SignIn", input={"email": EMAIL, "password": PASSWORD}))
            assert data["signIn"]["userErrors"] == []
        with check("http: learns from an error that nobody is signed in"):
            try:
                await session.execute(request("Viewer"))
            except TransportQueryError as error:
                assert error.errors is not None
                assert error.errors[0]["extensions"]["code"] == "UNAUTHENTICATED"
            else:
                raise AssertionError("There was no error.")
    token: str = data["signIn"]["session"]["accessToken"]
    return token


def socket(token: str) -> Client:
    """A client that speaks graphql-transport-ws by way of the cable."""
    return Client(transport=WebsocketsTransport(url=LIVE_URL, init_payload={"Authorization": f"Bearer {token}"}))


async def ask_and_change(session: AsyncClientSession, way: str) -> str:
    """The same questions and changes, whatever carries them; gives the id of an activity of the board."""
    with check(f"{way}: knows who it is"):
        assert (await session.execute(request("Viewer")))["viewer"]["role"] == "DISPATCHER"
    with check(f"{way}: turns pages without gap or overlap"):
        page, numbers = {"endCursor": None}, []
        for _ in range(3):
            answer = await session.execute(request("Activities", first=2, after=page["endCursor"]))
            page = answer["serviceActivities"]["pageInfo"]
            numbers += [edge["node"]["number"] for edge in answer["serviceActivities"]["edges"]]
        whole = await session.execute(request("Activities", first=6))
        assert numbers == [edge["node"]["number"] for edge in whole["serviceActivities"]["edges"]]
        assert len(set(numbers)) == 6
    with check(f"{way}: reads the board"):
        board = (await session.execute(request("Board", input={})))["dispatchBoard"]
        activity = board["activities"][0]
    with check(f"{way}: finds an activity again by its id"):
        node = (await session.execute(request("Node", id=activity["id"])))["node"]
        assert {name: node[name] for name in WANTED} == {name: activity[name] for name in WANTED}
    with check(f"{way}: reads a refusal as data"):
        given = {"activity": {"id": activity["id"]}, "priority": "HIGH", "expectedVersion": 0}
        refused = (await session.execute(request("SetPriority", input=given)))["setActivityPriority"]
        assert [error["code"] for error in refused["userErrors"]] == ["VERSION_CONFLICT"]
    with check(f"{way}: changes something once, however often it is sent"):
        given = {"activity": {"id": activity["id"]}, "priority": "NORMAL", "clientMutationKey": str(uuid.uuid4())}
        done = [await session.execute(request("SetPriority", input=given)) for _ in range(2)]
        assert done[0] == done[1]
        assert done[0]["setActivityPriority"]["activity"]["priority"] == "NORMAL"
    identifier: str = activity["id"]
    return identifier


async def follow(token: str, events: list[dict[str, Any]]) -> None:
    """Collect the events of the live board, for ever."""
    while True:
        try:
            async with socket(token) as session:
                after = events[-1]["cursor"] if events else None
                async for data in session.subscribe(request("LiveBoard", input={}, after=after)):
                    events.append(data["dispatchBoard"])
        except (TransportError, OSError):
            await asyncio.sleep(0.1)


async def follow_and_resume(session: AsyncClientSession, token: str, activity_id: str) -> None:
    """The live board: a snapshot, an own change, a cut, what was missed."""
    events: list[dict[str, Any]] = []
    priorities = itertools.cycle(("HIGH", "LOW"))

    async def change() -> str:
        key = str(uuid.uuid4())
        given = {"activity": {"id": activity_id}, "priority": next(priorities), "clientMutationKey": key}
        payload = (await session.execute(request("SetPriority", input=given)))["setActivityPriority"]
        assert payload["userErrors"] == []
        return key

    async def change_twice() -> Sequence[str]:
        return await change(), await change()

    def keys() -> list[str]:
        return [event["clientMutationKey"] for event in events if event["__typename"] == "ActivityChanged"]

    following = asyncio.create_task(follow(token, events))
    with check("live: gets the board as a snapshot"):
        first = await eventually(lambda: events[0] if events else None)
        assert (first["__typename"], first["reason"]) == ("BoardSnapshot", "STARTED")
    with check("live: sees its own change come back"):
        key = await change()
        await eventually(lambda: key in keys() or None)
    with check("live: resumes after the cable was cut, and misses nothing"):
        missed = await while_cut(change_twice)
        await eventually(lambda: missed[-1] in keys() or None)
        assert keys() == [key, *missed]
        assert sum(event["__typename"] == "BoardSnapshot" for event in events) == 1
    following.cancel()


async def main() -> None:
    """The whole story."""
    token = await sign_in()
    over_http = AIOHTTPTransport(url=URL, headers={"Authorization": f"Bearer {token}"})
    async with socket(token) as session:
        await ask_and_change(session, "socket")
    async with Client(transport=over_http) as session:
        activity_id = await ask_and_change(session, "http")
        await follow_and_resume(session, token, activity_id)


if __name__ == "__main__":
    asyncio.run(main())
