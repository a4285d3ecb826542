"""Stages and reasons over HTTP: who sees what, which orders are in a stage, and what may be done by whom."""

from typing import Any

from domain.core.actor import Role
from domain.workforce.models import Worker
from tests.builders.rows import a_line, a_stage, a_stage_reason, an_activity, an_order
from tests.serving import Server

REASONS = "{ serviceOrders { nodes { number reasons { lineNumber } } } }"


async def test_orders_are_listed_by_stage(server: Server) -> None:
    planning = await a_stage(number="PLANNING")
    done = await a_stage(planning, number="DONE")
    await an_order(number="ONE", stage_id=planning.id)
    await an_order(number="TWO", stage_id=done.id)
    text = "query($filter: ServiceOrderFilter) { serviceOrders(filter: $filter) { nodes { number stage { number } } } }"

    found = await server.ask(text, filter={"stageIds": [f"stg_{done.id}"]})
    wrong = await server.errors(text, filter={"stageIds": ["so_1"]})

    assert found["serviceOrders"]["nodes"] == [{"number": "TWO", "stage": {"number": "DONE"}}]
    assert wrong[0]["extensions"]["refusal"]["path"] == ["filter", "stageIds", 0]


async def test_the_tree_is_read_from_the_stages(server: Server) -> None:
    planning = await a_stage(number="PLANNING")
    await a_stage(planning, number="DONE")
    await a_stage(planning, number="CANCELLED")

    data = await server.ask("{ stages { nodes { number parent { number } children { number } } } }", by=Role.TECHNICIAN)

    assert data["stages"]["nodes"] == [
        {"number": "CANCELLED", "parent": {"number": "PLANNING"}, "children": []},
        {"number": "DONE", "parent": {"number": "PLANNING"}, "children": []},
        {"number": "PLANNING", "parent": None, "children": [{"number": "CANCELLED"}, {"number": "DONE"}]},
    ]


async def test_reasons_are_seen_with_the_orders_that_are_seen(server: Server) -> None:
    await server.token(Role.TECHNICIAN)
    tim = await Worker.get(name="Tim Technician")
    stage = await a_stage()
    mine, others = await an_order(stage_id=stage.id), await an_order(stage_id=stage.id)
    await an_activity(mine, worker_id=tim.id)
    seen, hidden = await a_stage_reason(mine), await a_stage_reason(others)
    node = f'{{ a: node(id: "srs_{seen.id}") {{ id }} b: node(id: "srs_{hidden.id}") {{ id }} }}'

    by_technician = await server.ask(REASONS, by=Role.TECHNICIAN)
    nodes = await server.ask(node, by=Role.TECHNICIAN)

    assert by_technician["serviceOrders"]["nodes"] == [{"number": mine.number, "reasons": [{"lineNumber": 1}]}]
    assert nodes == {"a": {"id": f"srs_{seen.id}"}, "b": None}


async def test_customers_see_neither_stages_nor_reasons(server: Server) -> None:
    await server.token(Role.CUSTOMER)
    stage = await a_stage()
    order = await an_order(stage_id=stage.id)
    reason = await a_stage_reason(order)

    for text in (
        "{ stages { nodes { id } } }",
        "{ stageReasonCodes { nodes { id } } }",
        "{ serviceOrders { nodes { stage { name } } } }",
        "{ serviceOrders { nodes { reasons { code { name } } } } }",
    ):
        assert await server.codes(text, by=Role.CUSTOMER) == ["FORBIDDEN"]
    assert await server.ask(f'{{ node(id: "srs_{reason.id}") {{ id }} }}', by=Role.CUSTOMER) == {"node": None}


async def test_what_may_be_done_says_the_role_too(server: Server) -> None:
    await server.token(Role.TECHNICIAN)
    tim = await Worker.get(name="Tim Technician")
    order = await an_order(stage_id=(await a_stage()).id)
    await a_line(order, worker_id=tim.id)
    text = """{ serviceOrders { nodes {
      availableActions { action allowed code reason } lines { availableActions { action allowed } }
    } } }"""

    async def asked(role: Role) -> dict[str, Any]:
        [node] = (await server.ask(text, by=role))["serviceOrders"]["nodes"]
        return dict(node)

    by_technician, by_dispatcher = await asked(Role.TECHNICIAN), await asked(Role.DISPATCHER)

    told = by_technician["availableActions"]
    assert {(each["allowed"], each["code"], each["reason"]) for each in told} == {
        (False, None, "Your role does not allow this.")
    }
    assert {each["action"] for each in by_dispatcher["availableActions"] if each["allowed"]} == {
        "CHANGE",
        "ADD_LINE",
        "SIGN_OFF",
        "CANCEL",
        "DELETE",
    }
    assert by_dispatcher["lines"][0]["availableActions"][0] == {"action": "CHANGE", "allowed": True}
