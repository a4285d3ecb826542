"""Changes of what projects are charged with: groups, ledger accounts, journals, prices, validation."""

from datetime import date

from domain.numbering.operations import SEQUENCES
from domain.projects.models import LedgerAccount, ProjectGroup
from tests.api.changes.agreements import record
from tests.api.changes.table import Told, change
from tests.builders import agreed, rows


async def _group_in_use(group: ProjectGroup) -> object:
    return await rows.a_project(group_id=group.id)


record("projectGroup", "pgr", "project_group", "groupId", rows.a_project_group, _group_in_use)


async def _account_in_use(account: LedgerAccount) -> object:
    return await rows.a_project(expense_offset_account_id=account.id)


record("ledgerAccount", "acc", "ledger_account", "accountId", rows.a_ledger_account, _account_in_use)


@change("deleteProject", "deletedId")
async def _() -> Told:
    idle, used = await rows.a_project(), await rows.a_project()
    await rows.an_order(project_id=used.id)
    return Told(
        given={"projectId": f"prj_{idle.id}"},
        gives={"deletedId": f"prj_{idle.id}"},
        wrong={"projectId": f"prj_{used.id}"},
        code="IN_USE",
        path=("projectId",),
    )


@change("deleteProjectCategory", "deletedId")
async def _() -> Told:
    idle, used = await rows.a_project_category(), await rows.a_project_category()
    await agreed.an_agreement_line(category_id=used.id)
    return Told(
        given={"categoryId": f"pca_{idle.id}"},
        gives={"deletedId": f"pca_{idle.id}"},
        wrong={"categoryId": f"pca_{used.id}"},
        code="IN_USE",
        path=("categoryId",),
    )


@change("createJournal", "journal { number name transactionType showStartEndTime }")
async def _() -> Told:
    await rows.number_sequences("journal")
    given = {"name": "Hours", "transactionType": "HOUR", "showStartEndTime": True}
    return Told(
        given=given,
        gives={"journal": {"number": f"{SEQUENCES['journal']}10001"} | given},
        wrong={"transactionType": "FEE"},
        code="INVALID",
        path=("showStartEndTime",),
    )


@change("changeJournal", "journal { name showStartEndTime version }")
async def _() -> Told:
    journal = await rows.a_journal()
    return Told(
        given={"journalId": f"jrn_{journal.id}", "showStartEndTime": True},
        gives={"journal": {"name": "Hours", "showStartEndTime": True, "version": 2}},
        wrong={"journalId": "jrn_404"},
        code="NOT_FOUND",
        path=("journalId",),
    )


@change("deleteJournal", "deletedId")
async def _() -> Told:
    idle, used = await rows.a_journal(), await rows.a_journal()
    await rows.the_parameters(journal_hour_id=used.id)
    return Told(
        given={"journalId": f"jrn_{idle.id}"},
        gives={"deletedId": f"jrn_{idle.id}"},
        wrong={"journalId": f"jrn_{used.id}"},
        code="IN_USE",
        path=("journalId",),
    )


@change(
    "createProjectPrice",
    "projectPrice { number transactionType startsOn currency category { id } worker { id } item { id }"
    " costPrice { amount currency } salesPrice { amount currency } }",
)
async def _() -> Told:
    await rows.number_sequences("project_price")
    await rows.the_parameters(currency="SEK")
    category = f"pca_{(await rows.a_project_category()).id}"
    return Told(
        given={"transactionType": "HOUR", "startsOn": "2026-01-01", "salesPrice": "695.5", "categoryId": category},
        gives={
            "projectPrice": {
                "number": f"{SEQUENCES['project_price']}10001",
                "transactionType": "HOUR",
                "startsOn": "2026-01-01",
                "currency": "SEK",
                "category": {"id": category},
                "worker": None,
                "item": None,
                "costPrice": None,
                "salesPrice": {"amount": "695.50", "currency": "SEK"},
            }
        },
        wrong={"salesPrice": "695.505"},
        code="INVALID",
        path=("salesPrice",),
    )


@change("changeProjectPrice", "projectPrice { startsOn costPrice { amount } salesPrice { amount } version }")
async def _() -> Told:
    price = await rows.a_price()
    other = await rows.a_price(starts_on=date(2026, 7, 1))
    return Told(
        given={"priceId": f"pri_{price.id}", "costPrice": "420", "salesPrice": None},
        gives={
            "projectPrice": {
                "startsOn": "2026-01-01",
                "costPrice": {"amount": "420.00"},
                "salesPrice": None,
                "version": 2,
            }
        },
        wrong={"startsOn": f"{other.starts_on}"},
        code="ALREADY_EXISTS",
        path=("startsOn",),
    )


@change("deleteProjectPrice", "deletedId")
async def _() -> Told:
    price = await rows.a_price()
    return Told(
        given={"priceId": f"pri_{price.id}"},
        gives={"deletedId": f"pri_{price.id}"},
        wrong={"expectedVersion": 2},
        code="VERSION_CONFLICT",
        path=("expectedVersion",),
    )


@change("createProjectValidation", "projectValidation { number project { id } worker { id } category { id } }")
async def _() -> Told:
    await rows.number_sequences("project_validation")
    project, worker = f"prj_{(await rows.a_project()).id}", f"wrk_{(await rows.a_worker()).id}"
    return Told(
        given={"projectId": project, "workerId": worker},
        gives={
            "projectValidation": {
                "number": f"{SEQUENCES['project_validation']}10001",
                "project": {"id": project},
                "worker": {"id": worker},
                "category": None,
            }
        },
        wrong={"workerId": None},
        code="INVALID",
        path=("workerId",),
    )


@change("deleteProjectValidation", "deletedId")
async def _() -> Told:
    validation = await rows.a_validation(await rows.a_project(), worker_id=(await rows.a_worker()).id)
    return Told(
        given={"validationId": f"pvl_{validation.id}"},
        gives={"deletedId": f"pvl_{validation.id}"},
        wrong={"validationId": "pvl_404"},
        code="NOT_FOUND",
        path=("validationId",),
    )
