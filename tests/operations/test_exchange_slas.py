"""Service levels and recorded time as files: where orders stand follows, and nobody is told of what has been."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from db.demo.generate import FOLDER
from domain.exchange.folders import import_folder
from domain.orders.models import RecordedTime, ServiceOrder
from domain.slas.rules import SlaRisk, SlaStatus
from tests.builders.folders import a_folder
from tests.builders.log import events, nothing_changes
from tests.builders.slas import times_of
from tests.builders.times import SetClock

pytestmark = pytest.mark.usefixtures("database")

TODAY = date(2026, 11, 23)
COMPANY = {
    "company": "name,time_zone\nNordlift,UTC\n",
    "service_levels": "number,name,days\nSLA-1,Within ten days,10\n",
    "customers": "number,name\nCUS-1,Havnen\n",
    "stages": "number,name\nPLANNING,Planning\n",
    "orders": "number,customer,sla\nSO-1,CUS-1,SLA-1\nSO-2,CUS-1,SLA-1\nSO-3,CUS-1,SLA-1\nSO-4,CUS-1,SLA-1\n",
}
TIMES = """\
    order,starts_at,ends_at,status
    SO-1,D-9T12:00,,STARTED
    SO-2,D-20T12:00,D-8T12:00,STOPPED
    SO-3,D-5T00:00,D-4T00:00,STOPPED
    SO-3,D-2T00:00,D-1T00:00,CANCELED
"""


async def standing(*names: str) -> dict[str, tuple[SlaStatus, SlaRisk]]:
    """Where these orders stand."""
    found = {order.number: order for order in await ServiceOrder.filter(number__in=names)}
    return {name: (found[name].sla_status, found[name].sla_risk) for name in names}


async def test_where_orders_stand_follows_from_their_times(tmp_path: Path, set_clock: SetClock) -> None:
    set_clock.now = datetime(2026, 11, 23, 8, tzinfo=UTC)

    report = await import_folder(a_folder(tmp_path, **COMPANY, recorded_times=TIMES), today=TODAY)

    assert report.errors == ()
    assert await standing("SO-1", "SO-2", "SO-3", "SO-4") == {
        "SO-1": (SlaStatus.STARTED, SlaRisk.AT_RISK),
        "SO-2": (SlaStatus.STOPPED, SlaRisk.BREACHED),
        "SO-3": (SlaStatus.CANCELED, SlaRisk.NONE),
        "SO-4": (SlaStatus.NONE, SlaRisk.NONE),
    }
    running = await ServiceOrder.get(number="SO-1")
    assert running.sla_due_at == datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert running.sla_next_alarm_at == running.sla_due_at + timedelta.resolution
    assert [time[3] for time in await times_of(await ServiceOrder.get(number="SO-3"))] == [24, 24]
    assert not [event for event in await events() if event.kind in {"service_level_at_risk", "service_level_breached"}]


async def test_the_same_files_change_nothing_and_more_time_changes_what_follows(
    tmp_path: Path, set_clock: SetClock
) -> None:
    set_clock.now = datetime(2026, 11, 23, 8, tzinfo=UTC)
    await import_folder(a_folder(tmp_path, **COMPANY, recorded_times=TIMES), today=TODAY)

    async with nothing_changes():
        await import_folder(tmp_path, today=TODAY)
    stopped = "order,starts_at,ends_at,status\nSO-1,D-9T12:00,D-8T12:00,STOPPED\n"
    await import_folder(a_folder(tmp_path / "more", recorded_times=stopped), today=TODAY)

    assert await standing("SO-1") == {"SO-1": (SlaStatus.STOPPED, SlaRisk.ON_TIME)}


async def test_the_demo_company_has_service_levels_in_every_state() -> None:
    assert (await import_folder(FOLDER, today=datetime.now(UTC).date())).done

    found = {(order.sla_status, order.sla_risk) for order in await ServiceOrder.exclude(sla_status=SlaStatus.NONE)}
    assert found >= {
        (SlaStatus.STARTED, SlaRisk.ON_TIME),
        (SlaStatus.STARTED, SlaRisk.AT_RISK),
        (SlaStatus.STARTED, SlaRisk.BREACHED),
        (SlaStatus.STOPPED, SlaRisk.ON_TIME),
        (SlaStatus.STOPPED, SlaRisk.BREACHED),
        (SlaStatus.CANCELED, SlaRisk.NONE),
    }
    assert await RecordedTime.filter(counted__isnull=True, ends_at__isnull=False).count() == 0
