"""Changes of project categories, line properties, ledger accounts and journals."""

from dataclasses import dataclass

from domain.core.actor import Permission
from domain.core.checks import check_text
from domain.core.keep import KEEP, Keep, chosen
from domain.core.operation import Work, check_version, operation
from domain.core.removal import removed
from domain.core.rows import locked
from domain.numbering import named
from domain.projects import rules
from domain.projects.models import Journal, LedgerAccount, LineProperty, ProjectCategory
from domain.projects.rules import TransactionType


@dataclass(frozen=True, slots=True)
class CreateProjectCategory:
    """A new kind of hours, expense, item or fee; without a number it draws one."""

    name: str
    transaction_type: TransactionType
    number: str | None = None
    active_in_journals: bool = True


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_project_category(work: Work, command: CreateProjectCategory) -> int:
    """Create a project category.

    Raises:
        Refused: INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.
    """
    kind = {"transaction_type": command.transaction_type, "active_in_journals": command.active_in_journals}
    return await named.made(work, ProjectCategory, command.name, command.number, **kind)


@dataclass(frozen=True, slots=True)
class ChangeProjectCategory:
    """What is to be different about a project category. Its transaction type stays: lines of that type use it."""

    category_id: int
    name: str | Keep = KEEP
    active_in_journals: bool | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_project_category(work: Work, command: ChangeProjectCategory) -> int:
    """Change a project category.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.
    """
    category = await locked(ProjectCategory, command.category_id, "project category", "categoryId")
    await check_version(category, command.expected_version)
    await work.change(
        category,
        "project_category_changed",
        name=check_text(chosen(command.name, category.name), "name"),
        active_in_journals=chosen(command.active_in_journals, category.active_in_journals),
    )
    return category.id


@dataclass(frozen=True, slots=True)
class DeleteProjectCategory:
    """Which project category goes."""

    category_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_project_category(work: Work, command: DeleteProjectCategory) -> int:
    """Delete a project category that neither a line nor a price nor a validation names.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, IN_USE.
    """
    return await removed(
        work,
        ProjectCategory,
        command.category_id,
        "project category",
        "categoryId",
        expected_version=command.expected_version,
    )


# --- line properties -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateLineProperty:
    """A new way to charge lines; without a number it draws one."""

    name: str
    number: str | None = None
    chargeable_percent: int = rules.FULLY


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_line_property(work: Work, command: CreateLineProperty) -> int:
    """Create a line property.

    Raises:
        Refused: INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 2.
    """
    percent = rules.check_percent(command.chargeable_percent)
    return await named.made(work, LineProperty, command.name, command.number, chargeable_percent=percent)


@dataclass(frozen=True, slots=True)
class ChangeLineProperty:
    """What is to be different about a line property."""

    line_property_id: int
    name: str | Keep = KEEP
    chargeable_percent: int | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_line_property(work: Work, command: ChangeLineProperty) -> int:
    """Change a line property; what is posted already stays as it was charged.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.
    """
    row = await locked(LineProperty, command.line_property_id, "line property", "linePropertyId")
    await check_version(row, command.expected_version)
    await work.change(
        row,
        "line_property_changed",
        name=check_text(chosen(command.name, row.name), "name"),
        chargeable_percent=rules.check_percent(chosen(command.chargeable_percent, row.chargeable_percent)),
    )
    return row.id


@dataclass(frozen=True, slots=True)
class DeleteLineProperty:
    """Which line property goes."""

    line_property_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_line_property(work: Work, command: DeleteLineProperty) -> int:
    """Delete a line property that no line has.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, IN_USE.
    """
    return await removed(
        work,
        LineProperty,
        command.line_property_id,
        "line property",
        "linePropertyId",
        expected_version=command.expected_version,
    )


# --- ledger accounts -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateLedgerAccount:
    """A new account, with the number that the ledger has for it; without one it draws one."""

    name: str
    number: str | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_ledger_account(work: Work, command: CreateLedgerAccount) -> int:
    """Create a ledger account.

    Raises:
        Refused: INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 2.
    """
    return await named.made(work, LedgerAccount, command.name, command.number)


@dataclass(frozen=True, slots=True)
class ChangeLedgerAccount:
    """What is to be different about a ledger account."""

    account_id: int
    name: str | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_ledger_account(work: Work, command: ChangeLedgerAccount) -> int:
    """Change a ledger account.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.
    """
    which = (command.account_id, "ledger account", "accountId")
    return await named.renamed(work, LedgerAccount, *which, command.name, expected_version=command.expected_version)


@dataclass(frozen=True, slots=True)
class DeleteLedgerAccount:
    """Which ledger account goes."""

    account_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_ledger_account(work: Work, command: DeleteLedgerAccount) -> int:
    """Delete an account that neither a project nor a line names, and that nothing was posted to.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, IN_USE.
    """
    return await removed(
        work,
        LedgerAccount,
        command.account_id,
        "ledger account",
        "accountId",
        expected_version=command.expected_version,
    )


# --- journals --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateJournal:
    """A new journal for lines of one type; without a number it draws one."""

    name: str
    transaction_type: TransactionType
    number: str | None = None
    show_start_end_time: bool = False


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_journal(work: Work, command: CreateJournal) -> int:
    """Create a journal.

    Raises:
        Refused: INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 1.1, 2.
    """
    rules.check_journal(command.transaction_type, show_start_end_time=command.show_start_end_time)
    kind = {"transaction_type": command.transaction_type, "show_start_end_time": command.show_start_end_time}
    return await named.made(work, Journal, command.name, command.number, **kind)


@dataclass(frozen=True, slots=True)
class ChangeJournal:
    """What is to be different about a journal. Its transaction type stays: it holds lines of that type."""

    journal_id: int
    name: str | Keep = KEEP
    show_start_end_time: bool | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_journal(work: Work, command: ChangeJournal) -> int:
    """Change a journal.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.
    """
    journal = await locked(Journal, command.journal_id, "journal", "journalId")
    await check_version(journal, command.expected_version)
    shown = chosen(command.show_start_end_time, journal.show_start_end_time)
    rules.check_journal(journal.transaction_type, show_start_end_time=shown)
    name = check_text(chosen(command.name, journal.name), "name")
    await work.change(journal, "journal_changed", name=name, show_start_end_time=shown)
    return journal.id


@dataclass(frozen=True, slots=True)
class DeleteJournal:
    """Which journal goes."""

    journal_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_journal(work: Work, command: DeleteJournal) -> int:
    """Delete a journal that is empty and that the company's settings do not name.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, IN_USE.
    """
    return await removed(
        work, Journal, command.journal_id, "journal", "journalId", expected_version=command.expected_version
    )
