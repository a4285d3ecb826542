"""What the lines and relations of service agreements are changed with."""

from datetime import date
from decimal import Decimal

import strawberry

from api.schema.inputs import (
    OMIT,
    OMIT_OR_CLEAR,
    VERSION,
    MutationInput,
    kept,
    kept_given_key,
    kept_key,
    kept_minute,
    minute_of,
)
from api.schema.nodes import key_of, keys_of, optional_key
from api.schema.scalars import CurrencyCode
from domain.agreements import operations
from domain.agreements.rules import ItemSetup
from domain.projects.rules import TransactionType


@strawberry.input(description="A line to put on a service agreement.")
class ServiceAgreementLineInput:
    """A new line."""

    transaction_type: TransactionType = strawberry.field(description="What is used and charged; it stays.")
    category_id: strawberry.ID = strawberry.field(description="Project category; of the same transaction type.")
    line_property_id: strawberry.ID | None = strawberry.field(
        default=None, description="How it is charged; as its project says unless given."
    )
    offset_account_id: strawberry.ID | None = strawberry.field(
        default=None, description="What an expense is set off against; as its project says unless given."
    )
    quantity: Decimal = strawberry.field(description="How much, in `unit`, with at most four decimals.")
    unit: str = strawberry.field(default="h", description="What the quantity is counted in.")
    description: str = strawberry.field(default="", description="What it is, in a few words.")
    project_id: strawberry.ID | None = strawberry.field(
        default=None, description="Project; the agreement's unless given."
    )
    currency: CurrencyCode | None = strawberry.field(
        default=None, description="Currency it is sold in; the company's unless given."
    )
    starts_on: date | None = strawberry.field(
        default=None, description="First day, from which the interval counts; the agreement's unless given."
    )
    ends_on: date | None = strawberry.field(default=None, description="Last day; no end unless given.")
    worker_id: strawberry.ID | None = strawberry.field(default=None, description="Who does it.")
    object_relation_id: strawberry.ID | None = strawberry.field(
        default=None, description="The object it is about: a relation of the agreement."
    )
    task_id: strawberry.ID | None = strawberry.field(
        default=None, description="The task: one that the agreement is related to."
    )
    interval_id: strawberry.ID | None = strawberry.field(
        default=None, description="How often it recurs; once unless given."
    )
    time_window_id: strawberry.ID | None = strawberry.field(
        default=None, description="How far a visit may be moved; not at all unless given."
    )
    item_id: strawberry.ID | None = strawberry.field(
        default=None, description="The item; required for type ITEM, and for it alone."
    )
    item_setup: ItemSetup | None = strawberry.field(default=None, description="What becomes of the item.")
    site_id: strawberry.ID | None = strawberry.field(
        default=None, description="Where the item is needed; required for an item requirement."
    )
    service_starts_after: str | None = strawberry.field(
        default=None, description="Service begins at this time of day or later, `HH:MM`."
    )
    service_ends_before: str | None = strawberry.field(
        default=None, description="Service ends at this time of day or earlier, `HH:MM`."
    )

    sales_price: Decimal | None = strawberry.field(
        default=None, description="What a unit is sold for; as the price set-up says unless given."
    )

    def line(self, *path: str | int) -> operations.NewAgreementLine:
        """The line as the domain wants it.

        Raises:
            Refused: NOT_FOUND, INVALID.
        """
        return operations.NewAgreementLine(
            transaction_type=self.transaction_type,
            category_id=key_of(self.category_id, "pca", "project category", *path, "categoryId"),
            line_property_id=optional_key(self.line_property_id, "lpr", "line property", *path, "linePropertyId"),
            offset_account_id=optional_key(self.offset_account_id, "acc", "ledger account", *path, "offsetAccountId"),
            quantity=self.quantity,
            unit=self.unit,
            description=self.description,
            project_id=optional_key(self.project_id, "prj", "project", *path, "projectId"),
            currency=self.currency,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            worker_id=optional_key(self.worker_id, "wrk", "worker", *path, "workerId"),
            object_relation_id=optional_key(
                self.object_relation_id, "rel", "object relation", *path, "objectRelationId"
            ),
            task_id=optional_key(self.task_id, "tsk", "service task", *path, "taskId"),
            interval_id=optional_key(self.interval_id, "ivl", "service interval", *path, "intervalId"),
            time_window_id=optional_key(self.time_window_id, "twn", "time window", *path, "timeWindowId"),
            item_id=optional_key(self.item_id, "itm", "item", *path, "itemId"),
            item_setup=self.item_setup,
            site_id=optional_key(self.site_id, "adr", "address", *path, "siteId"),
            starts_after_minute=minute_of(self.service_starts_after, *path, "serviceStartsAfter"),
            ends_before_minute=minute_of(self.service_ends_before, *path, "serviceEndsBefore"),
            sales_price=self.sales_price,
        )


@strawberry.input(description="A line for an existing service agreement.")
class AddServiceAgreementLineInput(MutationInput):
    """For `addServiceAgreementLine`."""

    agreement_id: strawberry.ID = strawberry.field(description="Which service agreement.")
    line: ServiceAgreementLineInput = strawberry.field(description="The line.")
    expected_version: int | None = strawberry.field(
        default=None, description="Version of the agreement. Refused with VERSION_CONFLICT when it has moved on."
    )

    def command(self) -> operations.AddServiceAgreementLine:
        """The command this asks for."""
        return operations.AddServiceAgreementLine(
            agreement_id=key_of(self.agreement_id, "sa", "service agreement", "agreementId"),
            line=self.line.line("line"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="What is to be different about an agreement line. Its transaction type stays.")
class ChangeServiceAgreementLineInput(MutationInput):
    """For `changeServiceAgreementLine`."""

    line_id: strawberry.ID = strawberry.field(description="Which line.")
    category_id: strawberry.Maybe[strawberry.ID] = strawberry.field(description=OMIT)
    line_property_id: strawberry.Maybe[strawberry.ID] = strawberry.field(description=OMIT)
    offset_account_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    quantity: strawberry.Maybe[Decimal] = strawberry.field(description=OMIT)
    unit: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    description: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    project_id: strawberry.Maybe[strawberry.ID] = strawberry.field(description=OMIT)
    currency: strawberry.Maybe[CurrencyCode] = strawberry.field(description=OMIT)
    starts_on: strawberry.Maybe[date] = strawberry.field(description=OMIT)
    ends_on: strawberry.Maybe[date | None] = strawberry.field(description=OMIT_OR_CLEAR)
    worker_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    object_relation_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    task_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    interval_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    time_window_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    item_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    item_setup: strawberry.Maybe[ItemSetup | None] = strawberry.field(description=OMIT_OR_CLEAR)
    site_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    service_starts_after: strawberry.Maybe[str | None] = strawberry.field(description=OMIT_OR_CLEAR)
    service_ends_before: strawberry.Maybe[str | None] = strawberry.field(description=OMIT_OR_CLEAR)
    sales_price: strawberry.Maybe[Decimal | None] = strawberry.field(
        description="Omit to keep; null for what the price set-up says."
    )
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeServiceAgreementLine:
        """The command this asks for."""
        return operations.ChangeServiceAgreementLine(
            line_id=key_of(self.line_id, "sal", "agreement line", "lineId"),
            category_id=kept_given_key(self.category_id, "pca", "project category", "categoryId"),
            line_property_id=kept_given_key(self.line_property_id, "lpr", "line property", "linePropertyId"),
            offset_account_id=kept_key(self.offset_account_id, "acc", "ledger account", "offsetAccountId"),
            quantity=kept(self.quantity),
            unit=kept(self.unit),
            description=kept(self.description),
            project_id=kept_given_key(self.project_id, "prj", "project", "projectId"),
            currency=kept(self.currency),
            starts_on=kept(self.starts_on),
            ends_on=kept(self.ends_on),
            worker_id=kept_key(self.worker_id, "wrk", "worker", "workerId"),
            object_relation_id=kept_key(self.object_relation_id, "rel", "object relation", "objectRelationId"),
            task_id=kept_key(self.task_id, "tsk", "service task", "taskId"),
            interval_id=kept_key(self.interval_id, "ivl", "service interval", "intervalId"),
            time_window_id=kept_key(self.time_window_id, "twn", "time window", "timeWindowId"),
            item_id=kept_key(self.item_id, "itm", "item", "itemId"),
            item_setup=kept(self.item_setup),
            site_id=kept_key(self.site_id, "adr", "address", "siteId"),
            starts_after_minute=kept_minute(self.service_starts_after, "serviceStartsAfter"),
            ends_before_minute=kept_minute(self.service_ends_before, "serviceEndsBefore"),
            sales_price=kept(self.sales_price),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which agreement line to delete.")
class DeleteServiceAgreementLineInput(MutationInput):
    """For `deleteServiceAgreementLine`."""

    line_id: strawberry.ID = strawberry.field(description="Which agreement line.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.DeleteServiceAgreementLine:
        """The command this asks for."""
        return operations.DeleteServiceAgreementLine(
            line_id=key_of(self.line_id, "sal", "agreement line", "lineId"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which agreement lines to stop.")
class StopServiceAgreementLinesInput(MutationInput):
    """For `stopServiceAgreementLines`."""

    line_ids: list[strawberry.ID] = strawberry.field(description="Which lines, of whatever agreements.")

    def command(self) -> operations.NameAgreementLines:
        """The command this asks for."""
        return operations.NameAgreementLines(tuple(keys_of(self.line_ids, "sal", "agreement line", "lineIds")))


@strawberry.input(description="Which agreement lines to start again.")
class StartServiceAgreementLinesInput(MutationInput):
    """For `startServiceAgreementLines`."""

    line_ids: list[strawberry.ID] = strawberry.field(description="Which lines, of whatever agreements.")

    def command(self) -> operations.NameAgreementLines:
        """The command this asks for."""
        return operations.NameAgreementLines(tuple(keys_of(self.line_ids, "sal", "agreement line", "lineIds")))


@strawberry.input(description="Lines of agreements and templates, and the agreement that gets copies of them.")
class CopyServiceAgreementLinesInput(MutationInput):
    """For `copyServiceAgreementLines`."""

    agreement_id: strawberry.ID = strawberry.field(description="The agreement that gets the copies.")
    line_ids: list[strawberry.ID] = strawberry.field(description="Which lines, of whatever agreements and templates.")
    copy_object_relations: bool = strawberry.field(
        default=False, description="Whether the lines' objects come along; from a template they always do."
    )
    copy_task_relations: bool = strawberry.field(
        default=False, description="Whether the lines' tasks come along; from a template they always do."
    )
    expected_version: int | None = strawberry.field(
        default=None, description="Version of the agreement. Refused with VERSION_CONFLICT when it has moved on."
    )

    def command(self) -> operations.CopyAgreementLines:
        """The command this asks for."""
        return operations.CopyAgreementLines(
            agreement_id=key_of(self.agreement_id, "sa", "service agreement", "agreementId"),
            line_ids=tuple(keys_of(self.line_ids, "sal", "agreement line", "lineIds")),
            copy_object_relations=self.copy_object_relations,
            copy_task_relations=self.copy_task_relations,
            expected_version=self.expected_version,
        )
