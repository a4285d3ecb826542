"""What the lines of service orders are made and changed with."""

from datetime import date
from decimal import Decimal

import strawberry

from api.schema.inputs import OMIT, OMIT_OR_CLEAR, VERSION, MutationInput, kept, kept_key, kept_minute, minute_of
from api.schema.nodes import key_of, keys_of, optional_key
from api.schema.scalars import CurrencyCode
from domain.orders import operations
from domain.projects.rules import TransactionType


@strawberry.input(description="A line to put on an order.")
class ServiceOrderLineInput:
    """A new line."""

    transaction_type: TransactionType = strawberry.field(description="What is used and charged.")
    quantity: Decimal = strawberry.field(description="How much, in `unit`, with at most four decimals.")
    unit: str | None = strawberry.field(
        default=None, description="What the quantity is counted in; `h`, or the item's own, unless given."
    )
    description: str = strawberry.field(default="", description="What it is, in a few words.")
    category_id: strawberry.ID | None = strawberry.field(
        default=None, description="Project category, of the same transaction type. Required where there are several."
    )
    line_property_id: strawberry.ID | None = strawberry.field(default=None, description="How it is charged.")
    offset_account_id: strawberry.ID | None = strawberry.field(
        default=None, description="What an expense is set off against; as its project says unless given."
    )
    project_id: strawberry.ID | None = strawberry.field(
        default=None, description="Where it is charged to; the order's project unless given."
    )
    item_id: strawberry.ID | None = strawberry.field(
        default=None, description="The item; for type ITEM, which requires it."
    )
    task_id: strawberry.ID | None = strawberry.field(default=None, description="The task.")
    worker_id: strawberry.ID | None = strawberry.field(default=None, description="Who does it.")
    object_relation_id: strawberry.ID | None = strawberry.field(
        default=None, description="The object it is about: a relation of the order or of its agreement."
    )
    executes_on: date | None = strawberry.field(
        default=None, description="The day it is done; the order's unless given."
    )
    earliest_on: date | None = strawberry.field(
        default=None, description="The first day it may be done; that day unless given."
    )
    latest_on: date | None = strawberry.field(
        default=None, description="The last day it may be done; that day unless given."
    )
    currency: CurrencyCode | None = strawberry.field(
        default=None, description="Currency it is sold in; the company's unless given."
    )
    sales_price: Decimal | None = strawberry.field(
        default=None, description="What a unit is sold for; as the price set-up says unless given."
    )
    start_time: str | None = strawberry.field(
        default=None, description="When work on it began, `HH:MM`; where the settings and the journal want it."
    )
    end_time: str | None = strawberry.field(default=None, description="When work on it ended, `HH:MM`.")

    def line(self, *path: str | int) -> operations.NewLine:
        """The line as the domain wants it.

        Raises:
            Refused: NOT_FOUND, INVALID.
        """
        return operations.NewLine(
            transaction_type=self.transaction_type,
            quantity=self.quantity,
            unit=self.unit,
            description=self.description,
            category_id=optional_key(self.category_id, "pca", "project category", *path, "categoryId"),
            line_property_id=optional_key(self.line_property_id, "lpr", "line property", *path, "linePropertyId"),
            offset_account_id=optional_key(self.offset_account_id, "acc", "ledger account", *path, "offsetAccountId"),
            project_id=optional_key(self.project_id, "prj", "project", *path, "projectId"),
            item_id=optional_key(self.item_id, "itm", "item", *path, "itemId"),
            task_id=optional_key(self.task_id, "tsk", "service task", *path, "taskId"),
            worker_id=optional_key(self.worker_id, "wrk", "worker", *path, "workerId"),
            object_relation_id=optional_key(
                self.object_relation_id, "rel", "object relation", *path, "objectRelationId"
            ),
            executes_on=self.executes_on,
            earliest_on=self.earliest_on,
            latest_on=self.latest_on,
            currency=self.currency,
            sales_price=self.sales_price,
            starts_minute=minute_of(self.start_time, *path, "startTime"),
            ends_minute=minute_of(self.end_time, *path, "endTime"),
        )


@strawberry.input(description="A line for an existing order.")
class AddServiceOrderLineInput(MutationInput):
    """For `addServiceOrderLine`."""

    order_id: strawberry.ID = strawberry.field(description="Which order.")
    line: ServiceOrderLineInput = strawberry.field(description="The line.")
    expected_version: int | None = strawberry.field(
        default=None, description="Version of the order. Refused with VERSION_CONFLICT when it has moved on."
    )

    def command(self) -> operations.AddServiceOrderLine:
        """The command this asks for."""
        return operations.AddServiceOrderLine(
            order_id=key_of(self.order_id, "so", "service order", "orderId"),
            line=self.line.line("line"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="What is to be different about an order line.")
class ChangeServiceOrderLineInput(MutationInput):
    """For `changeServiceOrderLine`."""

    line_id: strawberry.ID = strawberry.field(description="Which line.")
    quantity: strawberry.Maybe[Decimal] = strawberry.field(description=OMIT)
    description: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    category_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    line_property_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    offset_account_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    project_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    task_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    worker_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    object_relation_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    executes_on: strawberry.Maybe[date] = strawberry.field(description=OMIT)
    earliest_on: strawberry.Maybe[date] = strawberry.field(description=OMIT)
    latest_on: strawberry.Maybe[date] = strawberry.field(description=OMIT)
    sales_price: strawberry.Maybe[Decimal | None] = strawberry.field(
        description="Omit to keep; null for what the price set-up says."
    )
    start_time: strawberry.Maybe[str | None] = strawberry.field(description=f"{OMIT_OR_CLEAR} `HH:MM`.")
    end_time: strawberry.Maybe[str | None] = strawberry.field(description=f"{OMIT_OR_CLEAR} `HH:MM`.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeServiceOrderLine:
        """The command this asks for."""
        return operations.ChangeServiceOrderLine(
            line_id=key_of(self.line_id, "sol", "order line", "lineId"),
            quantity=kept(self.quantity),
            description=kept(self.description),
            category_id=kept_key(self.category_id, "pca", "project category", "categoryId"),
            line_property_id=kept_key(self.line_property_id, "lpr", "line property", "linePropertyId"),
            offset_account_id=kept_key(self.offset_account_id, "acc", "ledger account", "offsetAccountId"),
            project_id=kept_key(self.project_id, "prj", "project", "projectId"),
            task_id=kept_key(self.task_id, "tsk", "service task", "taskId"),
            worker_id=kept_key(self.worker_id, "wrk", "worker", "workerId"),
            object_relation_id=kept_key(self.object_relation_id, "rel", "object relation", "objectRelationId"),
            executes_on=kept(self.executes_on),
            earliest_on=kept(self.earliest_on),
            latest_on=kept(self.latest_on),
            sales_price=kept(self.sales_price),
            starts_minute=kept_minute(self.start_time, "startTime"),
            ends_minute=kept_minute(self.end_time, "endTime"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which lines go to another order of the same service agreement.")
class MoveServiceOrderLinesInput(MutationInput):
    """For `moveServiceOrderLines`."""

    line_ids: list[strawberry.ID] = strawberry.field(description="Open lines of one order, at least one.")
    target_order_id: strawberry.ID = strawberry.field(description="Where they go.")
    delete_empty_source: bool = strawberry.field(
        default=False, description="Whether the order they leave is deleted when no line is left on it."
    )

    def command(self) -> operations.MoveLines:
        """The command this asks for."""
        return operations.MoveLines(
            line_ids=tuple(keys_of(self.line_ids, "sol", "order line", "lineIds")),
            target_order_id=key_of(self.target_order_id, "so", "service order", "targetOrderId"),
            delete_empty_source=self.delete_empty_source,
        )
