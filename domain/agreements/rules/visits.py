"""What a plan is made from and what it says: agreements with lines, visits, and each occurrence's outcome. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from domain.agreements.rules.occurrences import Interval
from domain.agreements.rules.validity import DateRange, Validity
from domain.agreements.rules.windows import TimeWindow
from domain.projects.rules import TransactionType


class CombineBy(StrEnum):
    """Which occurrences of an agreement may be done on one visit."""

    BY_SERVICE_AGREEMENT = "BY_SERVICE_AGREEMENT"
    BY_SERVICE_TASK = "BY_SERVICE_TASK"
    BY_EMPLOYEE = "BY_EMPLOYEE"
    BY_SERVICE_OBJECT = "BY_SERVICE_OBJECT"


class SkipReason(StrEnum):
    """Why an occurrence is passed over."""

    AGREEMENT_SUSPENDED = "AGREEMENT_SUSPENDED"
    AGREEMENT_IS_TEMPLATE = "AGREEMENT_IS_TEMPLATE"
    CUSTOMER_MISSING = "CUSTOMER_MISSING"
    CUSTOMER_NOT_IN_USE = "CUSTOMER_NOT_IN_USE"
    PROJECT_NOT_IN_USE = "PROJECT_NOT_IN_USE"
    LINE_STOPPED = "LINE_STOPPED"
    TYPE_NOT_CHOSEN = "TYPE_NOT_CHOSEN"
    ITEM_NOT_IN_USE = "ITEM_NOT_IN_USE"


class ItemSetup(StrEnum):
    """What becomes of the item of a line."""

    ITEM_CONSUMPTION = "ITEM_CONSUMPTION"
    ITEM_REQUIREMENT = "ITEM_REQUIREMENT"


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """What of an agreement line decides when it is done, and with what; `hindered_by` is why it cannot be done."""

    number: int
    transaction_type: TransactionType
    validity: Validity
    interval: Interval | None = None
    window: TimeWindow | None = None
    task_id: int | None = None
    worker_id: int | None = None
    object_relation_id: int | None = None
    stopped: bool = False
    item_setup: ItemSetup | None = None
    hindered_by: SkipReason | None = None

    @property
    def makes_requirement(self) -> bool:
        """Whether a visit gets an item requirement instead of an order line.

        Source: DOMAIN.md 5.7.
        """
        return self.transaction_type is TransactionType.ITEM and self.item_setup is ItemSetup.ITEM_REQUIREMENT


@dataclass(frozen=True, slots=True)
class Agreement:
    """What of an agreement decides which visits it gives; `hindered_by` is why it can give none."""

    id: int
    validity: Validity
    combine_by: CombineBy
    lines: tuple[AgreementLine, ...]
    suspended: bool = False
    is_template: bool = False
    hindered_by: SkipReason | None = None


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """Which days to plan, and which transaction types; `continuous` makes up for what is missing before them, too."""

    from_on: date
    to_on: date
    transaction_types: frozenset[TransactionType] = frozenset(TransactionType)
    continuous: bool = False


class OccurrenceKey(NamedTuple):
    """What exists at most once: a line's work of one calculated day."""

    agreement_id: int
    line_number: int
    calculated_on: date


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """A line on a visit: when it was calculated for, and from when to when it may take place."""

    line: AgreementLine
    calculated_on: date
    days: DateRange


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """A service order to be made, and why its lines are on it: what they share, and which days."""

    agreement_id: int
    service_on: date
    calendar_conflict: bool
    lines: tuple[PlannedLine, ...]
    combine_by: CombineBy
    shared_id: int | None
    common_days: DateRange
    displacement_days: int


class Fate(StrEnum):
    """What becomes of an occurrence."""

    CREATED = "CREATED"
    ALREADY_THERE = "ALREADY_THERE"
    SKIPPED = "SKIPPED"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one occurrence. A line or an agreement that is passed over and has none is told without a day."""

    agreement_id: int
    line_number: int | None
    calculated_on: date | None
    fate: Fate
    skipped_for: SkipReason | None = None
    visit: PlannedVisit | None = None


@dataclass(frozen=True, slots=True)
class VisitPlan:
    """The service orders to be made, by agreement and day, and what becomes of every occurrence."""

    visits: tuple[PlannedVisit, ...]
    outcomes: tuple[Outcome, ...]
