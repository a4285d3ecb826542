"""Ledger accounts, journals, prices, and who may work on which project."""

from datetime import date
from decimal import Decimal

import strawberry
from tortoise.expressions import Q

from api.schema.inputs import NUMBER, OMIT, OMIT_OR_CLEAR, VERSION, MutationInput, kept
from api.schema.items import Item
from api.schema.lists import listing
from api.schema.money import Money, cost_of, sales_of
from api.schema.mutations import deletion, mutation
from api.schema.nodes import Node, key_of, keys_of, node, optional_key
from api.schema.paging import OrderEnum, RecordFilter, RecordOrder
from api.schema.projects.types import Journal, LedgerAccount, Project, ProjectCategory, ProjectValidation
from api.schema.scalars import CurrencyCode
from api.schema.workforce import Worker
from api.selection import column, identity, one
from domain.core.rows import company_only
from domain.projects import models, operations
from domain.projects.rules import TransactionType


@node(
    models.ProjectPrice,
    prefix="pri",
    visible=company_only,
    description=(
        "What one unit costs and is sold for, from a day on. Of several that fit, the most specific holds: the project"
        " weighs more than the item, the item more than the worker, the worker more than the category."
    ),
)
class ProjectPrice(Node):
    """A price."""

    id: strawberry.ID = identity("pri")
    number: str = column(description="For people, unique per company.")
    transaction_type: TransactionType = column(description="The kind of line it is for.")
    project: Project | None = one(description="For which project; null: for any.")
    category: ProjectCategory | None = one(description="For which project category; null: for any.")
    worker: Worker | None = one(description="For whose work; null: for anybody's.")
    item: Item | None = one(description="For which item; null: for any.")
    starts_on: date = column(description="The first day on which it holds.")
    currency: CurrencyCode = column(description="The currency of lines that it is for.")
    cost_price: Money | None = cost_of(
        "cost_price_minor",
        description="What a unit costs the company; null when it does not say, or when it is not for you.",
    )
    sales_price: Money | None = sales_of(
        "sales_price_minor",
        description="What a unit is sold for; null when it does not say.",
    )
    version: int = column(description="Grows with every change; send it back as `expectedVersion`.")


class ProjectPriceOrder(OrderEnum):
    """Orders of prices."""

    NUMBER_ASC = ("number", "id"), "By number, as text."
    NUMBER_DESC = ("-number", "-id"), "By number, as text, the last first."
    STARTS_ON_ASC = ("starts_on", "id"), "By first day."
    STARTS_ON_DESC = ("-starts_on", "-id"), "By first day, the last first."


@strawberry.input(description="Which prices to list: those that meet every condition given.")
class ProjectPriceFilter:
    """For `projectPrices`."""

    search: str | None = strawberry.field(
        default=None, description="Part of the number, or of the name of what it is for, in any letter case."
    )
    numbers: list[str] | None = strawberry.field(default=None, description="Only those with one of these numbers.")
    transaction_type: list[TransactionType] | None = strawberry.field(
        default=None, description="For one of these kinds of line."
    )
    project_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="For one of these projects.")
    category_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="For one of these project categories."
    )
    worker_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="For one of these workers.")
    item_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="For one of these items.")

    def where(self) -> Q:
        """The condition on prices."""
        where = Q() if self.numbers is None else Q(number__in=self.numbers)
        if self.search:
            names = ("project", "category", "worker", "item")
            named = [Q(**{f"{name}__name__icontains": self.search}) for name in names]
            where &= Q(Q(number__icontains=self.search), *named, join_type=Q.OR)
        if self.transaction_type is not None:
            where &= Q(transaction_type__in=self.transaction_type)
        if self.project_ids is not None:
            where &= Q(project_id__in=keys_of(self.project_ids, "prj", "project", "filter", "projectIds"))
        if self.category_ids is not None:
            where &= Q(category_id__in=keys_of(self.category_ids, "pca", "project category", "filter", "categoryIds"))
        if self.worker_ids is not None:
            where &= Q(worker_id__in=keys_of(self.worker_ids, "wrk", "worker", "filter", "workerIds"))
        if self.item_ids is not None:
            where &= Q(item_id__in=keys_of(self.item_ids, "itm", "item", "filter", "itemIds"))
        return where


@strawberry.input(description="A new ledger account.")
class CreateLedgerAccountInput(MutationInput):
    """For `createLedgerAccount`."""

    name: str = strawberry.field(description="Its name, at most 120 characters.")
    number: str | None = strawberry.field(default=None, description=f"As the ledger has it. {NUMBER}")

    def command(self) -> operations.CreateLedgerAccount:
        """The command this asks for."""
        return operations.CreateLedgerAccount(name=self.name, number=self.number)


@strawberry.input(description="What is to be different about a ledger account.")
class ChangeLedgerAccountInput(MutationInput):
    """For `changeLedgerAccount`."""

    account_id: strawberry.ID = strawberry.field(description="Which ledger account.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeLedgerAccount:
        """The command this asks for."""
        return operations.ChangeLedgerAccount(
            account_id=key_of(self.account_id, "acc", "ledger account", "accountId"),
            name=kept(self.name),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which ledger account to delete.")
class DeleteLedgerAccountInput(MutationInput):
    """For `deleteLedgerAccount`."""

    account_id: strawberry.ID = strawberry.field(description="Which ledger account.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.DeleteLedgerAccount:
        """The command this asks for."""
        return operations.DeleteLedgerAccount(
            account_id=key_of(self.account_id, "acc", "ledger account", "accountId"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="A new journal.")
class CreateJournalInput(MutationInput):
    """For `createJournal`."""

    name: str = strawberry.field(description="Its name, at most 120 characters.")
    transaction_type: TransactionType = strawberry.field(description="The kind of line it is for; it stays.")
    number: str | None = strawberry.field(default=None, description=NUMBER)
    show_start_end_time: bool = strawberry.field(
        default=False, description="Whether lines say from when to when; only in a journal for hours."
    )

    def command(self) -> operations.CreateJournal:
        """The command this asks for."""
        return operations.CreateJournal(
            name=self.name,
            transaction_type=self.transaction_type,
            number=self.number,
            show_start_end_time=self.show_start_end_time,
        )


@strawberry.input(description="What is to be different about a journal. Its kind of line stays.")
class ChangeJournalInput(MutationInput):
    """For `changeJournal`."""

    journal_id: strawberry.ID = strawberry.field(description="Which journal.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    show_start_end_time: strawberry.Maybe[bool] = strawberry.field(description=OMIT)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeJournal:
        """The command this asks for."""
        return operations.ChangeJournal(
            journal_id=key_of(self.journal_id, "jrn", "journal", "journalId"),
            name=kept(self.name),
            show_start_end_time=kept(self.show_start_end_time),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which journal to delete.")
class DeleteJournalInput(MutationInput):
    """For `deleteJournal`."""

    journal_id: strawberry.ID = strawberry.field(description="Which journal.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.DeleteJournal:
        """The command this asks for."""
        return operations.DeleteJournal(
            journal_id=key_of(self.journal_id, "jrn", "journal", "journalId"), expected_version=self.expected_version
        )


_PRICE = "for one unit, with at most two decimals."


@strawberry.input(description="A new price; what it leaves out it is for any of.")
class CreateProjectPriceInput(MutationInput):
    """For `createProjectPrice`."""

    transaction_type: TransactionType = strawberry.field(description="The kind of line it is for.")
    starts_on: date = strawberry.field(description="The first day on which it holds.")
    cost_price: Decimal | None = strawberry.field(default=None, description=f"What it costs the company {_PRICE}")
    sales_price: Decimal | None = strawberry.field(default=None, description=f"What it is sold for {_PRICE}")
    currency: CurrencyCode | None = strawberry.field(
        default=None, description="The currency of both; the company's unless given."
    )
    project_id: strawberry.ID | None = strawberry.field(default=None, description="For which project.")
    category_id: strawberry.ID | None = strawberry.field(default=None, description="For which project category.")
    worker_id: strawberry.ID | None = strawberry.field(default=None, description="For whose work.")
    item_id: strawberry.ID | None = strawberry.field(default=None, description="For which item; only of type ITEM.")
    number: str | None = strawberry.field(default=None, description=NUMBER)

    def command(self) -> operations.CreateProjectPrice:
        """The command this asks for."""
        return operations.CreateProjectPrice(
            transaction_type=self.transaction_type,
            starts_on=self.starts_on,
            cost_price=self.cost_price,
            sales_price=self.sales_price,
            currency=self.currency,
            project_id=optional_key(self.project_id, "prj", "project", "projectId"),
            category_id=optional_key(self.category_id, "pca", "project category", "categoryId"),
            worker_id=optional_key(self.worker_id, "wrk", "worker", "workerId"),
            item_id=optional_key(self.item_id, "itm", "item", "itemId"),
            number=self.number,
        )


@strawberry.input(description="What is to be different about a price. What it is for stays.")
class ChangeProjectPriceInput(MutationInput):
    """For `changeProjectPrice`."""

    price_id: strawberry.ID = strawberry.field(description="Which price.")
    starts_on: strawberry.Maybe[date] = strawberry.field(description=OMIT)
    cost_price: strawberry.Maybe[Decimal | None] = strawberry.field(description=OMIT_OR_CLEAR)
    sales_price: strawberry.Maybe[Decimal | None] = strawberry.field(description=OMIT_OR_CLEAR)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeProjectPrice:
        """The command this asks for."""
        return operations.ChangeProjectPrice(
            price_id=key_of(self.price_id, "pri", "project price", "priceId"),
            starts_on=kept(self.starts_on),
            cost_price=kept(self.cost_price),
            sales_price=kept(self.sales_price),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which price to delete.")
class DeleteProjectPriceInput(MutationInput):
    """For `deleteProjectPrice`."""

    price_id: strawberry.ID = strawberry.field(description="Which price.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.DeleteProjectPrice:
        """The command this asks for."""
        return operations.DeleteProjectPrice(
            price_id=key_of(self.price_id, "pri", "project price", "priceId"), expected_version=self.expected_version
        )


@strawberry.input(description="Who may work on a project with what: a worker, a project category, or both together.")
class CreateProjectValidationInput(MutationInput):
    """For `createProjectValidation`."""

    project_id: strawberry.ID = strawberry.field(description="On which project.")
    worker_id: strawberry.ID | None = strawberry.field(default=None, description="Who; anybody unless given.")
    category_id: strawberry.ID | None = strawberry.field(
        default=None, description="With which project category; with any unless given."
    )
    number: str | None = strawberry.field(default=None, description=NUMBER)

    def command(self) -> operations.CreateProjectValidation:
        """The command this asks for."""
        return operations.CreateProjectValidation(
            project_id=key_of(self.project_id, "prj", "project", "projectId"),
            worker_id=optional_key(self.worker_id, "wrk", "worker", "workerId"),
            category_id=optional_key(self.category_id, "pca", "project category", "categoryId"),
            number=self.number,
        )


@strawberry.input(description="Which validation to take back.")
class DeleteProjectValidationInput(MutationInput):
    """For `deleteProjectValidation`."""

    validation_id: strawberry.ID = strawberry.field(description="Which validation.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.DeleteProjectValidation:
        """The command this asks for."""
        return operations.DeleteProjectValidation(
            validation_id=key_of(self.validation_id, "pvl", "project validation", "validationId"),
            expected_version=self.expected_version,
        )


@strawberry.type
class ChargingQueries:
    """Reading ledger accounts, journals and prices."""

    ledger_accounts = listing(LedgerAccount, RecordFilter, RecordOrder.NUMBER_ASC, "Ledger accounts.")
    journals = listing(Journal, RecordFilter, RecordOrder.NUMBER_ASC, "Journals.")
    project_prices = listing(ProjectPrice, ProjectPriceFilter, ProjectPriceOrder.NUMBER_ASC, "Prices.")


@strawberry.type
class ChargingMutations:
    """Changing ledger accounts, journals, prices and validation."""

    create_ledger_account = mutation(
        operations.create_ledger_account,
        CreateLedgerAccountInput,
        "Creates a ledger account.",
        ledger_account=LedgerAccount,
    )
    change_ledger_account = mutation(
        operations.change_ledger_account,
        ChangeLedgerAccountInput,
        "Changes a ledger account.",
        ledger_account=LedgerAccount,
    )
    delete_ledger_account = deletion(
        operations.delete_ledger_account,
        DeleteLedgerAccountInput,
        "Deletes a ledger account that is not in use.",
        LedgerAccount,
    )
    create_journal = mutation(operations.create_journal, CreateJournalInput, "Creates a journal.", journal=Journal)
    change_journal = mutation(operations.change_journal, ChangeJournalInput, "Changes a journal.", journal=Journal)
    delete_journal = deletion(
        operations.delete_journal, DeleteJournalInput, "Deletes a journal that is not in use.", Journal
    )
    create_project_price = mutation(
        operations.create_project_price, CreateProjectPriceInput, "Creates a price.", project_price=ProjectPrice
    )
    change_project_price = mutation(
        operations.change_project_price,
        ChangeProjectPriceInput,
        "Changes a price. What is posted stays as it was posted.",
        project_price=ProjectPrice,
    )
    delete_project_price = deletion(
        operations.delete_project_price, DeleteProjectPriceInput, "Deletes a price.", ProjectPrice
    )
    create_project_validation = mutation(
        operations.create_project_validation,
        CreateProjectValidationInput,
        "Allows a worker or a project category on a project. Once one is allowed, others are not.",
        project_validation=ProjectValidation,
    )
    delete_project_validation = deletion(
        operations.delete_project_validation,
        DeleteProjectValidationInput,
        "Takes back that a worker or a project category is allowed on a project.",
        ProjectValidation,
    )
