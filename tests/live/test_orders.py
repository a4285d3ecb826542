"""One service order over a real socket: as it is, then every change of it and of what is selected beside it."""

from decimal import Decimal
from typing import Any

from domain.core.actor import Role
from domain.core.operation import perform
from domain.orders.operations import (
    AddServiceOrderLine,
    ChangeServiceOrder,
    ChangeServiceOrderLine,
    EndOrder,
    MoveToNextStage,
    NewLine,
    SetLineStatus,
    add_service_order_line,
    cancel_service_order_line,
    change_service_order,
    change_service_order_line,
    delete_service_order,
    move_service_order_to_next_stage,
)
from domain.projects.rules import TransactionType
from domain.workforce.models import Worker
from tests.builders.actors import DISPATCHER, MANAGER
from tests.builders.replicas import a_client
from tests.builders.rows import a_line, a_stage, a_worker, an_order, the_parameters
from tests.serving import Server

SHOWN = """number description progress version stage { number }
  lines { lineNumber status quantity worker { name } } activities { number worker { name } }
  availableActions { action allowed code }"""
FOLLOW = f"""subscription($ref: ServiceOrderRef!, $after: BoardCursor) {{
  serviceOrderChanged(by: $ref, after: $after) {{ __typename cursor
    ... on ServiceOrderChanged {{ changedBy clientMutationKey serviceOrder {{ {SHOWN} }} }}
    ... on ServiceOrderLeft {{ orderId }} }} }}"""
READ = f"query($ref: ServiceOrderRef!) {{ serviceOrder(by: $ref) {{ {SHOWN} }} }}"
BRIEF = """subscription($ref: ServiceOrderRef!) { serviceOrderChanged(by: $ref) { __typename cursor
  ... on ServiceOrderChanged { changedBy clientMutationKey serviceOrder { description } } } }"""


async def told(client: Any) -> dict[str, Any]:
    message = await client.receive()
    assert message["type"] == "next", message
    event: dict[str, Any] = message["payload"]["data"]["serviceOrderChanged"]
    return event


async def told_until(client: Any, cursor: str) -> dict[str, Any]:
    """The newest of what is told up to a position."""
    event = await told(client)
    while int(event["cursor"].partition(":")[2]) < int(cursor.partition(":")[2]):
        event = await told(client)
    return event


async def test_whatever_is_done_to_an_order_what_is_told_last_equals_a_fresh_read(server: Server) -> None:
    planning = await a_stage(number="PLANNING")
    await a_stage(planning, number="DONE")
    order, worker = await an_order(number="S-1", stage_id=planning.id), await a_worker(name="Meg")
    hours = NewLine(TransactionType.HOUR, Decimal(1))
    ref = {"number": "S-1"}

    async with a_client(server, await server.token(Role.DISPATCHER)) as client:
        await client.subscribe(FOLLOW, ref=ref)
        first = await told(client)
        assert (first["__typename"], first["serviceOrder"]["number"]) == ("ServiceOrderChanged", "S-1")
        added = await perform(add_service_order_line, AddServiceOrderLine(order.id, hours), actor=MANAGER)
        steps: list[tuple[Any, Any]] = [
            (change_service_order, ChangeServiceOrder(order.id, description="Hurry")),
            (change_service_order_line, ChangeServiceOrderLine(added.result, worker_id=worker.id)),
            (move_service_order_to_next_stage, MoveToNextStage(order.id)),
            (cancel_service_order_line, SetLineStatus(added.result)),
        ]
        for operation, command in steps:
            done = await perform(operation, command, actor=MANAGER)
            event = await told_until(client, done.cursor)
            assert event["changedBy"] == MANAGER.name
            assert event["serviceOrder"] == (await server.ask(READ, by=Role.DISPATCHER, ref=ref))["serviceOrder"]
        await perform(delete_service_order, EndOrder(order.id), actor=MANAGER)
        while (event := await told(client))["__typename"] != "ServiceOrderLeft":
            continue
        assert event["orderId"] == f"so_{order.id}"


async def test_what_was_missed_is_told_first(server: Server) -> None:
    order = await an_order()
    ref = {"id": f"so_{order.id}"}
    async with a_client(server, await server.token(Role.DISPATCHER)) as client:
        await client.subscribe(FOLLOW, ref=ref)
        cursor = (await told(client))["cursor"]
        await client.send("complete", "1")
        done = await perform(change_service_order, ChangeServiceOrder(order.id, description="Hurry"), actor=DISPATCHER)

        await client.subscribe(FOLLOW, "2", ref=ref, after=cursor)

        assert (await told_until(client, done.cursor))["serviceOrder"]["description"] == "Hurry"


async def test_a_technician_follows_an_order_while_a_line_of_it_is_theirs(server: Server) -> None:
    token = await server.token(Role.TECHNICIAN)
    tim, meg = await Worker.get(name="Tim Technician"), await a_worker(name="Meg")
    order = await an_order()
    line = await a_line(order, worker_id=tim.id, transaction_type="FEE")

    async def give(worker: Worker) -> str:
        command = ChangeServiceOrderLine(line.id, worker_id=worker.id)
        return (await perform(change_service_order_line, command, actor=DISPATCHER)).cursor

    async with a_client(server, token) as phone:
        await phone.subscribe(BRIEF, ref={"id": f"so_{order.id}"})
        first = await told(phone)
        await give(meg)
        left = await told(phone)
        # Not theirs now, and not told.
        await perform(change_service_order, ChangeServiceOrder(order.id, description="Secret"), actor=DISPATCHER)
        given = await give(tim)
        back = await told(phone)
        if back["cursor"] != given:  # the change before was looked at when it was theirs again
            back = await told(phone)

    assert [each["__typename"] for each in (first, left, back)] == [
        "ServiceOrderChanged",
        "ServiceOrderLeft",
        "ServiceOrderChanged",
    ]
    assert back["serviceOrder"]["description"] == "Secret"
    assert back["cursor"] == given


async def test_a_customer_is_told_that_the_company_changed_it(server: Server) -> None:
    await the_parameters(company_name="Nordlys")
    token = await server.token(Role.CUSTOMER)
    kim = (await server.ask("{ viewer { customer { id } } }", by=Role.CUSTOMER))["viewer"]["customer"]["id"]
    order = await an_order(customer_id=int(kim.removeprefix("cus_")))

    async with a_client(server, token) as client:
        await client.subscribe(BRIEF, ref={"id": f"so_{order.id}"})
        await told(client)
        command = ChangeServiceOrder(order.id, description="On our way")
        await perform(change_service_order, command, actor=DISPATCHER, key="k")
        event = await told(client)

    assert (event["changedBy"], event["clientMutationKey"]) == ("Nordlys", None)
    assert event["serviceOrder"]["description"] == "On our way"


async def test_an_order_that_may_not_be_seen_is_not_followed(server: Server) -> None:
    order = await an_order()
    for role, ref in [
        (Role.TECHNICIAN, {"id": f"so_{order.id}"}),
        (Role.CUSTOMER, {"number": order.number}),
        (Role.DISPATCHER, {"number": "S-404"}),
    ]:
        async with a_client(server, await server.token(role)) as client:
            await client.subscribe(BRIEF, ref=ref)
            message = await client.receive()
            assert (message["type"], message["payload"][0]["extensions"]["code"]) == ("error", "BAD_USER_INPUT")
