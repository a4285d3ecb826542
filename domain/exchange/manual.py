"""The page about the files, written from their definitions: `python -m domain.exchange.manual`."""

import csv
import io
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from domain.exchange.columns import Column, Later, Table
from domain.exchange.tables import TABLES

PAGE = Path(__file__).parents[2] / "docs" / "import.md"

_INTRODUCTION = """\
# A company's data as files

`tavle import FOLDER` takes a folder of CSV files in, `tavle export FOLDER` writes one. An export is an import: taken
into an empty database it gives the same data, and exported from there the same bytes.

- **Files** are read in the order of this page. A file that is not there is left out; a CSV file that is not on this
  page is refused, because its name is probably mistyped.
- **All or nothing**: a file is one transaction. With one mistake in it, nothing of it is written, and the files after
  it are not either; the files before it stay.
- **As often as you like**: rows are told apart by their number (or the columns named as the key). A row that is new is
  created, one that differs is changed, one that is equal is left alone. Nothing is ever deleted: what a file does not
  mention stays.
- **Columns** may stand in any order. One that is left out keeps what existing rows have. An empty cell means none, or
  the default. References are numbers of rows in earlier files, or of rows that are in the database already.
- **Form**: UTF-8, with or without byte order mark; comma, or semicolon if the first line has more of those; quotation
  marks as in RFC 4180; any line end. Empty lines are passed over, and so is space around a cell.
- **Numbers drawn later** go on after the highest one imported: the number sequences are moved past them.

## Days and times

| written | means |
|---|---|
| `2026-11-23` | that day |
| `D`, `D-5`, `D+3` | the day of the import, five days before it, three days after |
| `D+7/MON` | the first Monday on or after that day (`MON TUE WED THU FRI SAT SUN`) |
| `2026-11-23T08:00` | that time on the company's clocks; a blank may stand for the `T`, seconds may follow |
| `D+3T08:00`, `D+7/MON 08:00` | that time on a relative day |
| `2026-11-23T08:00+01:00`, `2026-11-23T07:00Z` | that time at an offset from UTC |

A time that the company's clocks skip or show twice, when they are set forward or back, is refused without an offset.

## Mistakes

All mistakes of a file are reported together, at most a hundred, each with file, line and column. The first line is line
1, and a row in several lines counts by the first of them.

```
orders.csv:17: priority: “URGENT” is not known here; write HIGH, NORMAL or LOW.
orders.csv:18: customer: There is no customer CUS-9999.
activities.csv:4: ends_at: An activity ends after it starts; give a length of more than nothing.
```
"""


def manual() -> str:
    """The page."""
    return "\n".join([_INTRODUCTION, *(line for table in TABLES for line in _section(table))]) + "\n"


def _section(table: Table) -> Iterator[str]:
    yield f"## {table.file}"
    yield ""
    key = ", ".join(f"`{name}`" for name in table.key)
    yield f"{table.about} Key: {key}." if table.key else table.about
    yield ""
    yield "| column | what it says | form | when empty |"
    yield "|---|---|---|---|"
    for column in table.columns:
        yield f"| `{column.name}` | {column.about} | {_form(column)} | {_when_empty(column)} |"
    yield ""
    yield "```"
    yield _line(column.name for column in table.columns)
    yield _line(column.example for column in table.columns)
    yield "```"
    yield ""


def _form(column: Column) -> str:
    return f"number in `{column.refers}`" if column.refers else column.form.about


def _when_empty(column: Column) -> str:
    if column.required:
        return "**refused**"
    if isinstance(column.default, Later):
        return f"{column.default.value}; an existing row keeps what it has"
    if column.default is None or column.default == "":
        return "none"
    if isinstance(column.default, bool):
        return f"`{column.default}`".lower()
    return f"`{column.default.value if isinstance(column.default, StrEnum) else column.default}`"


def _line(cells: Iterator[str] | Sequence[str]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue()


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(manual(), "utf-8")
