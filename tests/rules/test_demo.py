"""The demo company: the same files every time, and a believable company on whichever day it is loaded."""

from collections import Counter, defaultdict
from datetime import date, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from db.demo import calendars
from db.demo.generate import FOLDER, write_demo
from domain.calendars.rules import Holiday, OpenHours, Period, WorkingCalendar, is_open
from domain.core.money import from_minor
from domain.exchange.forms import ImportDay
from domain.exchange.rules import Span, overlapping
from domain.exchange.sheets import SheetRow, read_sheet
from domain.exchange.tables import BY_FILE, TABLES
from domain.orders.rules import DispatchStatus, LineStatus, Priority, minor_units
from domain.projects.rules import Price, Priced, TransactionType, prices_of
from tests.builders.folders import bytes_of

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
# A Monday of a week without holidays, in which clocks do not change.
ORDINARY = date(2026, 11, 23)
DAYS = [ORDINARY + timedelta(days=day) for day in range(7)] + [
    date(2026, 3, 29),
    date(2026, 10, 25),
    date(2026, 12, 31),
    date(2028, 2, 29),
]

Rows = dict[str, list[SheetRow]]


def read(today: date) -> Rows:
    found: Rows = {}
    for file, content in bytes_of(FOLDER).items():
        sheet = read_sheet(BY_FILE[file], content, ImportDay(today, COPENHAGEN))
        assert sheet.faults == ()
        found[file] = list(sheet.rows)
    return found


@pytest.fixture(scope="module")
def demo() -> Rows:
    return read(ORDINARY)


def column(rows: list[SheetRow], name: str) -> list[Any]:
    return [row.values[name] for row in rows]


def test_the_files_are_what_the_program_writes(tmp_path: Path) -> None:
    write_demo(tmp_path)

    assert bytes_of(tmp_path) == bytes_of(FOLDER), "run `python -m db.demo.generate`"


def test_all_files_are_there_and_small() -> None:
    files = bytes_of(FOLDER)

    assert files.keys() == {table.file for table in TABLES}
    assert sum(map(len, files.values())) < 700_000


def test_the_company_is_as_large_as_promised(demo: Rows) -> None:
    sizes = {file: len(rows) for file, rows in demo.items()}

    assert (sizes["teams.csv"], sizes["workers.csv"], sizes["orders.csv"]) == (10, 60, 406)
    assert 140 <= sizes["customers.csv"] <= 160
    assert 2_000 <= sizes["activities.csv"] <= 2_300
    assert Counter(column(demo["workers.csv"], "active"))[False] == 3
    assert 3 <= Counter(column(demo["workers.csv"], "type"))["CONTRACTOR"] <= 8
    assert Counter(column(demo["addresses.csv"], "time_zone")).keys() == {None, "Europe/London"}


@pytest.mark.parametrize("today", DAYS, ids=str)
def test_three_weeks_around_any_day_are_busy_and_weekends_are_quiet(today: date) -> None:
    starts = [row.values["starts_at"] for row in read(today)["activities.csv"]]
    per_day = Counter(start.astimezone(COPENHAGEN).date() for start in starts if start is not None)

    assert sorted(per_day) == [today + timedelta(days=day) for day in range(-7, 14)]
    weekdays = [count for day, count in per_day.items() if day.isoweekday() <= 5]
    weekends = [count for day, count in per_day.items() if day.isoweekday() > 5]
    assert 115 <= sum(weekdays) / 15 <= 130
    assert all(95 <= count <= 155 for count in weekdays)
    assert all(10 <= count <= 40 for count in weekends)


def test_twenty_five_activities_wait_to_be_dispatched(demo: Rows) -> None:
    waiting = [
        row.values for row in demo["activities.csv"] if row.values["dispatch_status"] is DispatchStatus.UNDISPATCHED
    ]

    kinds = Counter((each["worker"] is not None, each["starts_at"] is not None) for each in waiting)
    assert kinds == {(False, True): 11, (True, True): 6, (False, False): 5, (True, False): 3}
    starts = [each["starts_at"].astimezone(COPENHAGEN).date() for each in waiting if each["starts_at"]]
    assert sum(start < ORDINARY for start in starts) == 5
    # All of them are in sight on a board of the default range.
    assert max(starts) <= ORDINARY + timedelta(days=7)
    assert not any(each["closed"] for each in waiting)


def test_what_is_past_is_closed_but_for_a_few(demo: Rows) -> None:
    past = [
        row.values["closed"]
        for row in demo["activities.csv"]
        if row.values["starts_at"] and row.values["starts_at"].date() < ORDINARY
    ]
    later = [
        row.values["closed"]
        for row in demo["activities.csv"]
        if not row.values["starts_at"] or row.values["starts_at"].date() >= ORDINARY
    ]

    assert 5 <= past.count(False) <= 15 < past.count(True)
    assert not any(later)


def test_priorities_are_mixed(demo: Rows) -> None:
    priorities = Counter(column(demo["activities.csv"], "priority"))

    assert priorities.keys() == set(Priority)
    assert priorities[Priority.NORMAL] > 1_000
    assert min(priorities.values()) > 200


def test_nobody_is_in_two_places_and_everybody_has_time_to_get_there(demo: Rows) -> None:
    spans = [
        Span(row.values["worker"], row.values["starts_at"], row.values["ends_at"], row.values["number"], row.line)
        for row in demo["activities.csv"]
        if row.values["worker"] and row.values["starts_at"]
    ]

    assert list(overlapping(spans)) == []
    ordered = sorted(spans, key=lambda span: (str(span.resource), span.begins))
    gaps = [two.begins - one.ends for one, two in pairwise(ordered) if one.resource == two.resource]
    assert min(gaps) >= timedelta(minutes=15)
    lengths = Counter(span.ends - span.begins for span in spans)
    assert timedelta(minutes=60) == min(lengths)
    assert timedelta(hours=6) == max(lengths)


def test_nearly_all_work_is_done_when_its_worker_works(demo: Rows) -> None:
    calendar_of = dict(zip(column(demo["workers.csv"], "number"), column(demo["workers.csv"], "calendar"), strict=True))
    weekly: dict[str, list[OpenHours]] = defaultdict(list)
    for row in demo["calendar_hours.csv"]:
        hours = row.values
        opens, closes = (time(hours[name] // 60 % 24, hours[name] % 60) for name in ("opens", "closes"))
        weekly[hours["calendar"]].append(OpenHours(hours["weekday"], opens, closes))
    holidays: dict[str, list[Holiday]] = defaultdict(list)
    for row in demo["holidays.csv"]:
        holidays[row.values["calendar"]].append(Holiday(row.values["date"], row.values["name"]))
    known = {
        row.values["number"]: WorkingCalendar(
            row.values["time_zone"], tuple(weekly[row.values["number"]]), tuple(holidays[row.values["number"]])
        )
        for row in demo["calendars.csv"]
    }

    inside = Counter(
        is_open(known[calendar_of[row.values["worker"]]], Period(row.values["starts_at"], row.values["ends_at"]))
        for row in demo["activities.csv"]
        if row.values["worker"] and row.values["starts_at"]
    )

    assert 1 <= inside[False] <= 12
    assert inside[True] > 2_000


def test_lines_share_an_activity_only_as_the_specification_has_it(demo: Rows) -> None:
    activities = {row.values["number"]: row.values for row in demo["activities.csv"]}
    shared: dict[tuple[str, str | None, str | None], set[str]] = defaultdict(set)
    for row in demo["order_lines.csv"]:
        line = row.values
        if line["activity"]:
            activity = activities[line["activity"]]
            assert (line["order"], line["worker"], line["task"]) == (
                activity["order"],
                activity["worker"],
                activity["task"],
            )
            shared[line["order"], line["worker"], line["task"]].add(line["activity"])

    assert len(shared) > 500
    assert all(len(numbers) == 1 for numbers in shared.values())


def test_numbers_follow_the_order_they_belong_to(demo: Rows) -> None:
    per_order: dict[str, list[str]] = defaultdict(list)
    for row in demo["activities.csv"]:
        per_order[row.values["order"]].append(row.values["number"])

    assert column(demo["orders.csv"], "number") == [f"SO-{number}" for number in range(10001, 10407)]
    for order, numbers in per_order.items():
        assert numbers == [f"{order}-{place}" for place in range(1, len(numbers) + 1)]


def test_titles_are_what_a_dispatcher_reads(demo: Rows) -> None:
    titles = set(column(demo["activities.csv"], "title"))

    assert {"Lift inspection, annual", "Replace door contact", "Filter change, roof units"} <= titles
    assert len(titles) > 100


@pytest.mark.parametrize(
    ("year", "month", "day"), [(2026, 4, 5), (2027, 3, 28), (2028, 4, 16), (2024, 3, 31), (2038, 4, 25), (2019, 4, 21)]
)
def test_easter_is_when_it_is(year: int, month: int, day: int) -> None:
    assert calendars.easter_sunday(year) == date(year, month, day)


def test_public_holidays_are_those_of_each_country(demo: Rows) -> None:
    closed: dict[str, dict[date, str]] = defaultdict(dict)
    for row in demo["holidays.csv"]:
        closed[row.values["calendar"]][row.values["date"]] = row.values["name"]

    assert closed[calendars.NORMAL][date(2026, 5, 14)] == "Ascension Day"
    assert closed[calendars.NORMAL][date(2028, 6, 5)] == "Whit Monday"
    assert date(2026, 5, 1) not in closed[calendars.NORMAL]
    assert closed[calendars.BRITISH][date(2026, 12, 28)] == "Boxing Day (substitute day)"
    assert closed[calendars.BRITISH][date(2027, 8, 30)] == "Summer bank holiday"
    assert {day.year for day in closed[calendars.DUTY]} == {2026, 2027, 2028}


def test_orders_are_spread_over_the_stages(demo: Rows) -> None:
    stages = Counter(column(demo["orders.csv"], "stage"))
    of_lines = defaultdict(set)
    for row in demo["order_lines.csv"]:
        of_lines[row.values["order"]].add(row.values["status"])
    visited = set(column(demo["activities.csv"], "order"))

    assert stages.keys() == set(column(demo["stages.csv"], "number"))
    phases = {row.values["number"]: row.values["activity_phase"] for row in demo["stages.csv"]}
    stage_of = {row.values["number"]: row.values["stage"] for row in demo["orders.csv"]}
    assert all(row.values["phase"] == phases[stage_of[row.values["order"]]] for row in demo["activities.csv"])
    assert set(column(demo["activities.csv"], "phase")) == set(column(demo["activity_phases.csv"], "number"))
    assert min(stages.values()) >= 4
    assert stages["IN_PROCESS"] > stages["PLANNING"] > stages["CANCELLED"]
    for row in demo["orders.csv"]:
        number, stage, signed_off = (row.values[name] for name in ("number", "stage", "signed_off_at"))
        if row.values["incoming_web_order"]:
            assert (stage, number in visited, number in of_lines) == ("PLANNING", False, False)
            continue
        assert (signed_off is not None) is (stage in {"DONE", "CLOSED"})
        assert (number in visited) is (stage != "CANCELLED")
        if stage in {"CLOSED", "CANCELLED"}:
            done = LineStatus.POSTED if stage == "CLOSED" else LineStatus.CANCELED
            assert done in of_lines[number] <= {done, LineStatus.CANCELED}


def test_a_stage_that_asks_for_a_reason_was_entered_with_one(demo: Rows) -> None:
    asking = {row.values["number"] for row in demo["stages.csv"] if row.values["require_reason"]}
    given = {(row.values["order"], row.values["stage"]) for row in demo["stage_reasons.csv"]}

    assert given == {
        (row.values["number"], row.values["stage"]) for row in demo["orders.csv"] if row.values["stage"] in asking
    }


def test_web_orders_wait_items_are_required_and_lines_differ(demo: Rows) -> None:
    of_lines = defaultdict(set)
    for row in demo["order_lines.csv"]:
        of_lines[row.values["order"]].add(row.values["status"])
    waiting = {row.values["order"] for row in demo["order_requirements.csv"]}
    stages = {row.values["number"]: row.values["stage"] for row in demo["orders.csv"]}

    assert sum(row.values["incoming_web_order"] for row in demo["orders.csv"]) == 6
    assert {stages[number] for number in waiting} == {"PLANNING", "WAITING_PARTS"}
    assert {row.values["delivered_at"] is None for row in demo["order_requirements.csv"]} == {True, False}
    mixtures = Counter(frozenset(statuses) for statuses in of_lines.values() if len(statuses) > 1)
    created, posted, canceled = LineStatus.CREATED, LineStatus.POSTED, LineStatus.CANCELED
    for mixture in ({created, canceled}, {posted, canceled}, {created, posted}):
        assert mixtures[frozenset(mixture)] >= 2, mixtures


def test_what_is_posted_was_priced_by_the_price_set_up(demo: Rows) -> None:
    def priced(values: dict[str, Any]) -> Priced:
        numbers = (values["project"], values["item"], values["worker"], values["category"])
        return Priced(values["transaction_type"], *map(key, numbers))

    def key(number: str | None) -> int | None:
        return None if number is None else int(number.rpartition("-")[2])

    prices = [
        Price(priced(row.values), "DKK", row.values["starts_on"], row.values["cost_price"], row.values["sales_price"])
        for row in demo["project_prices.csv"]
    ]
    percents = {row.values["number"]: row.values["chargeable_percent"] for row in demo["line_properties.csv"]}
    lines = {
        (row.values["order"], row.values["line_number"]): row.values
        for row in demo["order_lines.csv"]
        if row.values["status"] is LineStatus.POSTED
    }
    transactions = [row.values for row in demo["project_transactions.csv"]]
    invoiced = {key for key, line in lines.items() if line["invoice_number"]}

    assert 0 < len(invoiced) < len(lines)
    assert len(invoiced) == sum(row.values["invoice_number"] is not None for row in demo["order_lines.csv"])
    assert len(transactions) == len(lines) > 50
    for values in transactions:
        line = lines[values["order"], values["line_number"]]
        found = prices_of(priced(values), prices, currency="DKK", on=values["executed_on"])
        assert (values["cost_price"], values["sales_price"]) == (found.cost_minor, found.sales_minor)
        assert (line["cost_price"], line["sales_price"]) == (found.cost_minor, found.sales_minor)
        assert (line["executes_on"], line["quantity"]) == (values["executed_on"], values["quantity"])
        percent = percents[values["line_property"] or "LPR-1"]
        assert values["cost"] == minor_units(values["quantity"], from_minor(values["cost_price"]))
        assert values["sales"] == minor_units(values["quantity"] * percent / 100, from_minor(values["sales_price"]))
        assert values["offset_account"] == line["offset_account"]
    assert {row["line_property"] for row in transactions} >= {None, "LPR-3"}
    assert {row["transaction_type"] for row in transactions if row["offset_account"]} == {TransactionType.EXPENSE}
