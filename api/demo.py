"""The demo company: loaded once, its users, and dispatchers who keep its board moving."""

import asyncio
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import structlog

import db.demo
from api.settings import Settings, SettingsError
from db.config import is_postgres, sqlite_path
from db.lifecycle import database
from db.migrating import OtherMigrationsError, migrate
from domain.access.operations import CreateUser, create_user
from domain.access.passwords import prepare_password
from domain.access.queries import actor_for_email
from domain.core import clock
from domain.core.actor import SYSTEM, Actor, Role
from domain.core.errors import Refused
from domain.core.operation import perform
from domain.dispatch.operations import (
    ActivityRef,
    ApplyBoardChanges,
    Assign,
    BoardChange,
    Close,
    Dispatch,
    SetPriority,
    apply_board_changes,
)
from domain.exchange.folders import import_folder
from domain.orders.models import ServiceActivity
from domain.orders.rules import DispatchStatus, Priority
from domain.parameters.models import ServiceManagementParameters
from domain.parameters.queries import civil_date, company_parameters
from domain.planning.operations import PlanVisits, create_planned_service_orders
from domain.workforce.models import Worker

Progress = Callable[[str, int, int], None]

PASSWORD = "nordlift-demo"  # noqa: S105 - of made-up people, in demo mode only
USERS = {
    "demo-manager": ("manager@nordlift.example", "Karen Mikkelsen", Role.SERVICE_MANAGER),
    "demo-dispatcher": ("dispatcher@nordlift.example", "Jonas Friis", Role.DISPATCHER),
    "demo-technician": ("technician@nordlift.example", "", Role.TECHNICIAN),
    "demo-customer": ("customer@nordlift.example", "", Role.CUSTOMER),
}
TOKENS = {token: email for token, (email, _, _) in USERS.items()}
_COLLEAGUE = ("dispatcher2@nordlift.example", "Sofie Lund", Role.DISPATCHER)
_FOLDER = Path(db.demo.__file__).parent
_COMPANY = "Nordlift Service A/S"
_OLD = timedelta(days=7)
_PLANNED_AHEAD = timedelta(days=28)
_PAUSE_SECONDS = (1.5, 4.0)

log = structlog.get_logger()


async def prepare(settings: Settings, *, fresh: bool = False, progress: Progress | None = None) -> bool:
    """Make sure that the demo company is there and not older than a week; whether it was loaded.

    Raises:
        SettingsError: the database holds another company.
    """
    url = settings.database_url
    try:
        await migrate(url)
        of_today = True
    except OtherMigrationsError:
        of_today = False
    await _refuse_another_company(url)
    if fresh or not of_today or await _is_old(url):
        await _clear(url)
        await migrate(url)
    async with database(url):
        if await ServiceManagementParameters.exists(id=1):
            return False
        time_zone = (await company_parameters()).time_zone
        report = await import_folder(_FOLDER, today=civil_date(clock.now(), time_zone), progress=progress)
        if report.errors:
            raise SettingsError("\n".join(str(error) for error in report.errors))
        await _add_users()
        await _plan_visits()
    return True


async def _refuse_another_company(url: str) -> None:
    async with database(url):
        # Only what every version's tables have.
        names = [
            str(each) for each in await ServiceManagementParameters.filter(id=1).values_list("company_name", flat=True)
        ]
    if names and names[0] != _COMPANY:
        raise SettingsError(f"The database holds {names[0]}; the demo company needs one of its own.")


async def _is_old(url: str) -> bool:
    """Whether the demo company was loaded more than a week ago."""
    async with database(url):
        # Of those that came with the files: visits are planned further ahead.
        with_files = ServiceActivity.filter(starts_at__not_isnull=True, lines__agreement_line_id__isnull=True)
        newest = await with_files.order_by("-starts_at").first()
    return newest is not None and newest.starts_at is not None and newest.starts_at < clock.now() + _OLD


async def _clear(url: str) -> None:
    """Delete the demo's SQLite file."""
    if is_postgres(url):
        raise SettingsError("Make the PostgreSQL database anew yourself: this deletes SQLite files only.")
    for suffix in ("", "-wal", "-shm"):
        await asyncio.to_thread(Path(sqlite_path(url) + suffix).unlink, missing_ok=True)


async def _add_users() -> None:
    worker = await Worker.filter(active=True, team_id__not_isnull=True).order_by("id").first()
    order = await ServiceActivity.filter(closed=False).order_by("id").first().select_related("order__customer")
    if worker is None or order is None:
        raise SettingsError("The demo company has no workers or no activities.")
    customer = order.order.customer
    for email, name, role in [*USERS.values(), _COLLEAGUE]:
        shown = {Role.TECHNICIAN: worker.name, Role.CUSTOMER: customer.name}.get(role, name)
        await perform(
            create_user,
            CreateUser(
                email=email,
                name=shown,
                role=role,
                password=await prepare_password(PASSWORD, actor=SYSTEM),
                worker_id=worker.id if role is Role.TECHNICIAN else None,
                customer_id=customer.id if role is Role.CUSTOMER else None,
            ),
            actor=SYSTEM,
        )


async def _plan_visits() -> None:
    """Plan what the agreements promise for the coming weeks, as the service manager would have done."""
    manager = await actor_for_email(USERS["demo-manager"][0])
    if manager is None:
        raise SettingsError("The demo company has no service manager.")
    today = civil_date(clock.now(), (await company_parameters()).time_zone)
    command = PlanVisits(from_on=today, to_on=today + _PLANNED_AHEAD, show_report=False)
    await perform(create_planned_service_orders, command, actor=manager)


async def keep_moving() -> None:
    """Let two dispatchers change today's and tomorrow's board every few seconds, for ever."""
    dice = random.Random()  # noqa: S311 - what they do matters to nobody
    dispatchers = [await actor_for_email(email) for email in (TOKENS["demo-dispatcher"], _COLLEAGUE[0])]
    known = [actor for actor in dispatchers if actor is not None]
    while known:
        await asyncio.sleep(dice.uniform(*_PAUSE_SECONDS))
        try:
            await _move_something(dice, dice.choice(known))
        except Exception as error:  # noqa: BLE001 - a show must go on; the server's own errors are logged where they arise
            log.warning("demo_move_failed", error=str(error))


async def _move_something(dice: random.Random, actor: Actor) -> None:
    """One change that a dispatcher might make; what is in the way is chosen again, a few times."""
    now = clock.now()
    soon = (
        await ServiceActivity.filter(closed=False, starts_at__gte=now, starts_at__lt=now + timedelta(days=2))
        .order_by("starts_at")
        .limit(200)
    )
    over = await ServiceActivity.filter(closed=False, ends_at__lt=now, worker_id__not_isnull=True).limit(20)
    if not soon:
        return
    for _ in range(8):
        change = await _some_change(dice, dice.choice(soon), over)
        try:
            await perform(apply_board_changes, ApplyBoardChanges((change,)), actor=actor)
        except Refused:
            continue
        return


async def _some_change(dice: random.Random, activity: ServiceActivity, over: list[ServiceActivity]) -> BoardChange:
    ref = ActivityRef(id=activity.id)
    kind = dice.random()
    if over and kind < 0.15:  # noqa: PLR2004 - shares of the kinds of change
        return Close(ActivityRef(id=dice.choice(over).id))
    if activity.worker_id is not None and activity.dispatch_status is DispatchStatus.UNDISPATCHED and kind < 0.45:  # noqa: PLR2004
        return Dispatch(ref)
    if kind < 0.55:  # noqa: PLR2004
        return SetPriority(ref, dice.choice([priority for priority in Priority if priority is not activity.priority]))
    if kind < 0.8 or activity.starts_at is None:  # noqa: PLR2004
        mates = await Worker.filter(active=True, team_id__not_isnull=True).order_by("id")
        return Assign(ref, worker_id=dice.choice(mates).id)
    return Assign(ref, starts_at=activity.starts_at + timedelta(minutes=dice.choice([-60, -30, 30, 60, 90])))
