"""Calendar feeds: made, read by calendar programs, told of changes, and ended."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from icalendar import Calendar
from pydantic import SecretStr
from structlog.testing import capture_logs

from api.calendars import endpoint
from api.calendars.writing import calendar_text
from api.settings import Settings
from db.health import counting
from domain.access.models import User
from domain.access.operations import ChangeUser, change_user, hash_of
from domain.calendar_feeds.models import CalendarEntry, CalendarFeed
from domain.calendar_feeds.publishing import Publication, publication
from domain.calendar_feeds.queries import OpenFeed, open_feed
from domain.core.actor import SYSTEM, Role
from domain.core.operation import perform
from domain.customers.models import Customer
from domain.orders.models import ServiceActivity
from domain.orders.operations import EndOrder, cancel_service_order
from domain.orders.rules import DispatchStatus
from domain.workforce.models import Worker
from domain.workforce.operations import ChangeWorker, change_worker
from tests.builders.actors import MANAGER
from tests.builders.agreed import a_related_task, an_agreement
from tests.builders.boards import a_booking, a_dispatched_worker, assign, change, close, dispatch, unassign
from tests.builders.log import nothing_changes
from tests.builders.rows import (
    a_contact,
    a_customer,
    a_project,
    a_service_task,
    a_worker,
    an_activity,
    an_address,
    an_order,
    the_parameters,
)
from tests.builders.times import MONDAY, SetClock, at
from tests.serving import SECRET, Server, serving

CREATE = """mutation($input: CreateCalendarFeedInput!) { createCalendarFeed(input: $input) {
  calendarFeed { id name createdAt endedAt } url userErrors { code path } } }"""
END = """mutation($input: EndCalendarFeedInput!) { endCalendarFeed(input: $input) {
  calendarFeed { endedAt } userErrors { code } } }"""
LIST = "{ calendarFeeds { nodes { name } totalCount } }"
COPENHAGEN = ZoneInfo("Europe/Copenhagen")

pytestmark = pytest.mark.usefixtures("set_clock")


@pytest.fixture
async def web(server: Server) -> AsyncGenerator[httpx.AsyncClient]:
    """A calendar program: it has addresses and nothing else."""
    async with httpx.AsyncClient(base_url=server.url) as client:
        yield client


async def a_feed(server: Server, by: Role = Role.DISPATCHER, **whose: Any) -> str:
    """The address of a new feed."""
    made = (await server.ask(CREATE, by=by, input={"name": "Phone"} | whose))["createCalendarFeed"]
    assert made["userErrors"] == []
    url: str = made["url"]
    return url


def parsed(text: str) -> Any:
    """A calendar as a calendar program reads it."""
    calendar = Calendar.from_ical(text)
    assert calendar.errors == []
    return calendar


async def events_at(web: httpx.AsyncClient, url: str) -> dict[str, Any]:
    """The events of a calendar by the id of their visit."""
    answer = await web.get(url)
    assert answer.status_code == 200
    return {str(event["uid"]).partition("@")[0]: event for event in parsed(answer.text).walk("VEVENT")}


def told(event: Any) -> tuple[int, str]:
    return event["sequence"], str(event["status"])


def of(worker: Worker) -> dict[str, Any]:
    return {"workerId": f"wrk_{worker.id}"}


async def a_visit(customer: Customer, **columns: Any) -> ServiceActivity:
    """A visit at a customer's site, with a task about which notes are written."""
    task = await a_service_task()
    site = await an_address(customer, name="Cold store", street="Søndre Kaj 4")
    contact = await a_contact(customer, name="Bo Holm", phone="+45 1234")
    order = await an_order(customer, number="SO-1", address_id=site.id, contact_id=contact.id)
    await a_related_task(
        order, task, internal_note="Charge double", external_note="Clear the ramp, please;\nboth sides"
    )
    times = {"starts_at": at(2), "ends_at": at(4)}
    return await an_activity(order, **(times | {"task_id": task.id, "title": "Inspection"} | columns))


# --- what a calendar shows -------------------------------------------------------------------------------------------


async def test_a_worker_has_their_visits_in_their_calendar(server: Server, web: httpx.AsyncClient) -> None:
    await the_parameters(company_name="Nordlift Service A/S", time_zone="Europe/Copenhagen")
    meg, other = await a_worker(name="Meg Madsen"), await a_worker()
    visit = await a_visit(await a_customer(name="Havnens Køl"), worker_id=meg.id)
    waiting = await an_activity(worker_id=meg.id)
    await a_booking(other)

    answer = await web.get(await a_feed(server, **of(meg)))

    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = parsed(answer.text)
    assert (calendar["version"], calendar["method"], calendar["x-wr-calname"]) == (
        "2.0",
        "PUBLISH",
        "Nordlift Service A/S: Meg Madsen",
    )
    assert calendar["x-wr-timezone"] == "Europe/Copenhagen"
    [event] = calendar.walk("VEVENT")
    assert str(event["uid"]).startswith(f"act_{visit.id}@")
    assert (event.start, event.end) == (at(2), at(4))
    assert (event["summary"], event["location"]) == (
        "Inspection, Havnens Køl",
        "Cold store, Søndre Kaj 4, 2150 Nordhavn",
    )
    assert event["description"] == "SO-1: Cold room does not cool\nClear the ramp, please;\nboth sides"
    assert told(event) == (0, "TENTATIVE")
    assert waiting.starts_at is None


async def test_a_customer_sees_visit_times_and_external_notes_of_their_own_orders_only(
    server: Server, web: httpx.AsyncClient
) -> None:
    await the_parameters(company_name="Nordlift Service A/S")
    meg = await a_worker(name="Meg Madsen")
    url = await a_feed(server, Role.CUSTOMER)
    kim = await Customer.get(name="Kim Customer")
    visit = await a_visit(kim, worker_id=meg.id, dispatch_status=DispatchStatus.DISPATCHED)
    await a_visit_elsewhere(meg)

    answer = await web.get(url)

    [event] = parsed(answer.text).walk("VEVENT")
    assert str(event["uid"]).startswith(f"act_{visit.id}@")
    assert (event.start, told(event)) == (at(2), (0, "CONFIRMED"))
    assert event["summary"] == "Inspection, Nordlift Service A/S"
    assert event["description"] == "SO-1: Cold room does not cool\nClear the ramp, please;\nboth sides"
    for secret in ("Meg", "Charge double", "Elsewhere", "+45", "Bo Holm"):
        assert secret not in answer.text


async def a_visit_elsewhere(worker: Worker) -> None:
    order = await an_order(await a_customer(name="Elsewhere"))
    await an_activity(order, worker_id=worker.id, starts_at=at(6), ends_at=at(8))


async def test_a_customer_sees_neither_anothers_address_nor_anothers_agreement(
    server: Server, web: httpx.AsyncClient
) -> None:
    url = await a_feed(server, Role.CUSTOMER)
    kim, lee = await Customer.get(name="Kim Customer"), await a_customer(name="Lee")
    task = await a_service_task()
    theirs = await an_agreement(project_id=(await a_project(customer_id=lee.id)).id)
    own = await an_agreement(project_id=(await a_project(customer_id=kim.id)).id)
    await a_related_task(theirs, task, external_note="Note of Lee")
    await a_related_task(own, task, external_note="Note of Kim")
    site = await an_address(lee, name="Site of Lee")
    columns: dict[str, Any] = {"task_id": task.id, "starts_at": at(2), "ends_at": at(4)}
    first = await an_activity(await an_order(kim, address_id=site.id, agreement_id=theirs.id), **columns)
    second = await an_activity(await an_order(kim, agreement_id=own.id), **columns)

    events = await events_at(web, url)

    assert events.keys() == {f"act_{first.id}", f"act_{second.id}"}
    assert "location" not in events[f"act_{first.id}"]
    assert "Note of" not in events[f"act_{first.id}"]["description"]
    assert "Note of Kim" in events[f"act_{second.id}"]["description"]


async def test_times_are_right_on_both_sides_of_a_change_of_clocks(server: Server, web: httpx.AsyncClient) -> None:
    meg = await a_worker()
    starts = [datetime(2027, month, day, 8, tzinfo=COPENHAGEN) for month, day in ((3, 27), (3, 29), (10, 30), (11, 1))]
    for start in starts:
        await an_activity(worker_id=meg.id, starts_at=start, ends_at=start + timedelta(hours=1))

    answer = await web.get(await a_feed(server, **of(meg)))

    # Written in UTC, which no program can misread.
    assert [line for line in answer.text.splitlines() if line.startswith("DTSTART")] == [
        "DTSTART:20270327T070000Z",
        "DTSTART:20270329T060000Z",
        "DTSTART:20271030T060000Z",
        "DTSTART:20271101T070000Z",
    ]
    shown = [event.start for event in parsed(answer.text).walk("VEVENT")]
    assert [start.astimezone(COPENHAGEN).hour for start in shown] == [8, 8, 8, 8]


async def test_a_calendar_has_a_month_back_and_a_year_ahead(server: Server, web: httpx.AsyncClient) -> None:
    meg = await a_worker()
    days = (-31, -29, 365, 367)
    visits = {day: await an_activity(worker_id=meg.id, starts_at=at(days=day), ends_at=at(1, days=day)) for day in days}

    events = await events_at(web, await a_feed(server, **of(meg)))

    assert events.keys() == {f"act_{visits[-29].id}", f"act_{visits[365].id}"}


async def test_whatever_is_written_on_a_visit_the_calendar_is_well_formed(
    server: Server, web: httpx.AsyncClient
) -> None:
    title = "END:VEVENT\r\nX:1; a,b \\n \x0b\x1f\N{RIGHT-TO-LEFT OVERRIDE} æ" + "ø" * 120
    meg = await a_worker()
    visit = await an_activity(worker_id=meg.id, starts_at=at(2), ends_at=at(4), title=title)

    answer = await web.get(await a_feed(server, **of(meg)))

    assert max(len(line.encode()) for line in answer.content.decode().split("\r\n")) <= 75
    [event] = parsed(answer.text).walk("VEVENT")
    assert str(event["uid"]).startswith(f"act_{visit.id}@")
    assert "ø" * 120 in event["summary"]
    assert "X" not in event


# --- what a calendar program is told of changes ----------------------------------------------------------------------


async def test_a_visit_that_moves_keeps_its_id_and_raises_its_sequence(
    server: Server, web: httpx.AsyncClient, set_clock: SetClock
) -> None:
    meg = await a_dispatched_worker()
    visit = await a_booking(meg)
    url = await a_feed(server, **of(meg))
    before = (await events_at(web, url))[f"act_{visit.id}"]

    set_clock.advance(timedelta(hours=1))
    await change(assign(visit, starts_at=at(4)))
    after = (await events_at(web, url))[f"act_{visit.id}"]

    assert (before.start, told(before), before["dtstamp"].dt) == (at(0), (0, "CONFIRMED"), MONDAY)
    assert (after.start, told(after), after["dtstamp"].dt) == (at(4), (1, "CONFIRMED"), at(1))
    assert after["uid"] == before["uid"]
    await change(close(visit))
    assert told((await events_at(web, url))[f"act_{visit.id}"]) == (1, "CONFIRMED")


async def test_a_visit_given_to_another_is_cancelled_for_the_one_and_new_for_the_other(
    server: Server, web: httpx.AsyncClient, set_clock: SetClock
) -> None:
    meg, dan = await a_dispatched_worker(), await a_dispatched_worker()
    visit = await a_booking(meg)
    megs, dans = await a_feed(server, **of(meg)), await a_feed(server, **of(dan))
    key = f"act_{visit.id}"
    first = (await events_at(web, megs))[key]
    assert await events_at(web, dans) == {}

    await change(assign(visit, worker_id=dan.id))
    gone, new = (await events_at(web, megs))[key], (await events_at(web, dans))[key]
    await change(dispatch(visit))

    assert (told(gone), told(new)) == ((1, "CANCELLED"), (0, "TENTATIVE"))
    assert (gone["uid"], gone.start, gone["summary"]) == (first["uid"], first.start, first["summary"])
    assert gone["uid"] != new["uid"]
    assert told((await events_at(web, dans))[key]) == (1, "CONFIRMED")
    await change(unassign(visit))
    assert told((await events_at(web, dans))[key]) == (2, "CANCELLED")
    set_clock.advance(timedelta(days=30))
    assert await events_at(web, megs) == {}


async def test_visits_of_a_cancelled_order_are_cancelled_for_its_customer(
    server: Server, web: httpx.AsyncClient
) -> None:
    url = await a_feed(server, Role.CUSTOMER)
    visit = await a_visit(await Customer.get(name="Kim Customer"))
    await events_at(web, url)

    await perform(cancel_service_order, EndOrder(visit.order_id), actor=MANAGER)

    assert not await ServiceActivity.exists(id=visit.id)
    event = (await events_at(web, url))[f"act_{visit.id}"]
    assert (told(event), event.start) == ((1, "CANCELLED"), at(2))


async def test_a_calendar_that_has_not_changed_is_not_sent_again(server: Server, web: httpx.AsyncClient) -> None:
    meg = await a_dispatched_worker()
    visit = await a_booking(meg)
    url = await a_feed(server, **of(meg))
    first = await web.get(url)
    tag = first.headers["etag"]

    again = await web.get(url, headers={"If-None-Match": f'W/{tag}, "other"'})
    async with nothing_changes():
        assert (await web.get(url)).content == first.content
    await change(assign(visit, starts_at=at(4)))
    changed = await web.get(url, headers={"If-None-Match": tag})

    assert first.headers["cache-control"] == "private, no-cache"
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert (changed.status_code, changed.headers["etag"] != tag) == (200, True)
    assert (await web.head(url)).status_code == 200


async def test_a_calendar_is_written_once_for_all_who_read_it(
    server: Server, web: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Publication] = []

    def counted(found: Publication, origin: str) -> bytes:
        written.append(found)
        return calendar_text(found, origin)

    monkeypatch.setattr(endpoint, "calendar_text", counted)
    meg = await a_dispatched_worker()
    for place in range(60):
        await a_booking(meg, hours=3 * place)
    url, other = await a_feed(server, **of(meg)), await a_feed(server, **of(meg))

    answers = [await web.get(each) for each in (url, url, other)]
    again = await web.get(url, headers={"If-None-Match": answers[0].headers["etag"]})

    assert [len(parsed(answer.text).walk("VEVENT")) for answer in answers] == [60, 60, 60]
    assert answers[0].content == answers[1].content
    # Each feed has its own, because ids are its own.
    assert answers[0].content != answers[2].content
    assert (len(written), again.status_code) == (2, 304)


async def test_programs_that_ask_at_once_are_told_the_same(server: Server, web: httpx.AsyncClient) -> None:
    meg = await a_dispatched_worker()
    visits = [await a_booking(meg, hours=3 * place) for place in range(5)]
    url = await a_feed(server, **of(meg))
    await web.get(url)
    await change(assign(visits[0], starts_at=at(20)))

    answers = await asyncio.gather(*(web.get(url) for _ in range(6)))

    assert len({answer.content for answer in answers}) == 1
    entries = await CalendarEntry.all().order_by("activity_id")
    assert [(entry.activity_id, entry.sequence) for entry in entries] == [
        (visit.id, int(place == 0)) for place, visit in enumerate(visits)
    ]


async def test_a_long_calendar_takes_as_many_statements_as_a_short_one(server: Server, web: httpx.AsyncClient) -> None:
    kim = await a_customer()
    url = await a_feed(server, customerId=f"cus_{kim.id}")
    sent: list[tuple[int, int]] = []
    for length in (3, 40):
        for _ in range(length):
            await a_visit_of_many(kim)
        feed = await open_feed(hash_of(token_of(url)))
        assert feed is not None
        sent.append((await statements(feed), await statements(feed)))

    assert sent[0] == sent[1]
    # To remember what is shown takes more than to find that nothing has changed.
    assert sent[0][1] == 4
    assert len(await events_at(web, url)) == 43


async def a_visit_of_many(customer: Customer) -> None:
    task = await a_service_task()
    order = await an_order(customer)
    await a_related_task(order, task, external_note="Clear the ramp")
    await an_activity(order, task_id=task.id, starts_at=at(2), ends_at=at(4))


async def statements(feed: OpenFeed) -> int:
    with counting() as counted:
        calendar_text(await publication(feed, MONDAY), "test")
    return counted.count


def token_of(url: str) -> str:
    return url.removeprefix("/calendars/").removesuffix(".ics")


# --- who makes, sees and ends feeds ----------------------------------------------------------------------------------


async def test_a_feed_is_shown_until_it_is_ended(server: Server, web: httpx.AsyncClient) -> None:
    meg = await a_worker()
    made = (await server.ask(CREATE, by=Role.DISPATCHER, input={"name": " Phone "} | of(meg)))["createCalendarFeed"]
    feed = made["calendarFeed"]
    assert (feed["name"], feed["createdAt"], feed["endedAt"]) == ("Phone", "2026-11-23T08:00:00Z", None)
    assert (await web.get(made["url"])).status_code == 200

    ended = await server.ask(END, by=Role.DISPATCHER, input={"feedId": feed["id"]})

    assert ended["endCalendarFeed"] == {"calendarFeed": {"endedAt": "2026-11-23T08:00:00Z"}, "userErrors": []}
    answers = [await web.get(made["url"]), await web.get("/calendars/nonsense.ics")]
    assert {answer.status_code for answer in answers} == {404}
    assert answers[0].content == answers[1].content
    async with nothing_changes():
        await server.ask(END, by=Role.DISPATCHER, input={"feedId": feed["id"]})


async def test_a_token_is_kept_as_a_hash_and_stands_in_no_log(server: Server, web: httpx.AsyncClient) -> None:
    meg = await a_worker()
    with capture_logs() as entries:
        url = await a_feed(server, **of(meg))
        await web.get(url)
        await web.get(url + "x")
    token = token_of(url)

    assert len(token) == 43
    assert (await CalendarFeed.get()).token_hash == hash_of(token)
    assert [entry["feed"] for entry in entries if entry["event"] == "calendar"] == [1]
    trail = await server.ask("{ auditTrail { nodes { kind changes { field after } } } }")
    assert token not in str(entries)
    for secret in (token, hash_of(token)):
        assert secret not in str(trail)


@pytest.mark.parametrize("role", [Role.TECHNICIAN, Role.CUSTOMER])
async def test_technicians_and_customers_make_see_and_end_their_own_only(server: Server, role: Role) -> None:
    await a_feed(server, role, name="Own")
    meg, lee = await a_worker(), await a_customer()
    await a_feed(server, name="Of Meg", **of(meg))
    await a_feed(server, name="Of Lee", customerId=f"cus_{lee.id}")

    async with nothing_changes():
        for named in (of(meg), {"customerId": f"cus_{lee.id}"}):
            assert await server.codes(CREATE, by=role, input={"name": "Phone"} | named) == ["FORBIDDEN"]
        ended = await server.ask(END, by=role, input={"feedId": "cfd_2"})
    assert ended["endCalendarFeed"]["userErrors"] == [{"code": "NOT_FOUND"}]
    assert (await server.ask(LIST, by=role))["calendarFeeds"] == {"nodes": [{"name": "Own"}], "totalCount": 1}
    assert (await server.ask(LIST, by=Role.DISPATCHER))["calendarFeeds"]["totalCount"] == 3
    assert (await server.ask('{ node(id: "cfd_2") { id } }', by=role)) == {"node": None}
    ended = await server.ask(END, by=role, input={"feedId": "cfd_1"})
    assert ended["endCalendarFeed"]["userErrors"] == []


async def test_programs_and_strangers_make_no_feeds(server: Server) -> None:
    meg = await a_worker()
    await server.token(Role.INTEGRATION)

    async with nothing_changes():
        assert await server.codes(CREATE, by=Role.INTEGRATION, input={"name": "Phone"} | of(meg)) == ["FORBIDDEN"]
        assert await server.codes(CREATE, by=None, input={"name": "Phone"} | of(meg)) == ["UNAUTHENTICATED"]


@pytest.mark.parametrize(
    ("wrong", "code", "path"),
    [
        ({"name": " ", "workerId": "wrk_1"}, "INVALID", "name"),
        ({"name": "Phone"}, "INVALID", "workerId"),
        ({"name": "Phone", "workerId": "wrk_1", "customerId": "cus_1"}, "INVALID", "workerId"),
        ({"name": "Phone", "workerId": "wrk_404"}, "NOT_FOUND", "workerId"),
        ({"name": "Phone", "workerId": "wrk_2"}, "INVALID", "workerId"),
        ({"name": "Phone", "customerId": "cus_404"}, "NOT_FOUND", "customerId"),
    ],
)
async def test_a_feed_that_does_not_add_up_is_refused(
    server: Server, wrong: dict[str, str], code: str, path: str
) -> None:
    await a_worker()
    await a_worker(active=False)
    await server.token(Role.DISPATCHER)

    async with nothing_changes():
        answer = await server.ask(CREATE, by=Role.DISPATCHER, input=wrong)

    assert answer["createCalendarFeed"] == {
        "calendarFeed": None,
        "url": None,
        "userErrors": [{"code": code, "path": ["input", path]}],
    }


async def test_a_feed_ends_with_its_worker_and_with_who_made_it_for_themselves(
    server: Server, web: httpx.AsyncClient
) -> None:
    own = await a_feed(server, Role.TECHNICIAN)
    tim = await Worker.get(name="Tim Technician")
    offices = await a_feed(server, **of(tim))
    user = await User.get(worker_id=tim.id)

    await perform(change_user, ChangeUser(user.id, active=False), actor=SYSTEM)
    assert [(await web.get(url)).status_code for url in (own, offices)] == [404, 200]

    await perform(change_worker, ChangeWorker(tim.id, active=False), actor=SYSTEM)
    assert (await web.get(offices)).status_code == 404


async def test_whoever_asks_too_much_is_told_to_wait(database_url: str) -> None:
    settings = Settings(database_url=database_url, secret=SecretStr(SECRET), mode="development", cost_per_minute=1_000)
    async with serving(settings) as server, httpx.AsyncClient(base_url=server.url) as web:
        answers = [await web.get("/calendars/nonsense.ics") for _ in range(21)]

    assert [answer.status_code for answer in answers] == [404] * 20 + [429]
    assert int(answers[-1].headers["retry-after"]) > 0
    assert answers[-1].json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
