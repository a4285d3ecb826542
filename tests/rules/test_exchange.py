"""Reading a company's files: cells, rows, and what must be true of them together."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.core.errors import Code, Refused
from domain.exchange import forms, tables
from domain.exchange.columns import Later, Table
from domain.exchange.forms import Form, ImportDay
from domain.exchange.manual import PAGE, manual
from domain.exchange.rules import (
    Span,
    check_activity,
    check_hours,
    highest_count,
    natural_key,
    overlapping,
)
from domain.exchange.sheets import Sheet, read_sheet, refusal
from domain.exchange.tables import TABLES
from domain.orders.rules import DispatchStatus, Priority

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
# A Monday.
TODAY = ImportDay(date(2026, 11, 23), COPENHAGEN)


def read(text: str, table: Table = tables.CUSTOMERS) -> Sheet:
    return read_sheet(table, text.encode(), TODAY)


def faults(sheet: Sheet) -> list[tuple[int, str, str]]:
    return [(fault.line, fault.column, fault.message) for fault in sheet.faults]


def said(form: Form, cell: str, day: ImportDay = TODAY) -> str:
    with pytest.raises(Refused) as caught:
        form.read(cell, day)
    return str(caught.value)


# --- files -----------------------------------------------------------------------------------------------------------


def test_a_row_gives_its_values_by_column() -> None:
    sheet = read("number,name,active\nCUS-1,Havnens Kontorhus,false\n")

    assert faults(sheet) == []
    assert [(row.line, row.values, row.sound) for row in sheet.rows] == [
        (2, {"number": "CUS-1", "name": "Havnens Kontorhus", "active": False}, True)
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfnumber,name\nCUS-1,Caf\xc3\xa9\n",
        b"number,name\r\nCUS-1,Caf\xc3\xa9\r\n",
        b"number,name\rCUS-1,Caf\xc3\xa9",
        b"\n\nnumber,name\n\n , \nCUS-1,Caf\xc3\xa9\n\n",
        b"number;name\nCUS-1;Caf\xc3\xa9\n",
        b"name , number\n Caf\xc3\xa9 , CUS-1 \n",
    ],
    ids=["byte order mark", "CRLF", "CR", "empty lines", "semicolons", "space and other order"],
)
def test_the_ways_of_writing_one_file_all_say_the_same(content: bytes) -> None:
    sheet = read_sheet(tables.CUSTOMERS, content, TODAY)

    assert faults(sheet) == []
    assert [row.values for row in sheet.rows] == [{"number": "CUS-1", "name": "Café"}]


def test_lines_are_counted_as_an_editor_shows_them() -> None:
    sheet = read('number,description,customer\n\nSO-1,"two\nlines",CUS-1\nSO-2,one,\n', tables.ORDERS)

    assert [row.line for row in sheet.rows] == [3, 5]
    assert sheet.rows[0].values["description"] == "two\nlines"
    assert faults(sheet) == [(5, "customer", "This cell is empty, and every row needs it.")]


def test_line_ends_inside_a_cell_are_stored_in_one_form() -> None:
    sheet = read('number,description,customer\r\nSO-1,"two\r\nlines",CUS-1\r\n', tables.ORDERS)

    assert sheet.rows[0].values["description"] == "two\nlines"


def test_an_empty_cell_means_the_default_and_a_column_left_out_means_nothing_said() -> None:
    sheet = read("number,order,title,closed,priority\nSO-1-1,SO-1,Look,,\n", tables.ACTIVITIES)

    assert sheet.rows[0].values == {"number": "SO-1-1", "order": "SO-1", "title": "Look", "closed": False}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(1, "", "The file is empty; its first line names columns: number, name, phone, email, active.")]),
        ("\n \n", [(1, "", "The file is empty; its first line names columns: number, name, phone, email, active.")]),
        (
            "number,nam,name\nCUS-1,x,y\n",
            [(1, "nam", "There is no such column; there are number, name, phone, email, active.")],
        ),
        ("number,name,name\nCUS-1,x,y\n", [(1, "name", "This column is there twice.")]),
        ("number\nCUS-1\n", [(1, "name", "This column is missing, and every row needs it.")]),
        ("number,name\nCUS-1,x,y\n", [(2, "", "This line has 3 cells, and the first line names 2 columns.")]),
        (
            'number,name\nCUS-1,x\nCUS-2,"y\nCUS-3,z\n',
            [
                (
                    3,
                    "",
                    "From here the file cannot be read: a quotation mark is not closed, or not doubled inside a cell.",
                )
            ],
        ),
        (
            "number,name\nCUS-1,x\n\nCUS-1,y\n",
            [(4, "number", "Line 2 is about this customer already.")],
        ),
    ],
    ids=["nothing", "only blanks", "unknown", "twice", "missing", "too many", "open quotation", "repeated"],
)
def test_a_file_of_the_wrong_shape_says_what_is_wrong(text: str, expected: list[tuple[int, str, str]]) -> None:
    sheet = read(text)

    assert faults(sheet) == expected
    assert not any(row.sound for row in sheet.rows if row.line >= expected[0][0])


def test_a_file_in_another_encoding_is_refused_where_it_shows() -> None:
    sheet = read_sheet(tables.CUSTOMERS, "number,name\nCUS-1,x\nCUS-2,Café\n".encode("cp1252"), TODAY)

    assert faults(sheet) == [(3, "", "The file is not UTF-8; save it as “CSV UTF-8”.")]


def test_every_mistake_is_found_and_told_in_the_order_of_the_file() -> None:
    sheet = read("email,number,nam,active\nx,CUS 1,a,maybe\nkaren@havnen.example,,b,true\n")

    assert faults(sheet) == [
        (1, "nam", "There is no such column; there are number, name, phone, email, active."),
        (1, "name", "This column is missing, and every row needs it."),
        (
            2,
            "number",
            "A number is 1 to 20 letters, digits and . _ / -, and begins with one of the first two.",
        ),
        (2, "email", "x is not an e-mail address."),
        (2, "active", "“maybe” is neither true nor false."),
        (3, "number", "This cell is empty, and every row needs it."),
    ]


def test_the_one_company_is_there_once() -> None:
    sheet = read("name,time_zone\nA,Europe/Copenhagen\nB,Europe/London\n", tables.COMPANY)

    assert faults(sheet) == [(3, "", "Line 2 is about the company, of which there is one, already.")]


def test_a_key_of_several_columns_tells_rows_apart() -> None:
    same = "calendar,weekday,opens,closes\nCAL-1,MONDAY,07:00,12:00\nCAL-1,MONDAY,12:30,15:30\nCAL-1,MONDAY,7:00,9:00\n"
    sheet = read(same.replace("7:00,9:00", "07:00,09:00"), tables.CALENDAR_HOURS)

    assert [fault[0] for fault in faults(sheet)] == [4]


def test_a_refusal_names_file_line_and_column() -> None:
    sheet = read("number,name\nCUS-1,\n")

    [reason] = refusal(sheet.table, sheet.faults).refusals
    assert (reason.code, reason.path) == (Code.INVALID, ("customers.csv", 2, "name"))


# --- cells -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "cell", "message"),
    [
        (forms.text(5), "longer", "This is 6 characters long; at most 5 fit."),
        (forms.text(), "a\x00b", "This holds control characters."),
        (forms.choice(Priority), "high", "“high” is not known here; write HIGH, NORMAL or LOW."),
        (forms.TRUTH, "1", "“1” is neither true nor false."),
        (forms.whole(0, 60), "61", "“61” is no whole number from 0 to 60."),
        (forms.whole(0, 60), "1.0", "“1.0” is no whole number from 0 to 60."),
        (forms.decimal(4), "1,5", "“1,5” is no decimal number; write it with a point, like 12.5, and nothing else."),
        (forms.decimal(4), "1e3", "“1e3” is no decimal number; write it with a point, like 12.5, and nothing else."),
        (forms.decimal(4), "NaN", "“NaN” is no decimal number; write it with a point, like 12.5, and nothing else."),
        (forms.decimal(4), "0.00001", "“0.00001” has more than 4 places after the point."),
        (forms.TIME_ZONE, "Copenhagen", "Copenhagen is no IANA time zone; one is Europe/Copenhagen."),
        (forms.COLOR, "red", "red is no colour; one is #c62828."),
        (forms.COUNTRY, "DNK", "DNK is no country code; one is DK."),
        (forms.CLOCK, "24:01", "“24:01” is no time of day; write 07:30, and 24:00 for the end of the day."),
        (forms.CLOCK, "7:30", "“7:30” is no time of day; write 07:30, and 24:00 for the end of the day."),
        (
            forms.DATE,
            "2026-02-30",
            "“2026-02-30” is no date; write 2026-11-23, or D-5 for five days before the import.",
        ),
        (forms.DATE, "D+3/MAN", "“D+3/MAN” is no date; write 2026-11-23, or D-5 for five days before the import."),
    ],
)
def test_a_bad_cell_is_refused_with_a_sentence(form: Form, cell: str, message: str) -> None:
    assert said(form, cell) == message


@pytest.mark.parametrize(
    "cell",
    [
        "2026-11-23",
        "23.11.2026 08:00",
        "2026-11-23T8:00",
        "2026-11-23T25:00",
        "2026-11-31T08:00",
        "2026-11-23T08:00+1",
        "D+3",
        "D+3T08",
        "D+99999T08:00",
        "tomorrow",
    ],
)
def test_a_bad_time_is_refused_with_a_sentence(cell: str) -> None:
    assert said(forms.MOMENT, cell) == (
        f"“{cell}” is no time; write 2026-11-23T08:00, with an offset behind it if it is not the company's own time, "
        "or D+3T08:00 for three days after the import."
    )


@pytest.mark.parametrize(
    "cell", ["0001-01-01T00:00+05:00", "9999-12-31T23:59-05:00", "1999-12-31T12:00Z", "D-9999T08:00"]
)
def test_a_time_far_away_is_refused(cell: str) -> None:
    assert said(forms.MOMENT, cell).endswith("is out of range; a time lies between 2000 and 2099.")


def test_a_long_cell_is_shown_in_part() -> None:
    assert said(forms.TRUTH, "x" * 41) == f"“{'x' * 40}…” is neither true nor false."


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("D", date(2026, 11, 23)),
        ("D-0", date(2026, 11, 23)),
        ("D+9", date(2026, 12, 2)),
        ("D-5", date(2026, 11, 18)),
        ("D/MON", date(2026, 11, 23)),
        ("D/SUN", date(2026, 11, 29)),
        ("D-7/TUE", date(2026, 11, 17)),
        ("D+7/MON", date(2026, 11, 30)),
        ("2028-02-29", date(2028, 2, 29)),
    ],
)
def test_days_may_be_told_from_the_day_of_the_import(cell: str, expected: date) -> None:
    assert forms.DATE.read(cell, TODAY) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026-11-23T08:00", datetime(2026, 11, 23, 7, tzinfo=UTC)),
        ("2026-11-23 08:00:30.5", datetime(2026, 11, 23, 7, 0, 30, 500_000, tzinfo=UTC)),
        ("2026-07-01T08:00", datetime(2026, 7, 1, 6, tzinfo=UTC)),
        ("2026-11-23T08:00Z", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("2026-11-23T08:00-05:30", datetime(2026, 11, 23, 13, 30, tzinfo=UTC)),
        ("D+3T08:00", datetime(2026, 11, 26, 7, tzinfo=UTC)),
        ("D+7/FRI 16:45", datetime(2026, 12, 4, 15, 45, tzinfo=UTC)),
        ("DT00:00", datetime(2026, 11, 22, 23, tzinfo=UTC)),
    ],
)
def test_times_are_on_the_companys_clocks_unless_they_have_an_offset(cell: str, expected: datetime) -> None:
    assert forms.MOMENT.read(cell, TODAY) == expected


def test_a_time_that_clocks_skip_is_refused() -> None:
    message = said(forms.MOMENT, "2026-03-29T02:30")

    assert message == "2026-03-29 02:30 does not exist in Europe/Copenhagen: clocks are set forward then."
    assert forms.MOMENT.read("2026-03-29T03:00", TODAY) == datetime(2026, 3, 29, 1, tzinfo=UTC)


def test_a_time_that_clocks_show_twice_needs_an_offset() -> None:
    message = said(forms.MOMENT, "2026-10-25T02:30")

    assert message == (
        "2026-10-25 02:30 comes twice in Europe/Copenhagen: clocks are set back then. Write it with an offset."
    )
    assert forms.MOMENT.read("2026-10-25T02:30+01:00", TODAY) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_without_a_known_time_zone_a_time_needs_an_offset() -> None:
    unknown = ImportDay(TODAY.on, None)

    assert said(forms.MOMENT, "D+3T08:00", unknown) == (
        "The company's time zone is not known; import company.csv too, or write the time with an offset."
    )
    assert forms.MOMENT.read("D+3T08:00Z", unknown) == datetime(2026, 11, 26, 8, tzinfo=UTC)


def test_the_end_of_the_day_is_written_24_00() -> None:
    assert forms.CLOCK.read("24:00", TODAY) == 1440
    assert forms.CLOCK.write(1440, UTC) == "24:00"


def test_coordinates_are_rounded_to_what_they_can_mean() -> None:
    assert forms.DEGREES.read("56.15663512345678", TODAY) == Decimal("56.156635")


@given(st.datetimes(datetime(2000, 1, 2), datetime(2099, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001 - UTC by the strategy
def test_a_time_comes_back_from_its_own_writing(at: datetime) -> None:
    for zone in (COPENHAGEN, UTC, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Africa/Monrovia")):
        assert forms.MOMENT.read(forms.MOMENT.write(at, zone), TODAY) == at


def test_an_offset_with_seconds_is_written_in_utc() -> None:
    zone = ZoneInfo("Africa/Monrovia")
    at = datetime(1970, 1, 1, 12, tzinfo=UTC)

    assert at.astimezone(zone).utcoffset() == timedelta(minutes=-44, seconds=-30)
    assert forms.MOMENT.write(at, zone) == "1970-01-01T12:00+00:00"


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=4))
def test_a_quantity_comes_back_from_its_own_writing(quantity: Decimal) -> None:
    written = forms.decimal(4).write(quantity, UTC)

    assert "E" not in written
    assert forms.decimal(4).read(written, TODAY) == quantity


def test_what_sqlite_writes_down_reads_like_what_postgresql_gives() -> None:
    assert forms.MOMENT.write("2026-11-23 07:00:00+00:00", COPENHAGEN) == "2026-11-23T08:00+01:00"
    assert forms.decimal(4).write("1.5000", UTC) == forms.decimal(4).write(Decimal("1.50"), UTC) == "1.5"
    assert forms.decimal(4).write(100, UTC) == "100"
    assert forms.TRUTH.write(1, UTC) == forms.TRUTH.write(True, UTC) == "true"


# --- rows ------------------------------------------------------------------------------------------------------------

NINE, TEN, ELEVEN = (datetime(2026, 11, 23, hour, tzinfo=UTC) for hour in (9, 10, 11))


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "worker_id", "status", "code", "column"),
    [
        (NINE, None, 1, DispatchStatus.UNDISPATCHED, Code.TIME_REQUIRED, "ends_at"),
        (None, NINE, 1, DispatchStatus.UNDISPATCHED, Code.TIME_REQUIRED, "starts_at"),
        (TEN, NINE, 1, DispatchStatus.UNDISPATCHED, Code.INVALID, "ends_at"),
        (TEN, TEN, 1, DispatchStatus.UNDISPATCHED, Code.INVALID, "ends_at"),
        (TEN, TEN + timedelta(days=31, minutes=1), 1, DispatchStatus.UNDISPATCHED, Code.INVALID, "ends_at"),
        (NINE, TEN, None, DispatchStatus.DISPATCHED, Code.WORKER_REQUIRED, "worker"),
        (None, None, 1, DispatchStatus.DISPATCHED, Code.TIME_REQUIRED, "starts_at"),
    ],
)
def test_an_activity_that_cannot_be_is_refused(
    starts_at: datetime | None,
    ends_at: datetime | None,
    worker_id: int | None,
    status: DispatchStatus,
    code: Code,
    column: str,
) -> None:
    with pytest.raises(Refused) as caught:
        check_activity(starts_at, ends_at, worker_id, status)

    [reason] = caught.value.refusals
    assert (reason.code, reason.path) == (code, (column,))


@pytest.mark.parametrize(
    ("starts_at", "worker_id", "status"),
    [
        (NINE, 1, DispatchStatus.DISPATCHED),
        (NINE, None, DispatchStatus.UNDISPATCHED),
        (None, None, DispatchStatus.UNDISPATCHED),
    ],
)
def test_an_activity_may_lack_worker_and_time_until_it_is_dispatched(
    starts_at: datetime | None, worker_id: int | None, status: DispatchStatus
) -> None:
    check_activity(starts_at, starts_at and TEN, worker_id, status)


@pytest.mark.parametrize(
    ("opens", "closes", "column"),
    [(480, None, "closes"), (None, 480, "opens"), (480, 480, "closes"), (480, 479, "closes")],
)
def test_hours_that_cannot_be_are_refused(opens: int | None, closes: int | None, column: str) -> None:
    with pytest.raises(Refused) as caught:
        check_hours(opens, closes)

    assert caught.value.refusals[0].path == (column,)


def test_a_closed_day_has_no_hours() -> None:
    check_hours(None, None)
    check_hours(0, 1440)


def test_of_two_that_overlap_the_one_further_down_is_at_fault() -> None:
    first = Span("Jens", NINE, ELEVEN, "SO-1-1", 7)
    second = Span("Jens", TEN, ELEVEN, "SO-2-1", 3)
    stored = Span("Jens", NINE, TEN, "SO-3-1", None)

    assert list(overlapping([first, second])) == [(first, second)]
    assert list(overlapping([second, stored])) == []
    assert list(overlapping([first, stored])) == [(first, stored)]


def test_touching_is_no_overlap_and_everyone_has_their_own_time() -> None:
    spans = [Span("Jens", 1, 5, "a", 2), Span("Jens", 5, 9, "b", 3), Span("Meg", 1, 9, "c", 4)]

    assert list(overlapping(spans)) == []


@given(
    st.lists(
        st.tuples(st.sampled_from("AB"), st.integers(0, 20), st.integers(1, 6)).map(
            lambda each: (each[0], each[1], each[1] + each[2])
        ),
        max_size=8,
    )
)
def test_an_overlap_is_found_exactly_when_there_is_one(booked: list[tuple[str, int, int]]) -> None:
    spans = [Span(who, begins, ends, str(place), place + 2) for place, (who, begins, ends) in enumerate(booked)]

    found = list(overlapping(spans))

    truly = [
        (one, other)
        for one, other in combinations(spans, 2)
        if one.resource == other.resource and one.begins < other.ends and other.begins < one.ends
    ]
    assert bool(found) == bool(truly)
    assert all((earlier, later) in truly for later, earlier in found)


def test_numbers_sort_as_people_count() -> None:
    numbers = ["SO-10-2", "SO-9", "SO-10", "SO-10-10", "SO-010", "A", "SO-10-", "10", "9"]

    assert sorted(numbers, key=lambda number: natural_key([number])) == [
        "9",
        "10",
        "A",
        "SO-9",
        "SO-010",
        "SO-10",
        "SO-10-",
        "SO-10-2",
        "SO-10-10",
    ]


@given(st.lists(st.text("A1-0", max_size=6), unique=True))
def test_sorting_by_number_does_not_depend_on_the_order_before(numbers: list[str]) -> None:
    def order(texts: list[str]) -> list[str]:
        return sorted(texts, key=lambda text: natural_key([text]))

    assert order(numbers) == order(numbers[::-1])


def test_the_highest_count_passes_over_numbers_of_another_kind() -> None:
    numbers = ["SO-9", "SO-10", "SO-10-3", "SO-x", "SO-", "CUS-99", "SO-²", f"SO-{10**15}"]

    assert highest_count("SO-", numbers) == 10
    assert highest_count("WRK-", numbers) == 0


# --- the definitions -------------------------------------------------------------------------------------------------


def test_each_file_refers_to_files_before_it_and_itself_only() -> None:
    seen: set[str] = set()
    for table in TABLES:
        assert {column.refers for column in table.columns if column.refers} - {table.file} <= seen
        seen.add(table.file)
    assert len(seen) == len(TABLES) == 46


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.file)
def test_a_table_is_told_apart_by_columns_every_row_has(table: Table) -> None:
    assert all(table.column(name).required for name in table.key)
    assert len({column.name for column in table.columns}) == len(table.columns)
    assert all(column.about.endswith(".") for column in table.columns)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.file)
def test_an_example_and_a_default_are_what_their_column_takes(table: Table) -> None:
    for column in table.columns:
        if column.example:
            column.form.read(column.example, TODAY)
        else:
            assert not column.required
        if column.default not in (None, "") and not isinstance(column.default, Later):
            assert column.form.read(column.form.write(column.default, UTC), TODAY) == column.default


def test_the_page_about_the_files_is_written_from_their_definitions() -> None:
    assert Path(PAGE).read_text("utf-8") == manual(), "run `python -m domain.exchange.manual`"


def test_the_page_names_every_file_and_column() -> None:
    text = manual()

    for table in TABLES:
        assert f"## {table.file}\n" in text
        for column in table.columns:
            assert f"| `{column.name}` | {column.about} |" in text
