"""What else is going on in the demo company: orders over the web, items that are required, lines of mixed fates."""

from collections.abc import Sequence

from db.demo.catalogue import ITEMS
from db.demo.plan import Order

_WEB_ORDERS = (
    ("The doors of the left lift close too early", "NORMAL", "D+2T09:00", "D-1T19:42"),
    ("Lift stands still between the second and the third floor", "HIGH", "D+1T08:00", "D-1T22:58"),
    ("Please look at the noise in the machine room", "LOW", "", "D-3T11:20"),
    ("Wrong number, please ignore", "NORMAL", "", "D-4T16:05"),
    ("We need the yearly check before the audit", "NORMAL", "D+9T10:00", "D-2T08:31"),
    ("The emergency telephone does not answer", "HIGH", "D+1T12:00", "D-1T21:15"),
)
_EVERY = 9


def web_orders(ordered: Sequence[Order]) -> list[tuple[str, ...]]:
    """Orders that came over the web and wait to be transferred, numbered after all others."""
    customers = list({order.customer.number: order for order in ordered}.values())[:: len(ordered) // 40]
    return [
        (
            f"SO-{10001 + len(ordered) + place}",
            description,
            order.customer.number,
            order.address.number,
            order.customer.contacts[0][0],
            "",
            "",
            priority,
            "WEB",
            service_at,
            "",
            "",
            created_at,
            "PLANNING",
            "",
            "",
            "true",
        )
        for place, ((description, priority, service_at, created_at), order) in enumerate(
            zip(_WEB_ORDERS, customers, strict=False)
        )
    ]


def requirements(
    ordered: Sequence[Order], headers: Sequence[Sequence[str]], stages: Sequence[str]
) -> list[tuple[object, ...]]:
    """Spare parts that orders wait for, and a few that have come."""
    rows: list[tuple[object, ...]] = []
    for place, (order, header, stage) in enumerate(zip(ordered, headers, stages, strict=True)):
        waits = stage == "WAITING_PARTS"
        if not order.kind.items or not (waits or (stage == "PLANNING" and place % _EVERY == 0)):
            continue
        item = order.kind.items[place % len(order.kind.items)]
        delivered = "" if waits or place % 2 else f"D-{1 + place % 3}T14:00"
        supply = "PURCHASE" if waits else "CONSUME"
        required_on = f"D+{1 + place % 5}"
        site = order.address.number
        rows.append(
            (order.number, 1, header[5], ITEMS[item], 1 + place % 3, "pcs", item, supply, site, required_on, delivered)
        )
    return rows


def mixed(order: Order, status: str, count: int) -> list[str]:
    """The statuses of an order's lines: now and then one was cancelled, or one was posted before the others."""
    statuses = [status] * count
    place = int(order.number.removeprefix("SO-"))
    if count > 1 and status != "CANCELED" and place % _EVERY == 0:
        statuses[-1] = "CANCELED"
    if count > 1 and status == "CREATED" and order.is_done and place % 2 == 0:
        statuses[0] = "POSTED"
    return statuses
