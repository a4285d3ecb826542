"""Scalars, with where they are specified."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition

from api.tolerance import tolerant

BoardCursor = NewType("BoardCursor", str)
CurrencyCode = NewType("CurrencyCode", str)

_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DURATION = re.compile(r"P(?:(\d{1,5})D)?(?:T(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,10})S)?)?", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,20}(\.\d{1,10})?", re.ASCII)
_ANY_TEXT = re.compile(r".*", re.DOTALL)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


def _text(value: object, pattern: re.Pattern[str], example: str) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise GraphQLError(f"Write it like {example}.")
    return value


def parse_date_time(value: object) -> datetime:
    """An RFC 3339 date-time as an instant, UTC."""
    text = _text(value, _DATE_TIME, '"2026-11-23T08:00:00Z", with an offset from UTC')
    try:
        return datetime.fromisoformat(text.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise GraphQLError(f"{text} is no date and time.") from None


def print_date_time(value: datetime) -> str:
    """An instant as RFC 3339 in UTC, without a fraction when there is none."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_date(value: object) -> date:
    """A calendar date."""
    text = _text(value, _DATE, '"2026-11-23"')
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise GraphQLError(f"{text} is no date.") from None


def parse_duration(value: object) -> timedelta:
    """An ISO 8601 duration of days, hours, minutes and seconds."""
    text = _text(value, _DURATION, '"PT1H30M"')
    days, hours, minutes, seconds = (int(part or 0) for part in _DURATION.fullmatch(text).groups())  # type: ignore[union-attr]
    if text.endswith(("P", "T")):
        raise GraphQLError('Write it like "PT1H30M".')
    try:
        return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        raise GraphQLError(f"{text} is too long.") from None


def print_duration(value: timedelta) -> str:
    """A duration as ISO 8601, in hours, minutes and seconds."""
    seconds = int(value.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    hours, minutes, rest = seconds // 3600, seconds // 60 % 60, seconds % 60
    parts = f"{hours}H" * bool(hours) + f"{minutes}M" * bool(minutes) + f"{rest}S" * bool(rest)
    return f"{sign}PT{parts or '0S'}"


def parse_decimal(value: object) -> Decimal:
    """An exact decimal number, given as a string or an integer."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    text = _text(value, _DECIMAL, '"1250.00", as a string')
    try:
        return Decimal(text)
    except InvalidOperation:
        raise GraphQLError(f"{text} is no decimal number.") from None


def _own_text(value: Any) -> str:
    return str(value)


SCALARS: dict[object, ScalarDefinition] = {
    datetime: strawberry.scalar(
        name="DateTime",
        description="RFC 3339 date-time with an offset. Answers are always UTC (`Z`).",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=print_date_time,
        parse_value=tolerant(parse_date_time),
    ),
    date: strawberry.scalar(
        name="Date",
        description="A calendar date in the company's time zone, for example `2026-11-23`.",
        specified_by_url="https://scalars.graphql.org/andimarek/local-date.html",
        serialize=date.isoformat,
        parse_value=tolerant(parse_date),
    ),
    timedelta: strawberry.scalar(
        name="Duration",
        description="ISO 8601 duration of days, hours, minutes and seconds, for example `PT1H30M`.",
        specified_by_url="https://scalars.graphql.org/chillicream/duration.html",
        serialize=print_duration,
        parse_value=tolerant(parse_duration),
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='Exact decimal number, as a string: `"1250.00"`.',
        serialize=_own_text,
        parse_value=tolerant(parse_decimal),
    ),
    CurrencyCode: strawberry.scalar(
        name="CurrencyCode",
        description="ISO 4217 code, for example `DKK`.",
        specified_by_url="https://www.iso.org/iso-4217-currency-codes.html",
        serialize=_own_text,
        parse_value=tolerant(lambda value: CurrencyCode(_text(value, _CURRENCY, '"DKK"'))),
    ),
    BoardCursor: strawberry.scalar(
        name="BoardCursor",
        description=(
            "Opaque position in a board's change feed. Keep the newest; send it back to resume."
            " Any text is accepted: one that is not ours, or too old, resumes with a snapshot."
        ),
        serialize=_own_text,
        parse_value=lambda value: BoardCursor(_text(value, _ANY_TEXT, "a cursor you were given")),
    ),
}

CONFIG = StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True)
