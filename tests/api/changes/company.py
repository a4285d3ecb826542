"""Changes of workers, teams, calendars, settings and number sequences."""

from tests.api.changes.table import Told, change
from tests.builders import rows


@change("createWorker", "worker { number name type calendar { name } team { id } }")
async def _() -> Told:
    await rows.number_sequences("worker")
    calendar = await rows.a_calendar(name="Nights")
    return Told(
        given={"name": "Meg Madsen", "type": "CONTRACTOR", "calendarId": f"cal_{calendar.id}"},
        gives={
            "worker": {
                "number": "WRK-10001",
                "name": "Meg Madsen",
                "type": "CONTRACTOR",
                "calendar": {"name": "Nights"},
                "team": None,
            }
        },
        wrong={"calendarId": "cal_404"},
        code="NOT_FOUND",
        path=("calendarId",),
    )


@change("changeWorker", "worker { name active team { id } version }")
async def _() -> Told:
    worker = await rows.a_worker()
    team = await rows.a_team(worker)
    return Told(
        given={"workerId": f"wrk_{worker.id}", "active": False},
        gives={"worker": {"name": "Meg Madsen", "active": False, "team": None, "version": 2}},
        wrong={"workerId": f"wrk_{team.owner_id}"},
        code="IN_USE",
        path=("active",),
    )


@change("createDispatchTeam", "team { number name owner { id } workers { id } }")
async def _() -> Told:
    await rows.number_sequences("dispatch_team")
    owner, contractor = await rows.a_worker(), await rows.a_worker(type="CONTRACTOR")
    return Told(
        given={"name": "North", "ownerId": f"wrk_{owner.id}"},
        gives={"team": {"number": "TEAM-10001", "name": "North", "owner": {"id": f"wrk_{owner.id}"}, "workers": []}},
        wrong={"ownerId": f"wrk_{contractor.id}"},
        code="OWNER_NOT_EMPLOYEE",
        path=("ownerId",),
    )


@change("changeDispatchTeam", "team { name owner { id } version }")
async def _() -> Told:
    team, owner, gone = await rows.a_team(), await rows.a_worker(), await rows.a_worker(active=False)
    return Told(
        given={"teamId": f"team_{team.id}", "ownerId": f"wrk_{owner.id}"},
        gives={"team": {"name": "Copenhagen North", "owner": {"id": f"wrk_{owner.id}"}, "version": 2}},
        wrong={"ownerId": f"wrk_{gone.id}"},
        code="WORKER_INACTIVE",
        path=("ownerId",),
    )


@change("deleteDispatchTeam", "deletedId")
async def _() -> Told:
    empty, full = await rows.a_team(), await rows.a_team(await rows.a_worker())
    return Told(
        given={"teamId": f"team_{empty.id}"},
        gives={"deletedId": f"team_{empty.id}"},
        wrong={"teamId": f"team_{full.id}"},
        code="IN_USE",
        path=("teamId",),
    )


@change("setTeamMember", "worker { team { name workers { name } } }")
async def _() -> Told:
    worker, team = await rows.a_worker(), await rows.a_team(await rows.a_worker(name="Ann Aa"))
    members = [{"name": "Ann Aa"}, {"name": "Meg Madsen"}]
    return Told(
        given={"workerId": f"wrk_{worker.id}", "teamId": f"team_{team.id}"},
        gives={"worker": {"team": {"name": "Copenhagen North", "workers": members}}},
        wrong={"teamId": "team_404"},
        code="NOT_FOUND",
        path=("teamId",),
    )


@change("createCalendar", "calendar { number hours { weekday opens closes } holidays { on name opens closes } }")
async def _() -> Told:
    await rows.number_sequences("calendar")
    hours = [{"weekday": 1, "opens": "06:00", "closes": "14:00"}, {"weekday": 1, "opens": "15:30", "closes": "24:00"}]
    holidays = [
        {"on": "2026-12-24", "name": "Christmas Eve", "opens": "08:00", "closes": "12:00"},
        {"on": "2026-12-25", "name": "Christmas Day", "opens": None, "closes": None},
    ]
    return Told(
        given={"name": "Office", "timeZone": "Europe/Copenhagen", "hours": hours[::-1], "holidays": holidays[::-1]},
        gives={"calendar": {"number": "CAL-10001", "hours": hours, "holidays": holidays}},
        wrong={"hours": [hours[0], {"weekday": 2, "opens": "24:00", "closes": "24:00"}]},
        code="INVALID",
        path=("hours", "1", "opens"),
    )


@change("changeCalendar", "calendar { name hours { weekday opens closes } version }")
async def _() -> Told:
    calendar = await rows.a_calendar(weekdays=(1,))
    return Told(
        given={"calendarId": f"cal_{calendar.id}", "hours": [{"weekday": 7, "opens": "10:00", "closes": "00:00"}]},
        gives={
            "calendar": {
                "name": "Office hours",
                "hours": [{"weekday": 7, "opens": "10:00", "closes": "24:00"}],
                "version": 2,
            }
        },
        wrong={"holidays": [{"on": "2026-12-24", "name": "Eve", "opens": "08:00"}]},
        code="INVALID",
        path=("holidays", "0", "closes"),
    )


@change("deleteCalendar", "deletedId")
async def _() -> Told:
    idle, used = await rows.a_calendar(), await rows.a_calendar()
    await rows.a_worker(calendar_id=used.id)
    return Told(
        given={"calendarId": f"cal_{idle.id}"},
        gives={"deletedId": f"cal_{idle.id}"},
        wrong={"calendarId": f"cal_{used.id}"},
        code="IN_USE",
        path=("calendarId",),
    )


@change(
    "changeServiceManagementParameters",
    "serviceManagementParameters { id companyName currency calendar { name } dispatchColorHigh dispatchDaysAfter }",
)
async def _() -> Told:
    calendar = await rows.a_calendar()
    return Told(
        given={
            "companyName": "Nordlift A/S",
            "currency": "EUR",
            "calendarId": f"cal_{calendar.id}",
            "dispatchColorHigh": "#AA0000",
            "expectedVersion": 1,
        },
        gives={
            "serviceManagementParameters": {
                "id": "par_1",
                "companyName": "Nordlift A/S",
                "currency": "EUR",
                "calendar": {"name": "Office hours"},
                "dispatchColorHigh": "#aa0000",
                "dispatchDaysAfter": 7,
            }
        },
        wrong={"dispatchDaysAfter": 61},
        code="INVALID",
        path=("dispatchDaysAfter",),
    )


@change("changeNumberSequence", "numberSequence { code prefix next version }")
async def _() -> Told:
    await rows.number_sequences("worker")
    return Told(
        given={"code": "worker", "prefix": None, "next": 20001},
        gives={"numberSequence": {"code": "worker", "prefix": "", "next": 20001, "version": 2}},
        wrong={"next": 1_000_000_000},
        code="INVALID",
        path=("next",),
    )
