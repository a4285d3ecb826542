"""What suspended agreements, templates and stopped lines allow, and the tree of template groups. Pure."""

from collections.abc import Mapping

from domain.core.errors import Code, Path, Refused


def check_gives_orders(number: str, *, suspended: bool, is_template: bool, path: Path = ("agreementId",)) -> None:
    """Refuse to make a service order from an agreement that gives none.

    Raises:
        Refused: AGREEMENT_SUSPENDED, AGREEMENT_IS_TEMPLATE.

    Source: DOMAIN.md 4.3.
    """
    if suspended:
        raise Refused(Code.AGREEMENT_SUSPENDED, f"{number} is suspended; take it up again first.", path)
    if is_template:
        message = f"{number} is a template; copy its lines to an agreement, and make the order from that."
        raise Refused(Code.AGREEMENT_IS_TEMPLATE, message, path)


def check_line_gives_orders(number: str, line_number: int, *, stopped: bool, path: Path = ("lineId",)) -> None:
    """Refuse to make an order line from a line that is stopped.

    Raises:
        Refused: LINE_STOPPED.

    Source: DOMAIN.md 4.3.
    """
    if stopped:
        raise Refused(Code.LINE_STOPPED, f"Line {line_number} of {number} is stopped; start it again first.", path)


def check_line_copied(
    number: str, line_number: int, *, stopped: bool, agreement_suspended: bool, path: Path = ("lineId",)
) -> None:
    """Refuse to copy a line that is stopped; in a suspended agreement every line is.

    Raises:
        Refused: LINE_STOPPED.

    Source: DOMAIN.md 4.3.
    """
    if agreement_suspended:
        message = f"{number} is suspended, so line {line_number} is stopped; take the agreement up again first."
        raise Refused(Code.LINE_STOPPED, message, path)
    check_line_gives_orders(number, line_number, stopped=stopped, path=path)


def check_becomes_template(number: str, *, has_orders: bool, path: Path = ("templateGroupId",)) -> None:
    """Refuse to make a template of an agreement that has service orders.

    Raises:
        Refused: AGREEMENT_HAS_ORDERS.

    Source: DOMAIN.md 4.3.
    """
    if has_orders:
        message = f"{number} has service orders, so it cannot become a template; copy its lines to a new one."
        raise Refused(Code.AGREEMENT_HAS_ORDERS, message, path)


def check_project_changes(number: str, *, has_orders: bool, path: Path = ("projectId",)) -> None:
    """Refuse another project for an agreement that has service orders.

    Raises:
        Refused: AGREEMENT_HAS_ORDERS.

    Source: DOMAIN.md 4.1, D-5.
    """
    if has_orders:
        message = f"{number} has service orders, so it keeps its project; make a new agreement for another."
        raise Refused(Code.AGREEMENT_HAS_ORDERS, message, path)


def check_group_parent(
    group_id: int | None, parent_id: int | None, parents: Mapping[int, int | None], path: Path = ("parentId",)
) -> None:
    """Refuse to hang a template group below itself; `parents` gives every group's parent as stored.

    Raises:
        Refused: INVALID.

    Source: DOMAIN.md 4.1.
    """
    seen: set[int] = set()
    ancestor = parent_id
    while ancestor is not None and ancestor not in seen:
        if ancestor == group_id:
            message = "A template group cannot come below itself; choose a parent outside of it."
            raise Refused(Code.INVALID, message, path)
        seen.add(ancestor)
        ancestor = parents.get(ancestor)
