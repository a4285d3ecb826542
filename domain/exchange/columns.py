"""What the definitions of files are made of: columns, tables, and the columns that many files have. Pure."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

from domain.exchange import forms
from domain.exchange.forms import Form


class Later(Enum):
    """What an empty cell of a new row stands for when that is not known before the row is written."""

    MOMENT_OF_IMPORT = "the moment of the import"
    PRIORITY_OF_ORDER = "the order's priority"
    INITIAL_STAGE = "the stage in which orders begin, once there is one"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file.

    `field` is the stored column. `refers` is the file whose numbers the cells name. `fixed` values cannot be changed.
    An empty cell stands for `default`, also in an existing row, unless the default is a `Later`: then the row keeps
    what it has. A column that the file leaves out keeps what existing rows have.
    """

    name: str
    field: str
    form: Form
    about: str
    example: str
    required: bool = False
    default: Any = None
    refers: str = ""
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One file, the stored table its rows belong to, and the columns that together tell its rows apart.

    Without a key there is one row. `adds_rows` is false where a file only says more about rows of another file. Where
    several files fill one table, the rows of this one have something in the column `told_by`.
    """

    file: str
    stored: str
    word: str
    about: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ("number",)
    adds_rows: bool = True
    told_by: str = ""

    def column(self, name: str) -> Column:
        """The column with this name."""
        return next(column for column in self.columns if column.name == name)

    @property
    def own_reference(self) -> str | None:
        """The stored column that leads to another row of the same file; None when no column does."""
        return next((column.field for column in self.columns if column.refers == self.file), None)

    @property
    def key_fields(self) -> tuple[str, ...]:
        """The stored columns that together tell rows apart."""
        return tuple(self.column(name).field for name in self.key)


def plain(name: str, form: Form, about: str, example: str, **more: Any) -> Column:
    """A column of its own values."""
    return Column(name, more.pop("field", name), form, about, example, **more)


def refers(name: str, file: str, about: str, example: str, **more: Any) -> Column:
    """A column of numbers of rows in another file."""
    form = more.pop("form", forms.NUMBER)
    return Column(name, f"{name}_id", form, about, example, refers=f"{file}.csv", **more)


def number(example: str) -> Column:
    """The column of business numbers."""
    return plain("number", forms.NUMBER, "What people call it; tells the rows apart.", example, required=True)


def name(example: str, about: str = "Its name.") -> Column:
    """The column of names."""
    return plain("name", forms.text(), about, example, required=True)


PHONE = plain("phone", forms.text(40), "Telephone number.", "+45 10 12 34 56")
EMAIL = plain("email", forms.EMAIL, "E-mail address.", "karen@havnen.example")


def active(about: str) -> Column:
    """Whether a row is still in use."""
    return plain("active", forms.TRUTH, about, "true", default=True)
