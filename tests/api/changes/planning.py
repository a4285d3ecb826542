"""Planning visits, and the runs that plan many."""

from datetime import UTC, date, datetime
from typing import Any

from db.turns import Turn
from domain.core.actor import Role
from domain.planning.models import PlanningRun
from tests.api.changes.table import Told, change
from tests.builders import agreed, rows
from tests.builders.planned import an_agreement_to_plan
from tests.builders.times import MONDAY

JUNE = {"fromOn": "2026-06-01", "toOn": "2026-06-30"}


async def _promised() -> dict[str, Any]:
    """What names an agreement of one visit in June, in a company that can make orders."""
    await rows.number_sequences()
    await rows.a_stage()
    agreement = await an_agreement_to_plan(number="SA-1")
    await agreed.an_agreement_line(agreement, starts_on=date(2026, 6, 3))
    # No server goes on with a run while the test looks at it.
    await Turn.create(name="planning", due_at=MONDAY, holder="nobody", held_until=datetime(2100, 1, 1, tzinfo=UTC))
    return {"agreementIds": [f"sa_{agreement.id}"]}


@change(
    "createPlannedServiceOrders",
    "report { dryRun ordersCreated linesCreated linesThere linesSkipped calendarConflicts"
    " occurrences { agreementNumber lineNumber calculatedOn fate skippedFor serviceOn orderNumber }"
    " visits { agreementNumber serviceOn calendarConflict why orderNumber lines { lineNumber earliestOn latestOn } } }",
    Role.TECHNICIAN,
)
async def _() -> Told:
    named = await _promised()
    line = {"lineNumber": 1, "earliestOn": "2026-06-03", "latestOn": "2026-06-03"}
    visit = {"agreementNumber": "SA-1", "serviceOn": "2026-06-03", "calendarConflict": False, "lines": [line]}
    why = "Line 1 of SA-1 may take place on 2026-06-03, and nothing else was left that may take place then; "
    occurrence = {
        "agreementNumber": "SA-1",
        "lineNumber": 1,
        "calculatedOn": "2026-06-03",
        "fate": "CREATED",
        "skippedFor": None,
        "serviceOn": "2026-06-03",
        "orderNumber": "SO-10001",
    }
    return Told(
        given=JUNE | named | {"transactionTypes": ["HOUR"], "filter": {"suspended": False}},
        gives={
            "report": {
                "dryRun": False,
                "ordersCreated": 1,
                "linesCreated": 1,
                "linesThere": 0,
                "linesSkipped": 0,
                "calendarConflicts": 0,
                "occurrences": [occurrence],
                "visits": [visit | {"why": f"{why}on 2026-06-03 nothing is moved.", "orderNumber": "SO-10001"}],
            }
        },
        wrong={"toOn": "2026-05-31"},
        code="INVALID",
        path=("toOn",),
    )


@change(
    "startPlanningRun",
    "planningRun { status fromOn toOn transactionTypes continuous agreementsTotal agreementsDone createdBy endedAt }",
    Role.TECHNICIAN,
)
async def _() -> Told:
    return Told(
        given=JUNE | await _promised() | {"continuous": True, "transactionTypes": ["ITEM", "HOUR"]},
        gives={
            "planningRun": {
                "status": "WAITING",
                "fromOn": "2026-06-01",
                "toOn": "2026-06-30",
                "transactionTypes": ["HOUR", "ITEM"],
                "continuous": True,
                "agreementsTotal": 1,
                "agreementsDone": 0,
                "createdBy": "Service_Manager",
                "endedAt": None,
            }
        },
        wrong={"agreementIds": ["sa_999"]},
        code="NOT_FOUND",
        path=("agreementIds", "0"),
    )


@change("stopPlanningRun", "planningRun { status problem version }", Role.TECHNICIAN)
async def _() -> Told:
    await _promised()
    run = await PlanningRun.create(
        from_on=date(2026, 6, 1),
        to_on=date(2026, 6, 30),
        transaction_types=["HOUR"],
        agreements_total=1,
        created_at=MONDAY,
        created_by="Dina Dispatcher",
    )
    return Told(
        given={"runId": f"pln_{run.id}"},
        gives={"planningRun": {"status": "STOPPED", "problem": None, "version": 2}},
        wrong={"runId": "pln_999"},
        code="NOT_FOUND",
        path=("runId",),
    )
