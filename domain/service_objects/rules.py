"""Decisions about service objects and what agreements and orders have to do with them. Pure."""

from dataclasses import dataclass

from domain.core.errors import Code, Path, Refused


@dataclass(frozen=True, slots=True)
class Owner:
    """The service agreement or the service order that a relation belongs to: exactly one of them."""

    agreement_id: int | None = None
    order_id: int | None = None

    @property
    def columns(self) -> dict[str, int | None]:
        """The relation's columns that say so."""
        return {"agreement_id": self.agreement_id, "order_id": self.order_id}


def check_item_is_free(item_number: str, taken_by: str | None, path: Path = ("itemId",)) -> None:
    """Refuse a second service object of one item and serial number.

    Raises:
        Refused: ITEM_ALREADY_SERVICE_OBJECT.

    Source: DOMAIN.md 1.1 (allowIdenticalItemsAsObjects), 3.
    """
    if taken_by is not None:
        message = f"{item_number} with this serial number is the service object {taken_by} already."
        raise Refused(Code.ITEM_ALREADY_SERVICE_OBJECT, message, path)


def check_serial_number_has_item(serial_number: str | None, item_id: int | None, path: Path) -> None:
    """Refuse a serial number of no item.

    Raises:
        Refused: INVALID.

    Source: DOMAIN.md 3.
    """
    if serial_number is not None and item_id is None:
        raise Refused(Code.INVALID, "A serial number tells pieces of an item apart; choose the item too.", path)


def check_not_related(what: str, *, related: bool, path: Path) -> None:
    """Refuse a second relation of one agreement or order to the same object or task.

    Raises:
        Refused: ALREADY_EXISTS.

    Source: DOMAIN.md 3.
    """
    if related:
        raise Refused(Code.ALREADY_EXISTS, f"{what} is related already.", path)


def check_object_related(*, related: bool, path: Path = ("objectRelationId",)) -> None:
    """Refuse a line about an object that its header is not about.

    Raises:
        Refused: OBJECT_NOT_RELATED.

    Source: DOMAIN.md 3, rule 1.
    """
    if not related:
        message = "This object belongs neither to the header of the line nor to its agreement; relate it there first."
        raise Refused(Code.OBJECT_NOT_RELATED, message, path)


def check_task_related(*, related: bool, path: Path = ("taskId",)) -> None:
    """Refuse a line about a task that its header is not about.

    Raises:
        Refused: TASK_NOT_RELATED.

    Source: DOMAIN.md 3, rule 1.
    """
    if not related:
        message = "This task belongs neither to the header of the line nor to its agreement; relate it there first."
        raise Refused(Code.TASK_NOT_RELATED, message, path)


def check_relation_is_free(*, used: bool, path: Path = ("relationId",)) -> None:
    """Refuse to take away a relation that lines refer to.

    Raises:
        Refused: RELATION_IN_USE.

    Source: DOMAIN.md 3, rule 3.
    """
    if used:
        raise Refused(Code.RELATION_IN_USE, "Lines refer to this; change or delete them first.", path)
