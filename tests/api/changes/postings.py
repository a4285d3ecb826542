"""Posting of service orders."""

from domain.orders.models import ServiceOrderLine
from domain.projects.rules import TransactionType
from tests.api.changes.table import Told, change
from tests.builders.posted import a_company_that_posts, a_line_done, a_transaction, an_order_done


@change(
    "postServiceOrder",
    "serviceOrder { progress lines { status salesPrice { amount } } }"
    " postings { number journal { name } transactions { cost { amount } sales { amount currency } } }"
    " left { lineId lineNumber code }",
)
async def _() -> Told:
    await a_company_that_posts()
    order = await an_order_done()
    unsigned = await a_line_done(order, TransactionType.FEE, signed_off_at=None)
    return Told(
        given={"orderId": f"so_{order.id}", "fromOn": "2026-11-23", "toOn": "2026-11-23"},
        gives={
            "serviceOrder": {
                "progress": "IN_PROCESS",
                "lines": [
                    {"status": "POSTED", "salesPrice": {"amount": "695.00"}},
                    {"status": "CREATED", "salesPrice": {"amount": "695.00"}},
                ],
            },
            "postings": [
                {
                    "number": "VOU-10001",
                    "journal": {"name": "Hour"},
                    "transactions": [{"cost": {"amount": "820.00"}, "sales": {"amount": "1390.00", "currency": "DKK"}}],
                }
            ],
            "left": [{"lineId": f"sol_{unsigned.id}", "lineNumber": 2, "code": "NOT_SIGNED_OFF"}],
        },
        wrong={"transactionTypes": ["FEE"]},
        code="NOT_SIGNED_OFF",
        path=("orderId",),
    )


@change("postServiceOrderLine", "line { status version }")
async def _() -> Told:
    await a_company_that_posts()
    line = await ServiceOrderLine.get(order_id=(await an_order_done()).id)
    return Told(
        given={"lineId": f"sol_{line.id}", "expectedVersion": 1},
        gives={"line": {"status": "POSTED", "version": 2}},
        wrong={"expectedVersion": 2},
        code="VERSION_CONFLICT",
        path=("expectedVersion",),
    )


@change("postServiceOrders", "outcomes { orderId number posted left { code } code reason }")
async def _() -> Told:
    await a_company_that_posts()
    order = await an_order_done()
    return Told(
        given={"filter": {"customerIds": [f"cus_{order.customer_id}"]}, "transactionTypes": ["HOUR"]},
        gives={
            "outcomes": [
                {
                    "orderId": f"so_{order.id}",
                    "number": order.number,
                    "posted": 1,
                    "left": [],
                    "code": None,
                    "reason": None,
                }
            ]
        },
        wrong={"filter": {}},
        code="CONFIRM_ALL_REQUIRED",
        path=("confirmAll",),
    )


@change("recordInvoice", "lines { status invoiceNumber version }")
async def _() -> Told:
    posted = [(await a_transaction()).order_line_id for _ in range(2)]
    line = {"status": "POSTED", "invoiceNumber": "INV-7", "version": 2}
    return Told(
        given={"lineIds": [f"sol_{line_id}" for line_id in posted], "invoiceNumber": " INV-7 "},
        gives={"lines": [line, line]},
        wrong={"invoiceNumber": "7" * 41},
        code="INVALID",
        path=("invoiceNumber",),
    )
