"""Whatever is changed, by whatever mutation of the schema: a board kept by deltas equals a board that is read anew."""

import random
from collections import Counter
from contextlib import AsyncExitStack
from typing import Any

import pytest

from api.schema.build import schema
from domain.core.actor import Role
from domain.workforce.models import Worker
from tests.builders import sla_steps  # noqa: F401 - puts its steps into the table
from tests.builders.order_steps import STEPS
from tests.builders.replicas import BRIEF, Replica, replica
from tests.builders.stage_steps import a_tree_of_stages
from tests.builders.steps import Dice, a_small_company
from tests.serving import Server

pytestmark = pytest.mark.usefixtures("logged")

# Sessions come and go without a change to anything that a board shows.
NOT_TAKEN = {
    "signIn": "opens a session of the caller; it was taken before the followers could sign in",
    "refreshSession": "gives the caller's session another token",
    "signOut": "ends the caller's session, and with it the test",
}
NOT_TAKEN |= {
    "startPlanningRun": "what it starts is done later; it plans as `createPlannedServiceOrders` does",
    "stopPlanningRun": "keeps a run from going on",
}
# Told in `tests.api.changes`: none of this stands beside an activity in the selections here.
BESIDE_NOTHING = """
createLineProperty changeLineProperty deleteLineProperty createServiceObjectGroup
changeServiceObjectGroup deleteServiceObjectGroup createServiceObject changeServiceObject
deleteServiceObject deleteServiceTask deleteActivityPhase createAgreementGroup changeAgreementGroup
deleteAgreementGroup createTemplateGroup changeTemplateGroup deleteTemplateGroup
createServiceInterval changeServiceInterval deleteServiceInterval createTimeWindow
changeTimeWindow deleteTimeWindow createServiceAgreement deleteServiceAgreement
addServiceAgreementLine changeServiceAgreementLine deleteServiceAgreementLine stopServiceAgreementLines
startServiceAgreementLines copyServiceAgreementLines addAgreementObject deleteAgreementObject
addAgreementTask changeAgreementTask deleteAgreementTask deleteOrderObject
deleteOrderTask createServiceLevel deleteServiceLevel
createLedgerAccount changeLedgerAccount deleteLedgerAccount
createProjectGroup changeProjectGroup deleteProjectGroup deleteProject
deleteProjectCategory createJournal changeJournal deleteJournal createProjectPrice
createWebhook changeWebhook deleteWebhook renewWebhookSecret replayWebhook retryWebhookDelivery
createCalendarFeed endCalendarFeed
changeProjectPrice deleteProjectPrice createProjectValidation deleteProjectValidation
"""
NOT_TAKEN |= dict.fromkeys(BESIDE_NOTHING.split(), "changes nothing that stands beside an activity")
WEEK = {"from": "2026-11-23", "to": "2026-11-29"}
# All that can be selected of an activity, and of what is around it.
EVERYTHING = """
id number title category priority startsAt endsAt dispatchStatus closed slaDueAt slaStatus slaRisk version
type { id name } phase { name } task { id name }
worker { id name active calendar { name hours { weekday opens closes } holidays { on name } } }
team { id name owner { name } }
availableActions { action allowed code reason }
order {
  id number description priority progress serviceAt signedOffAt version
  stage { number name allowModify requireReason parent { name } children { name } }
  reasons { lineNumber type description createdBy code { name } stage { name } }
  availableActions { action allowed code reason }
  customer { name phone active contacts { name customer { name } } addresses { name city } }
  address { name city customer { name } }
  contact { name email }
  project { name type customer { name } }
  agreement { description suspended }
  itemRequirements { deliveredAt }
  objectRelations { number object { name } } taskRelations { taskName internalNote externalNote }
  responsible { name team { name } } preferredTechnician { name }
  lines {
    lineNumber status quantity description signedOffAt invoiceNumber version availableActions { action allowed code }
    category { name } item { name unit } task { name }
    worker { name } objectRelation { number } activity { id number priority worker { name } }
  }
  activities { number priority startsAt worker { name } task { name } }
}"""
OF_THE_ORDER = (
    BRIEF
    + """
availableActions { action allowed }
order {
  customer { name } lines { description worker { id } } activities { id }
  stage { name } availableActions { action allowed }
  sla { status risk startedAt limitMinutes level { number name suspended } log { startsAt endsAt status } }
}"""
)
# How often a step is taken beyond once: those that bring no snapshot, which would hide what was not told.
OFTEN = [
    "assignActivity",
    "applyBoardChanges",
    "setActivityPriority",
    "unassignActivity",
    "dispatchActivity",
    "closeActivity",
    "undoBoardChange",
    "changeServiceOrder",
    "changeServiceOrderLine",
    "addServiceOrderLine",
    "createPlannedServiceOrders",
    "createServiceActivity",
    "changeServiceActivity",
    "changeCustomer",
    "changeProject",
    "moveServiceOrderToNextStage",
    "moveServiceOrderToPreviousStage",
    "addStageReason",
    "signOffServiceOrderLine",
    "cancelServiceOrderLine",
    "stopSlaTime",
    "startSlaTime",
]
EXTRA_STEPS = 40


def test_every_mutation_is_a_step_or_says_why_not() -> None:
    assert schema.mutation_type is not None
    assert set(STEPS) | set(NOT_TAKEN) == set(schema.mutation_type.fields)
    assert not set(STEPS) & set(NOT_TAKEN)


async def test_deltas_applied_to_an_old_snapshot_equal_a_fresh_read(server: Server) -> None:
    chance = random.Random(20261123)  # noqa: S311 - a schedule, not a secret
    await server.token(Role.TECHNICIAN)
    tim = await Worker.get(name="Tim Technician")
    await a_small_company(tim)
    await a_tree_of_stages()
    dice, done, refused = Dice(chance), Counter[str](), Counter[str]()
    schedule = [*STEPS, *chance.choices(OFTEN, k=EXTRA_STEPS)]
    chance.shuffle(schedule)
    async with AsyncExitStack() as stack:
        boards = [
            await stack.enter_async_context(board)
            for board in (
                replica(server, Role.DISPATCHER, activity=EVERYTHING, **WEEK),
                replica(
                    server,
                    Role.SERVICE_MANAGER,
                    activity=OF_THE_ORDER,
                    **WEEK,
                    teamIds=[f"team_{tim.team_id}"],
                    priorities=["HIGH", "NORMAL"],
                    includeClosed=True,
                ),
                replica(server, Role.TECHNICIAN, activity=OF_THE_ORDER, **WEEK),
            )
        ]
        for board in boards:
            await board.follow()
        for place, name in enumerate(schedule):
            errors = await take(server, name, dice)
            (refused if errors else done)[name] += 1
            for board in boards:
                assert await board.difference() == "", (place, name, board.role)

        assert set(done) == set(STEPS), refused
        kinds = [Counter(event["__typename"] for event in board.told) for board in boards]
        assert all(each["ActivityChanged"] > 20 and each["ActivityLeft"] > 2 for each in kinds[:2]), kinds


async def take(server: Server, name: str, dice: Dice) -> list[Any]:
    """Take a step; gives why it was refused."""
    step = STEPS[name]
    data = await server.ask(step.document, by=step.role, input=await step.draw(dice))
    errors: list[Any] = data[name]["userErrors"]
    return errors


async def test_a_client_that_goes_away_again_and_again_misses_nothing(server: Server) -> None:
    chance = random.Random(7)  # noqa: S311 - a schedule, not a secret
    await server.token(Role.TECHNICIAN)
    await a_small_company(await Worker.get(name="Tim Technician"))
    await a_tree_of_stages()
    dice = Dice(chance)
    kept: Replica | None = None
    for _ in range(12):
        async with replica(server, Role.DISPATCHER, activity=OF_THE_ORDER, **WEEK) as board:
            if kept is not None:
                board.board, board.activities, board.cursor = kept.board, kept.activities, kept.cursor
            first = await board.follow(board.cursor)
            assert (first["__typename"] == "BoardSnapshot") is (kept is None), first
            for name in chance.choices(OFTEN, k=3):
                await take(server, name, dice)
            if chance.random() < 0.5:
                assert await board.difference() == ""
            kept = board
        for name in chance.choices(OFTEN, k=chance.randrange(4)):
            await take(server, name, dice)
    async with replica(server, Role.DISPATCHER, activity=OF_THE_ORDER, **WEEK) as board:
        assert kept is not None
        board.board, board.activities, board.cursor = kept.board, kept.activities, kept.cursor
        await board.follow(kept.cursor)
        assert await board.difference() == ""
