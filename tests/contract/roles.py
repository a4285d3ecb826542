"""Who may ask for what: the one place where it is decided for each field. `make roles` prints it.

A new query, mutation or live field needs one line here, in alphabetical order, and so does a new type of entity; then
`make roles` (`python -m tests.contract.roles`) writes `docs/roles.md` anew. `test_roles.py` holds every line against
the running rules.
"""

from collections.abc import Callable
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "roles.md"

# One letter for each role that may; `N` is nobody, whoever has not signed in.
LETTERS = {
    "M": "Service manager",
    "D": "Dispatcher",
    "T": "Technician",
    "C": "Customer",
    "I": "Integration",
    "N": "Not signed in",
}

QUERIES = {
    "activityPhases": "MDTI",
    "activityTypes": "MDTI",
    "addresses": "MDTCI",
    "agreementGroups": "MDTI",
    "apiTokens": "M",
    "auditTrail": "M",
    "calendar": "MDTI",
    "calendarFeeds": "MDTC",
    "calendars": "MDTI",
    "checkActivityMove": "MDTI",
    "contacts": "MDTCI",
    "customer": "MDTCI",
    "customers": "MDTCI",
    "dispatchBoard": "MDTI",
    "dispatchTeam": "MDTI",
    "dispatchTeams": "MDTI",
    "documentLink": "MDTCI",
    "events": "MI",
    "item": "MDTI",
    "itemRequirements": "MDTI",
    "items": "MDTI",
    "journalPostings": "MDTI",
    "journals": "MDTI",
    "ledgerAccounts": "MDTI",
    "lineProperties": "MDTI",
    "marginReport": "M",
    "node": "MDTCI",
    "nodes": "MDTCI",
    "numberSequences": "MDTI",
    "planningRuns": "MDTI",
    "project": "MDTCI",
    "projectCategories": "MDTI",
    "projectGroups": "MDTI",
    "projectPrices": "MDTI",
    "projectTransactions": "M",
    "projects": "MDTCI",
    "serviceActivities": "MDTCI",
    "serviceActivity": "MDTCI",
    "serviceAgreement": "MDTCI",
    "serviceAgreements": "MDTCI",
    "serviceIntervals": "MDTI",
    "serviceLevels": "MDTI",
    "serviceManagementParameters": "MDTCI",
    "serviceObject": "MDTI",
    "serviceObjectGroups": "MDTI",
    "serviceObjects": "MDTI",
    "serviceOrder": "MDTCI",
    "serviceOrders": "MDTCI",
    "serviceTasks": "MDTI",
    "slaCompliance": "MDI",
    "stageReasonCodes": "MDTI",
    "stages": "MDTI",
    "templateGroups": "MDTI",
    "templateTree": "MDTI",
    "timeWindows": "MDTI",
    "users": "M",
    "viewer": "MDTCI",
    "webhook": "MDTCI",
    "webhookDeliveries": "M",
    "webhooks": "M",
    "worker": "MDTI",
    "workers": "MDTI",
}

MUTATIONS = {
    "addAgreementObject": "M",
    "addAgreementTask": "M",
    "addOrderObject": "MDI",
    "addOrderTask": "MDI",
    "addServiceAgreementLine": "M",
    "addServiceOrderLine": "MDI",
    "addStageReason": "MDI",
    "applyBoardChanges": "MDTI",
    "assignActivity": "MDTI",
    "cancelServiceOrder": "MDI",
    "cancelServiceOrderLine": "MDI",
    "cancelServiceOrders": "MDI",
    "cancelSla": "MDI",
    "changeActivityPhase": "M",
    "changeActivityType": "M",
    "changeAddress": "MDI",
    "changeAgreementGroup": "M",
    "changeAgreementTask": "M",
    "changeCalendar": "M",
    "changeContact": "MDI",
    "changeCustomer": "MDI",
    "changeDispatchTeam": "M",
    "changeItem": "M",
    "changeJournal": "M",
    "changeLedgerAccount": "M",
    "changeLineProperty": "M",
    "changeNumberSequence": "M",
    "changeOrderTask": "MDI",
    "changeProject": "M",
    "changeProjectCategory": "M",
    "changeProjectGroup": "M",
    "changeProjectPrice": "M",
    "changeServiceActivity": "MDI",
    "changeServiceAgreement": "M",
    "changeServiceAgreementLine": "M",
    "changeServiceInterval": "M",
    "changeServiceLevel": "M",
    "changeServiceManagementParameters": "M",
    "changeServiceObject": "M",
    "changeServiceObjectGroup": "M",
    "changeServiceOrder": "MDI",
    "changeServiceOrderLine": "MDI",
    "changeServiceTask": "M",
    "changeStage": "M",
    "changeStageReasonCode": "M",
    "changeTemplateGroup": "M",
    "changeTimeWindow": "M",
    "changeUser": "M",
    "changeWebhook": "M",
    "changeWorker": "M",
    "closeActivity": "MDTI",
    "copyLinesToServiceOrder": "MDI",
    "copyServiceAgreementLines": "M",
    "createActivityPhase": "M",
    "createActivityType": "M",
    "createAddress": "MDI",
    "createAgreementGroup": "M",
    "createApiToken": "M",
    "createCalendar": "M",
    "createCalendarFeed": "MDTC",
    "createContact": "MDI",
    "createCustomer": "MDI",
    "createDispatchTeam": "M",
    "createItem": "M",
    "createItemRequirement": "MDI",
    "createJournal": "M",
    "createLedgerAccount": "M",
    "createLineProperty": "M",
    "createPlannedServiceOrders": "MDI",
    "createProject": "M",
    "createProjectCategory": "M",
    "createProjectGroup": "M",
    "createProjectPrice": "M",
    "createProjectValidation": "M",
    "createServiceActivity": "MDI",
    "createServiceAgreement": "M",
    "createServiceInterval": "M",
    "createServiceLevel": "M",
    "createServiceObject": "M",
    "createServiceObjectGroup": "M",
    "createServiceOrder": "MDI",
    "createServiceTask": "M",
    "createStage": "M",
    "createStageReasonCode": "M",
    "createTemplateGroup": "M",
    "createTimeWindow": "M",
    "createUser": "M",
    "createWebOrder": "MTCI",
    "createWebhook": "M",
    "createWorker": "M",
    "deleteActivityPhase": "M",
    "deleteAgreementGroup": "M",
    "deleteAgreementObject": "M",
    "deleteAgreementTask": "M",
    "deleteCalendar": "M",
    "deleteDispatchTeam": "M",
    "deleteItemRequirement": "MDI",
    "deleteJournal": "M",
    "deleteLedgerAccount": "M",
    "deleteLineProperty": "M",
    "deleteOrderObject": "MDI",
    "deleteOrderTask": "MDI",
    "deleteProject": "M",
    "deleteProjectCategory": "M",
    "deleteProjectGroup": "M",
    "deleteProjectPrice": "M",
    "deleteProjectValidation": "M",
    "deleteServiceAgreement": "M",
    "deleteServiceAgreementLine": "M",
    "deleteServiceInterval": "M",
    "deleteServiceLevel": "M",
    "deleteServiceObject": "M",
    "deleteServiceObjectGroup": "M",
    "deleteServiceOrder": "MDI",
    "deleteServiceOrderLine": "MDI",
    "deleteServiceOrders": "MDI",
    "deleteServiceTask": "M",
    "deleteStage": "M",
    "deleteStageReason": "MDI",
    "deleteStageReasonCode": "M",
    "deleteTemplateGroup": "M",
    "deleteTimeWindow": "M",
    "deleteWebhook": "M",
    "deliverItemRequirement": "MDI",
    "dispatchActivity": "DI",
    "endApiToken": "M",
    "endCalendarFeed": "MDTC",
    "moveServiceOrderLines": "MDI",
    "moveServiceOrderToNextStage": "MDI",
    "moveServiceOrderToPreviousStage": "MDI",
    "postServiceOrder": "M",
    "postServiceOrderLine": "M",
    "postServiceOrders": "M",
    "recordInvoice": "MI",
    "refreshSession": "MDTCIN",
    "renewWebhookSecret": "M",
    "replayWebhook": "M",
    "resumeServiceAgreement": "M",
    "retryWebhookDelivery": "M",
    "revokeServiceOrderCancellation": "MDI",
    "revokeServiceOrderCancellations": "MDI",
    "revokeServiceOrderLineCancellation": "MDI",
    "setActivityPriority": "DI",
    "setTeamMember": "M",
    "signIn": "MDTCIN",
    "signOffServiceOrder": "MDI",
    "signOffServiceOrderLine": "MDI",
    "signOut": "MDTCI",
    "startPlanningRun": "MDI",
    "startServiceAgreementLines": "M",
    "startSlaTime": "MDI",
    "stopPlanningRun": "MDI",
    "stopServiceAgreementLines": "M",
    "stopSlaTime": "MDI",
    "suspendServiceAgreement": "M",
    "transferWebOrder": "MDI",
    "unassignActivity": "DI",
    "undoBoardChange": "MDTI",
}

LIVE = {
    "dispatchBoard": "MDTI",
    "serviceActivityChanged": "MDTCI",
    "serviceLevelAtRisk": "MDI",
    "serviceOrderChanged": "MDTCI",
}

# Of which entities a role sees rows: a capital for all of them, a small letter for its own only.
TYPES = {
    "ActivityPhase": "MDTI",
    "ActivityType": "MDTI",
    "Address": "MDTcI",
    "AgreementGroup": "MDTI",
    "ApiToken": "Mdtci",
    "AuditEntry": "MI",
    "Calendar": "MDTI",
    "CalendarFeed": "MDtc",
    "CalendarHoliday": "MDTI",
    "CalendarHours": "MDTI",
    "Contact": "MDTcI",
    "Customer": "MDTcI",
    "DispatchTeam": "MDTI",
    "Item": "MDTI",
    "ItemRequirement": "MDtI",
    "Journal": "MDTI",
    "JournalPosting": "MDTI",
    "LedgerAccount": "MDTI",
    "LineProperty": "MDTI",
    "NumberSequence": "MDTI",
    "PlanningRun": "MDTI",
    "Project": "MDTcI",
    "ProjectCategory": "MDTI",
    "ProjectGroup": "MDTI",
    "ProjectPrice": "MDTI",
    "ProjectTransaction": "M",
    "ProjectValidation": "MDTI",
    "RecordedTime": "MDTI",
    "ServiceActivity": "MDtcI",
    "ServiceAgreement": "MDTcI",
    "ServiceAgreementLine": "MDTI",
    "ServiceInterval": "MDTI",
    "ServiceLevel": "MDTI",
    "ServiceManagementParameters": "MDTCI",
    "ServiceObject": "MDTI",
    "ServiceObjectGroup": "MDTI",
    "ServiceObjectRelation": "MDTI",
    "ServiceOrder": "MDtcI",
    "ServiceOrderLine": "MDtcI",
    "ServiceOrderSla": "MDtcI",
    "ServiceTask": "MDTI",
    "ServiceTaskRelation": "MDTcI",
    "Stage": "MDTI",
    "StageReason": "MDtI",
    "StageReasonCode": "MDTI",
    "TemplateGroup": "MDTI",
    "TimeWindow": "MDTI",
    "User": "Mdtci",
    "Webhook": "M",
    "WebhookDelivery": "M",
    "Worker": "MDTI",
}

# Of what customers may see, the fields whose names speak of notes or money: whether they are `SHOWN` to them or `NULL`.
CUSTOMERS_SEE = {
    "ServiceOrderLine.costPrice": "NULL",
    "ServiceOrderLine.salesPrice": "NULL",
    "ServiceOrderLine.salesPriceModified": "NULL",
    "ServiceTaskRelation.externalNote": "SHOWN",
    "ServiceTaskRelation.internalNote": "NULL",
}

# By what customers may filter the lists they may ask for, where it speaks of other things or of states: `YES`, `OWN`
# for what of it is theirs, or `FORBIDDEN`, because the answer would tell what they do not see.
CUSTOMERS_FILTER = {
    "CalendarFeedFilter.customerId": "YES",
    "CalendarFeedFilter.workerId": "YES",
    "ProjectFilter.customerIds": "YES",
    "ProjectFilter.type": "YES",
    "ServiceActivityFilter.orderIds": "YES",
    "ServiceActivityFilter.priority": "YES",
    "ServiceActivityFilter.typeIds": "FORBIDDEN",
    "ServiceActivityFilter.workerIds": "FORBIDDEN",
    "ServiceAgreementFilter.customerIds": "YES",
    "ServiceAgreementFilter.groupIds": "FORBIDDEN",
    "ServiceAgreementFilter.projectIds": "YES",
    "ServiceOrderFilter.agreementIds": "OWN",
    "ServiceOrderFilter.customerIds": "YES",
    "ServiceOrderFilter.origin": "YES",
    "ServiceOrderFilter.priority": "YES",
    "ServiceOrderFilter.progress": "YES",
    "ServiceOrderFilter.projectIds": "OWN",
    "ServiceOrderFilter.slaRisk": "FORBIDDEN",
    "ServiceOrderFilter.slaStatus": "YES",
    "ServiceOrderFilter.stageIds": "FORBIDDEN",
}

_INTRODUCTION = """# Roles

Who may ask for what. This page is printed from `tests/contract/roles.py`, and a test holds every line of it against the
running rules; a new field fails that test until it is decided there.

What a role may not ask for is answered with FORBIDDEN, without a sign-in with UNAUTHENTICATED. What it may ask for it
gets of the rows it may see (the last table): others are not there for it, by `node`, in lists, counts or events.
A selection that reaches a type a customer sees nothing of is FORBIDDEN for customers as a whole.

Who may ask for `assignActivity` and `applyBoardChanges` moves and closes the activities they see; giving them to
another worker, dispatching them and making them more urgent is for dispatchers and integrations. An API token may what
integrations may, as far as its [scopes](integrate.md#signing-in) grant it.
"""

_ROWS = """
all: every row · own: a customer's are its own orders, agreements, projects and addresses; a technician's are their own
activities, and the orders with an activity or a line of theirs or that they answer for, with what hangs on these; of
users and tokens, oneself
"""


def page() -> str:
    """`docs/roles.md` as the tables have it."""
    tables = [
        _table("Query", QUERIES, _may),
        _table("Mutation", MUTATIONS, _may),
        _table("Live field", LIVE, _may),
        _table("Rows of", TYPES, _sees) + _ROWS,
    ]
    notes = [f"- `{name}`: {'shown' if shown == 'SHOWN' else 'null'}" for name, shown in sorted(CUSTOMERS_SEE.items())]
    said = "\n## Notes and money, for customers\n" + "\n".join(notes) + "\n"
    filters = [f"- `{name}`: {_FILTERED[how]}" for name, how in sorted(CUSTOMERS_FILTER.items())]
    return "\n".join([_INTRODUCTION, *tables]) + said + "\n## Filters, for customers\n" + "\n".join(filters) + "\n"


_FILTERED = {"YES": "yes", "OWN": "as far as theirs", "FORBIDDEN": "no"}


def _table(what: str, decided: dict[str, str], cell: Callable[[str, str], str]) -> str:
    head = f"| {what} | {' | '.join(LETTERS.values())} |\n|---|{'---|' * len(LETTERS)}\n"
    rows = (
        f"| `{name}` | {' | '.join(cell(letter, letters) for letter in LETTERS)} |\n"
        for name, letters in sorted(decided.items())
    )
    return head + "".join(rows)


def _may(letter: str, letters: str) -> str:
    return "yes" if letter in letters else "no"


def _sees(letter: str, letters: str) -> str:
    return "all" if letter in letters else "own" if letter.lower() in letters else "no"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
