"""The live board over real sockets: snapshot, changes in order, resume, and nothing that is not the follower's."""

import asyncio
import contextlib
import time
from datetime import timedelta
from typing import Any

import pytest
from tortoise.connection import get_connection
from websockets.exceptions import ConnectionClosed

from api.auth import Sessions
from domain.access.operations import ChangeUser, CreateApiToken, change_user, create_api_token
from domain.core.actor import SYSTEM, Role
from domain.core.operation import perform
from domain.customers.operations import ChangeCustomer, CreateContact, change_customer, create_contact
from domain.dispatch.operations import BoardChange
from domain.orders.models import ServiceActivity, ServiceOrder
from domain.orders.operations import (
    ChangeServiceActivity,
    ChangeServiceOrder,
    ChangeServiceOrderLine,
    change_service_activity,
    change_service_order,
    change_service_order_line,
)
from domain.orders.rules import Priority
from domain.parameters.operations import ChangeParameters, change_parameters
from domain.workforce.models import Worker
from domain.workforce.operations import ChangeWorker, SetTeamMember, change_worker, set_team_member
from tests.builders.access import PASSWORD, a_person
from tests.builders.actors import DISPATCHER, MANAGER
from tests.builders.boards import (
    a_booking,
    a_dispatched_worker,
    act,
    assign,
    change,
    close,
    prioritise,
    unassign,
    undo,
)
from tests.builders.replicas import BRIEF, Replica, a_client, replica
from tests.builders.rows import (
    a_customer,
    a_line,
    a_team,
    a_worker,
    an_activity,
    an_activity_type,
    an_order,
    number_sequences,
    the_parameters,
)
from tests.builders.times import SetClock, at
from tests.serving import SECRET, Server

pytestmark = pytest.mark.usefixtures("logged")

WEEK = {"from": "2026-11-23", "to": "2026-11-29"}
# With the order and the people around it, as a screen shows them.
WITH_ORDER = (
    f"{BRIEF} order {{ number customer {{ name contacts {{ name }} }} lines {{ id description worker {{ id }} }} }}"
)


async def told_next(board: Replica, kind: str, activity: ServiceActivity | None = None) -> dict[str, Any]:
    """The next thing told, known to be of this kind and about this activity."""
    event = await board.next()
    assert event["__typename"] == kind, event
    if activity is not None:
        named = event["activityId"] if kind == "ActivityLeft" else event["activity"]["id"]
        assert named == act(activity), event
    return event


async def test_a_snapshot_then_each_change_in_order(server: Server) -> None:
    meg = await a_dispatched_worker()
    visit = await a_booking(meg)
    async with replica(server, Role.DISPATCHER, **WEEK) as board:
        first = await board.follow()
        for hour in (4, 6, 8):
            await change(assign(visit, starts_at=at(hour)), key=f"drop-{hour}")
        told = [await board.next() for _ in range(3)]

        assert (first["__typename"], first["reason"]) == ("BoardSnapshot", "STARTED")
        assert [each["__typename"] for each in told] == ["ActivityChanged"] * 3
        assert told[-1]["activity"]["startsAt"] == "2026-11-23T16:00:00Z"
        assert [each["clientMutationKey"] for each in told] == ["drop-4", "drop-6", "drop-8"]
        assert {each["changedBy"] for each in told} == {DISPATCHER.name}
        positions = [int(each["cursor"].partition(":")[2]) for each in told]
        assert positions == list(range(positions[0], positions[0] + 3))
        assert await board.difference() == ""


async def test_activities_enter_and_leave_as_the_filter_demands(server: Server) -> None:
    john, meg = await a_dispatched_worker("John"), await a_dispatched_worker("Meg")
    repair, check = await an_activity_type(), await an_activity_type()
    visit = await a_booking(meg, priority=Priority.HIGH, type_id=repair.id)
    wanted: Any = {
        "teamIds": [f"team_{meg.team_id}"],
        "priorities": ["HIGH"],
        "activityTypeIds": [f"aty_{repair.id}"],
    }

    async def retype(type_id: int) -> None:
        await perform(change_service_activity, ChangeServiceActivity(visit.id, type_id=type_id), actor=MANAGER)

    async with replica(server, Role.DISPATCHER, **WEEK, **wanted) as board:
        await board.follow()
        assert [*board.activities] == [act(visit)]
        pairs: list[tuple[BoardChange, BoardChange]] = [
            (assign(visit, worker_id=john.id), assign(visit, worker_id=meg.id)),
            (prioritise(visit, Priority.LOW), prioritise(visit, Priority.HIGH)),
            (assign(visit, starts_at=at(days=7)), assign(visit, starts_at=at(0))),
        ]
        for away, back in pairs:
            await change(away)
            await told_next(board, "ActivityLeft", visit)
            await change(back)
            await told_next(board, "ActivityChanged", visit)
        for type_id, kind in ((check.id, "ActivityLeft"), (repair.id, "ActivityChanged")):
            await perform(change_service_activity, ChangeServiceActivity(visit.id, type_id=type_id), actor=MANAGER)
            await told_next(board, kind, visit)
        await change(close(visit))
        await told_next(board, "ActivityLeft", visit)
        await undo()
        await told_next(board, "ActivityChanged", visit)

        assert await board.difference() == ""
        assert await board.silent()


async def test_what_is_not_on_a_board_is_not_told(server: Server) -> None:
    john, meg = await a_dispatched_worker("John"), await a_dispatched_worker("Meg")
    his, hers = await a_booking(john), await a_booking(meg)
    customer = await a_customer()
    async with replica(server, Role.DISPATCHER, **WEEK, teamIds=[f"team_{meg.team_id}"]) as board:
        await board.follow()
        await change(assign(his, starts_at=at(4)))
        await perform(change_customer, ChangeCustomer(customer.id, name="Other"), actor=MANAGER)
        # The customer of an activity on the board; but the follower has not asked for customers.
        order = await ServiceOrder.get(id=hers.order_id)
        await perform(change_customer, ChangeCustomer(order.customer_id, name="Other"), actor=MANAGER)

        assert await board.silent()


async def test_what_is_shown_beside_an_activity_is_told_with_it(server: Server) -> None:
    await number_sequences()
    meg = await a_dispatched_worker()
    order = await an_order()
    one, two, other = await a_booking(meg, order=order), await a_booking(meg, 4, order=order), await a_booking(meg, 8)
    line = await a_line(order, activity_id=one.id, worker_id=meg.id)
    async with replica(server, Role.DISPATCHER, activity=WITH_ORDER, **WEEK) as board:
        await board.follow()
        steps: list[tuple[Any, Any]] = [
            (change_customer, ChangeCustomer(order.customer_id, name="Renamed ApS")),
            (create_contact, CreateContact(order.customer_id, "New Contact")),
            (change_service_order_line, ChangeServiceOrderLine(line.id, description="Other")),
        ]
        for operation, command in steps:
            await perform(operation, command, actor=MANAGER)
            told = [await board.next() for _ in range(2)]
            assert [each["activity"]["id"] for each in told] == [act(one), act(two)]
            # Who loses the socket between the two gets the event again.
            assert [each["cursor"] for each in told] == [before(told[1]["cursor"]), told[1]["cursor"]]
        assert act(other) in board.activities
        await change(unassign(one))
        told = [await board.next() for _ in range(3)]

        assert {each["activity"]["id"] for each in told} == {act(one), act(two)}
        assert await board.difference() == ""


def before(cursor: str) -> str:
    """The cursor before this one."""
    epoch, _, number = cursor.partition(":")
    return f"{epoch}:{int(number) - 1}"


async def test_a_new_priority_of_an_order_is_told_of_each_of_its_activities(server: Server) -> None:
    order = await an_order()
    visits = [await an_activity(order) for _ in range(3)]
    async with replica(server, Role.DISPATCHER, **WEEK) as board:
        await board.follow()
        await perform(change_service_order, ChangeServiceOrder(order.id, priority=Priority.HIGH), actor=MANAGER)

        for visit in visits:
            assert (await told_next(board, "ActivityChanged", visit))["activity"]["priority"] == "HIGH"


async def test_more_than_a_screen_can_follow_is_told_by_a_snapshot(server: Server) -> None:
    order = await an_order()
    for _ in range(21):
        await an_activity(order)
    async with replica(server, Role.DISPATCHER, activity=WITH_ORDER, **WEEK) as board:
        await board.follow()
        await perform(change_customer, ChangeCustomer(order.customer_id, name="Renamed ApS"), actor=MANAGER)

        assert (await told_next(board, "BoardSnapshot"))["reason"] == "LAYOUT_CHANGED"
        assert await board.difference() == ""


async def test_teams_workers_calendars_and_settings_bring_a_snapshot(server: Server) -> None:
    await the_parameters()
    meg, newcomer = await a_dispatched_worker("Meg"), await a_worker(name="New")
    visit = await a_booking(newcomer)
    steps: list[tuple[Any, Any]] = [
        (change_worker, ChangeWorker(meg.id, name="Meg Mikkelsen")),
        (set_team_member, SetTeamMember(newcomer.id, meg.team_id)),
        (change_worker, ChangeWorker(newcomer.id, active=False)),
        (change_parameters, ChangeParameters(dispatch_color_low="#00ff00")),
    ]
    async with replica(server, Role.DISPATCHER, **WEEK) as board:
        await board.follow()
        for operation, command in steps:
            await perform(operation, command, actor=MANAGER)
            assert (await told_next(board, "BoardSnapshot"))["reason"] == "LAYOUT_CHANGED"
            assert await board.difference() == ""
        await change(prioritise(visit, Priority.HIGH))

        await told_next(board, "ActivityChanged", visit)


async def test_every_cursor_resumes_with_what_was_missed_or_with_a_snapshot(server: Server) -> None:
    meg = await a_dispatched_worker()
    visit = await a_booking(meg)
    async with replica(server, Role.DISPATCHER, **WEEK) as board:
        start = (await board.follow())["cursor"]
        for hour in range(5):
            await change(assign(visit, starts_at=at(hour + 4)))
        *_, head = [(await board.next())["cursor"] for _ in range(5)]
    epoch, _, last = head.partition(":")
    client = get_connection("default")

    async def resumed(after: str) -> list[tuple[str, str]]:
        async with replica(server, Role.DISPATCHER, **WEEK) as again:
            await again.follow(after)
            while not await again.silent(0.15):
                pass
            return [(each["__typename"], each["cursor"]) for each in again.told]

    missed = [("ActivityChanged", f"{epoch}:{int(last) - behind}") for behind in (4, 3, 2, 1, 0)]
    assert await resumed(head) == [("BoardResumed", head)]
    assert await resumed(f"{epoch}:{int(last) - 3}") == missed[2:]
    assert await resumed(start) == missed
    # What lies before the floor has been cleared away.
    await client.execute_query(f"DELETE FROM event WHERE seq <= {int(last) - 3}")
    await client.execute_query(f"UPDATE event_head SET floor = {int(last) - 3}")
    assert await resumed(f"{epoch}:{int(last) - 3}") == missed[2:]
    for after in (
        f"{epoch}:{int(last) - 4}",
        f"{epoch}:{int(last) + 1}",
        f"{'0' * 12}:{last}",
        "nonsense",
        "",
        f"{epoch}:-1",
        f"{epoch}:{'9' * 40}",
        "x" * 5_000,
    ):
        assert await resumed(after) == [("BoardSnapshot", head)], after


async def test_a_technicians_socket_tells_of_own_work_only(server: Server) -> None:
    await server.token(Role.TECHNICIAN)
    tim, meg = await Worker.get(name="Tim Technician"), await a_dispatched_worker("Meg")
    await a_team(tim, name="Tim's team")
    own, hers, free = await a_booking(tim), await a_booking(meg), await an_activity()
    async with replica(server, Role.TECHNICIAN, **WEEK) as board:
        snapshot = await board.follow()
        assert [each["id"] for each in snapshot["board"]["activities"]] == [act(own)]
        assert [team["name"] for team in snapshot["board"]["teams"]] == ["Tim's team"]
        await change(assign(hers, starts_at=at(6)), prioritise(free, Priority.HIGH))
        await change(close(hers))
        assert await board.silent()
        await change(assign(own, worker_id=meg.id))
        await told_next(board, "ActivityLeft", own)
        await change(prioritise(own, Priority.LOW))
        assert await board.silent()
        await change(assign(free, worker_id=tim.id))
        await told_next(board, "ActivityChanged", free)

        assert await board.difference() == ""


FOLLOW_ONE = """subscription($ref: ServiceActivityRef!, $after: BoardCursor) {
  serviceActivityChanged(by: $ref, after: $after) { __typename cursor
    ... on ActivityChanged { changedBy activity { id priority order { number description } } }
    ... on ActivityLeft { activityId }
    ... on BoardSnapshot { reason } } }"""


async def test_one_activity_is_followed_while_it_may_be_seen(server: Server) -> None:
    token = await server.token(Role.TECHNICIAN)
    tim, meg = await Worker.get(name="Tim Technician"), await a_dispatched_worker("Meg")
    await a_team(tim)
    visit, other = await a_booking(tim), await a_booking(tim, 5)

    async with a_client(server, token) as phone:

        async def told() -> dict[str, Any]:
            message = await phone.receive()
            assert message["type"] == "next", message
            event: dict[str, Any] = message["payload"]["data"]["serviceActivityChanged"]
            return event

        await phone.subscribe(FOLLOW_ONE, ref={"number": visit.number})
        first = await told()
        await change(close(other))
        await change(prioritise(visit, Priority.HIGH))
        changed = await told()
        await perform(change_service_order, ChangeServiceOrder(visit.order_id, description="Hurry"), actor=MANAGER)
        beside = await told()
        await change(assign(visit, worker_id=meg.id))
        left = await told()
        # What it is doing now is not the technician's any more; that it is back is.
        await change(prioritise(visit, Priority.LOW))
        done = await change(assign(visit, worker_id=tim.id))
        back = await told()
        if back["cursor"] != done.cursor:  # the change before was looked at when it was theirs again
            back = await told()

        assert (first["__typename"], first["activity"]["priority"]) == ("ActivityChanged", "NORMAL")
        assert (changed["activity"]["priority"], changed["changedBy"]) == ("HIGH", DISPATCHER.name)
        assert (beside["activity"]["order"]["description"], beside["changedBy"]) == ("Hurry", MANAGER.name)
        assert (left["__typename"], left["activityId"]) == ("ActivityLeft", act(visit))
        assert (back["__typename"], back["activity"]["priority"]) == ("ActivityChanged", "LOW")
        assert back["cursor"] == done.cursor
        await phone.send("complete", "1")
        await change(prioritise(visit, Priority.HIGH))
        await phone.subscribe(FOLLOW_ONE, "2", ref={"id": act(visit)}, after=back["cursor"])
        missed = await told()
        if missed["__typename"] == "BoardResumed":  # the server had yet to hear of the change
            missed = await told()
        assert (missed["__typename"], missed["activity"]["priority"]) == ("ActivityChanged", "HIGH")


async def test_what_may_not_be_seen_is_not_followed(server: Server) -> None:
    visit = await a_booking(await a_dispatched_worker())
    live = "subscription { dispatchBoard(input: {}) { cursor } }"
    cases: list[tuple[Role | None, str, dict[str, Any], str]] = [
        (Role.TECHNICIAN, FOLLOW_ONE, {"ref": {"id": act(visit)}}, "BAD_USER_INPUT"),
        (Role.DISPATCHER, FOLLOW_ONE, {"ref": {"number": "SO-9-9"}}, "BAD_USER_INPUT"),
        (Role.CUSTOMER, FOLLOW_ONE, {"ref": {"id": act(visit)}}, "BAD_USER_INPUT"),
        (Role.CUSTOMER, live, {}, "FORBIDDEN"),
        (None, live, {}, "UNAUTHENTICATED"),
        (None, FOLLOW_ONE, {"ref": {"id": act(visit)}}, "UNAUTHENTICATED"),
    ]
    for role, text, variables, code in cases:
        async with a_client(server, None if role is None else await server.token(role)) as client:
            await client.subscribe(text, **variables)
            message = await client.receive()

            assert (message["type"], [each["extensions"]["code"] for each in message["payload"]]) == ("error", [code])


async def test_a_revoked_right_ends_the_socket_and_nothing_follows(server: Server) -> None:
    meg = await a_dispatched_worker()
    visit = await a_booking(meg)
    person = await a_person("leaver@tavle.example", password=PASSWORD)
    token = (await Sessions(SECRET).sign_in(person.email, PASSWORD)).result.access_token
    async with replica(server, token, **WEEK) as board:
        await board.follow()
        began = time.monotonic()
        await perform(change_user, ChangeUser(person.id, active=False), actor=SYSTEM)
        await change(assign(visit, starts_at=at(6)))
        frames = []
        with contextlib.suppress(ConnectionClosed):
            async with asyncio.timeout(30):
                while True:
                    frames.append(await board.client.socket.recv())

        assert time.monotonic() - began < 5
        assert board.client.socket.close_code == 4403
        assert frames == []


async def test_related_teams_are_each_persons_own(server: Server) -> None:
    tokens = []
    visits = []
    for name in ("Anna", "Bo"):
        worker = await a_dispatched_worker(name)
        person = await a_person(f"{name.lower()}@tavle.example", password=PASSWORD, worker_id=worker.id)
        tokens.append((await Sessions(SECRET).sign_in(person.email, PASSWORD)).result.access_token)
        visits.append(await a_booking(worker))
    wanted: Any = WEEK | {"relatedTeamsOnly": True}
    async with replica(server, tokens[0], **wanted) as anna, replica(server, tokens[1], **wanted) as bo:
        await anna.follow()
        await bo.follow()
        assert ([*anna.activities], [*bo.activities]) == ([act(visits[0])], [act(visits[1])])
        await change(prioritise(visits[1], Priority.HIGH))

        await told_next(bo, "ActivityChanged", visits[1])
        assert await anna.silent()


async def test_a_new_day_turns_the_page_for_everyone(set_clock: SetClock, server: Server) -> None:
    await the_parameters(dispatch_days_before=0, dispatch_days_after=1)
    meg = await a_dispatched_worker()
    # One that lasts overnight.
    token = (await perform(create_api_token, CreateApiToken("Wall screen"), actor=SYSTEM)).result.secret
    visit = await a_booking(meg)
    dated = replica(server, token, **WEEK)
    async with replica(server, token) as early, replica(server, token) as late, dated as whole:
        await early.follow()
        await whole.follow()
        await change(prioritise(visit, Priority.HIGH))
        missed_a_night = (await early.next())["cursor"]
        await whole.next()
        set_clock.advance(timedelta(days=1))

        # At midnight, and not when something happens.
        assert (await told_next(early, "BoardSnapshot"))["reason"] == "LAYOUT_CHANGED"
        await late.follow("from another life")
        for board in (early, late):
            assert board.board["from"] == "2026-11-24"
        # Whoever was away over midnight missed nothing but the night.
        async with replica(server, token) as back:
            assert (await back.follow(missed_a_night))["__typename"] == "BoardSnapshot"
            assert back.board["from"] == "2026-11-24"
        assert await whole.silent()
        await change(prioritise(visit, Priority.LOW))
        await told_next(whole, "ActivityChanged", visit)
        await change(assign(visit, starts_at=at(days=1)))
        for board in (early, late, whole):
            await told_next(board, "ActivityChanged", visit)
            assert await board.difference() == ""
        missed_nothing = early.cursor
    async with replica(server, token) as back:
        assert (await back.follow(missed_a_night))["__typename"] == "BoardSnapshot"
        assert back.board["from"] == "2026-11-24"
    async with replica(server, token) as back:
        assert (await back.follow(missed_nothing))["__typename"] == "BoardResumed"
