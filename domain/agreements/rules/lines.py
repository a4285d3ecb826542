"""What the lines of service agreements have to be. Pure."""

from dataclasses import dataclass

from domain.agreements.rules.visits import ItemSetup
from domain.core.errors import Code, Refused
from domain.projects.rules import TransactionType

_DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class LineNeeds:
    """What of an agreement line depends on its transaction type. Units: minutes after midnight."""

    transaction_type: TransactionType
    category_type: TransactionType
    category_active: bool
    item_id: int | None
    item_setup: ItemSetup | None
    site_id: int | None
    starts_after_minute: int | None
    ends_before_minute: int | None


def check_line(line: LineNeeds) -> None:
    """Refuse a line that lacks what its type needs, or has what its type does not know.

    Raises:
        Refused: INVALID.

    Source: DOMAIN.md 2, 4.2.
    """
    if line.category_type is not line.transaction_type:
        message = f"This project category is for lines of type {line.category_type}, not {line.transaction_type}."
        raise Refused(Code.INVALID, message, ("categoryId",))
    if not line.category_active:
        raise Refused(Code.INVALID, "This project category may not be chosen any more.", ("categoryId",))
    if line.transaction_type is TransactionType.ITEM:
        if line.item_id is None:
            raise Refused(Code.INVALID, "A line of type ITEM needs an item.", ("itemId",))
    elif line.item_id is not None or line.item_setup is not None:
        path = "itemId" if line.item_id is not None else "itemSetup"
        raise Refused(Code.INVALID, "Only a line of type ITEM has an item.", (path,))
    if line.item_setup is ItemSetup.ITEM_REQUIREMENT and line.site_id is None:
        raise Refused(Code.INVALID, "An item requirement needs the site that it is for.", ("siteId",))
    _check_times(line.starts_after_minute, line.ends_before_minute)


def _check_times(starts_after_minute: int | None, ends_before_minute: int | None) -> None:
    if starts_after_minute is not None and not 0 <= starts_after_minute < _DAY:
        raise Refused(Code.INVALID, "This is no time of day.", ("serviceStartsAfter",))
    if ends_before_minute is not None and not 0 < ends_before_minute <= _DAY:
        raise Refused(Code.INVALID, "This is no time of day that anything can end at.", ("serviceEndsBefore",))
    if starts_after_minute is None or ends_before_minute is None:
        return
    if ends_before_minute <= starts_after_minute:
        raise Refused(Code.INVALID, "Service ends after it starts.", ("serviceEndsBefore",))
