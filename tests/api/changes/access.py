"""Changes of users, API tokens and calendar feeds."""

from domain.access.models import ApiToken
from domain.core.actor import Role
from tests.api.changes.table import Told, change
from tests.builders import rows
from tests.builders.times import MONDAY


@change("createUser", "user { email name role active worker { name } version }")
async def _() -> Told:
    worker = await rows.a_worker()
    return Told(
        given={
            "email": "Mette@Nordlys.example",
            "name": "Mette Holm",
            "role": "TECHNICIAN",
            "workerId": f"wrk_{worker.id}",
            "password": "correct horse battery",
        },
        gives={
            "user": {
                "email": "mette@nordlys.example",
                "name": "Mette Holm",
                "role": "TECHNICIAN",
                "active": True,
                "worker": {"name": "Meg Madsen"},
                "version": 1,
            }
        },
        wrong={"password": "too short"},
        code="INVALID",
        path=("password",),
    )


@change("changeUser", "user { name role worker { name } version }")
async def _() -> Told:
    user, worker = await rows.a_user(), await rows.a_worker()
    return Told(
        given={"userId": f"usr_{user.id}", "role": "TECHNICIAN", "workerId": f"wrk_{worker.id}", "password": None},
        gives={
            "user": {"name": "Dina Dispatcher", "role": "TECHNICIAN", "worker": {"name": "Meg Madsen"}, "version": 2}
        },
        wrong={"workerId": None},
        code="WORKER_REQUIRED",
        path=("workerId",),
    )


@change("endApiToken", "apiToken { name user { active } }")
async def _() -> Told:
    user = await rows.a_user(role=Role.INTEGRATION)
    token = await ApiToken.create(
        user_id=user.id, name="Route planner", token_hash="x", scopes=["READ"], created_at=MONDAY
    )
    return Told(
        given={"tokenId": f"tok_{token.id}"},
        gives={"apiToken": {"name": "Route planner", "user": {"active": False}}},
        wrong={"tokenId": f"usr_{user.id}"},
        code="NOT_FOUND",
        path=("tokenId",),
    )


@change("endCalendarFeed", "calendarFeed { name worker { name } }", Role.INTEGRATION)
async def _() -> Told:
    feed = await rows.a_calendar_feed()
    return Told(
        given={"feedId": f"cfd_{feed.id}"},
        gives={"calendarFeed": {"name": "Phone", "worker": {"name": "Meg Madsen"}}},
        wrong={"feedId": "cfd_404"},
        code="NOT_FOUND",
        path=("feedId",),
    )
