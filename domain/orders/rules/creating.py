"""What a new service order needs, by how it comes about, and what it takes over from its agreement. Pure."""

from datetime import date

from domain.agreements.rules import Validity
from domain.core.errors import Code, Path, Refused
from domain.orders.rules.values import OrderOrigin


def check_agreement_given(
    agreement_id: int | None,
    *,
    allow_without_agreement: bool,
    what: str = "A service order",
    path: Path = ("agreementId",),
) -> None:
    """Refuse an order without a service agreement, unless the company allows it; `what` names the order.

    Raises:
        Refused: AGREEMENT_REQUIRED.

    Source: DOMAIN.md 5.3, D-11.
    """
    if agreement_id is None and not allow_without_agreement:
        raise Refused(Code.AGREEMENT_REQUIRED, f"{what} needs a service agreement; choose one.", path)


def check_origin(
    origin: OrderOrigin, *, agreement_id: int | None, project_id: int | None, sales_order_number: str | None
) -> None:
    """Refuse an order that does not have what it is said to come from.

    Raises:
        Refused: AGREEMENT_REQUIRED, PROJECT_REQUIRED, INVALID.

    Source: DOMAIN.md 5.3.
    """
    if origin is OrderOrigin.WEB:
        message = "Orders over the web are written down with createWebOrder, and taken over with transferWebOrder."
        raise Refused(Code.INVALID, message, ("origin",))
    if origin is OrderOrigin.AGREEMENT and agreement_id is None:
        raise Refused(Code.AGREEMENT_REQUIRED, "Say from which service agreement the order comes.", ("agreementId",))
    if origin is OrderOrigin.PROJECT and project_id is None:
        raise Refused(Code.PROJECT_REQUIRED, "Say from which project the order comes.", ("projectId",))
    if (origin is OrderOrigin.SALES_ORDER) != (sales_order_number is not None):
        message = "An order that comes from a sales order, and no other, has the sales order's number."
        raise Refused(Code.INVALID, message, ("salesOrderNumber",))


def project_of_agreement(
    agreement_number: str, agreement_project_id: int, project_id: int | None, path: Path = ("projectId",)
) -> int:
    """The project of an order under an agreement: the agreement's; another one is refused.

    Raises:
        Refused: PROJECT_MISMATCH.

    Source: DOMAIN.md 5.3.
    """
    if project_id is not None and project_id != agreement_project_id:
        message = f"Orders of {agreement_number} belong to its own project; leave the project out."
        raise Refused(Code.PROJECT_MISMATCH, message, path)
    return agreement_project_id


def check_within_validity(
    agreement_number: str,
    on: date,
    validity: Validity,
    *,
    line_number: int | None = None,
    line_validity: Validity | None = None,
    path: Path = ("serviceAt",),
) -> None:
    """Refuse a service date on which the agreement, or the agreement line it is for, does not hold.

    Raises:
        Refused: OUTSIDE_VALIDITY.

    Source: DOMAIN.md 5.3.
    """
    if on not in validity:
        message = f"{agreement_number} holds {validity}, so not on {on}; choose a day on which it does."
        raise Refused(Code.OUTSIDE_VALIDITY, message, path)
    if line_validity is not None and on not in line_validity:
        message = f"Line {line_number} of {agreement_number} holds {line_validity}, so not on {on}."
        raise Refused(Code.OUTSIDE_VALIDITY, message, path)
