"""Changes of service objects, service agreements, and what both are set up with."""

from collections.abc import Awaitable, Callable
from typing import Any

from domain.core.actor import Role
from domain.numbering.operations import SEQUENCES
from tests.api.changes.table import Told, change
from tests.builders import agreed, rows

# --- what has a number and a name ------------------------------------------------------------------------------------


def record(
    word: str, prefix: str, sequence: str, key: str, make: Callable[..., Awaitable[Any]], use: Any, **more: Any
) -> None:
    """Put creating, changing and deleting a record in the table; `use` makes one that cannot be deleted."""
    verb = word[0].upper() + word[1:]

    @change(f"create{verb}", f"{word} {{ number name version }}")
    async def _() -> Told:
        await rows.number_sequences(sequence)
        given = {name: f"sog_{(await agreed.a_service_object_group()).id}" for name in more if name == "groupId"}
        return Told(
            given={"name": " North "} | more | given,
            gives={word: {"number": _first(sequence), "name": "North", "version": 1}},
            wrong={"name": ""},
            code="INVALID",
            path=("name",),
        )

    @change(f"change{verb}", f"{word} {{ name version }}")
    async def _() -> Told:
        made = await make()
        return Told(
            given={key: f"{prefix}_{made.id}", "name": "South"},
            gives={word: {"name": "South", "version": 2}},
            wrong={"expectedVersion": 2},
            code="VERSION_CONFLICT",
            path=("expectedVersion",),
        )

    @change(f"delete{verb}", "deletedId")
    async def _() -> Told:
        idle, used = await make(), await make()
        await use(used)
        return Told(
            given={key: f"{prefix}_{idle.id}"},
            gives={"deletedId": f"{prefix}_{idle.id}"},
            wrong={key: f"{prefix}_{used.id}"},
            code="IN_USE",
            path=(key,),
        )


def _first(sequence: str) -> str:
    return f"{SEQUENCES[sequence]}10001"


def _line_with(column: str) -> Callable[[Any], Awaitable[Any]]:
    async def use(row: Any) -> Any:
        return await agreed.an_agreement_line(**{column: row.id})

    return use


record("lineProperty", "lpr", "line_property", "linePropertyId", agreed.a_line_property, _line_with("line_property_id"))
record(
    "serviceObjectGroup",
    "sog",
    "service_object_group",
    "groupId",
    agreed.a_service_object_group,
    lambda row: agreed.a_service_object(group_id=row.id),
)
record(
    "serviceObject",
    "obj",
    "service_object",
    "objectId",
    agreed.a_service_object,
    lambda row: agreed.a_related_object(None, row),
    groupId="",
)
record(
    "serviceLevel",
    "sla",
    "service_level",
    "slaId",
    agreed.a_service_level,
    lambda row: agreed.an_agreement_group(sla_id=row.id),
    days=1,
    hours=4,
)
record(
    "agreementGroup",
    "agg",
    "agreement_group",
    "groupId",
    agreed.an_agreement_group,
    lambda row: agreed.an_agreement(group_id=row.id),
)
record(
    "templateGroup",
    "tpg",
    "template_group",
    "groupId",
    agreed.a_template_group,
    lambda row: agreed.a_template_group(parent_id=row.id),
)
record(
    "serviceInterval",
    "ivl",
    "service_interval",
    "intervalId",
    agreed.a_service_interval,
    _line_with("interval_id"),
    range="WEEKLY",
    frequency=2,
)
record(
    "timeWindow", "twn", "time_window", "windowId", agreed.a_time_window, _line_with("time_window_id"), method="MONTH"
)


@change("deleteServiceTask", "deletedId")
async def _() -> Told:
    idle, used = await rows.a_service_task(), await rows.a_service_task()
    await agreed.a_related_task(None, used)
    return Told(
        given={"taskId": f"tsk_{idle.id}"},
        gives={"deletedId": f"tsk_{idle.id}"},
        wrong={"taskId": f"tsk_{used.id}"},
        code="IN_USE",
        path=("taskId",),
    )


# --- agreements ------------------------------------------------------------------------------------------------------


@change(
    "createServiceAgreement",
    "serviceAgreement { number startsOn endsOn suspended template combineBy group { id } project { id } lines { id } }",
)
async def _() -> Told:
    await rows.number_sequences("service_agreement")
    group, project, time = await agreed.an_agreement_group(), await rows.a_project(), await rows.a_project(type="TIME")
    return Told(
        given={"projectId": f"prj_{project.id}", "startsOn": "2026-01-01", "groupId": f"agg_{group.id}"},
        gives={
            "serviceAgreement": {
                "number": "SA-10001",
                "startsOn": "2026-01-01",
                "endsOn": None,
                "suspended": False,
                "template": False,
                "combineBy": "BY_SERVICE_AGREEMENT",
                "group": {"id": f"agg_{group.id}"},
                "project": {"id": f"prj_{project.id}"},
                "lines": [],
            }
        },
        wrong={"projectId": f"prj_{time.id}"},
        code="PROJECT_TYPE_NOT_ALLOWED",
        path=("projectId",),
    )


@change("changeServiceAgreement", "serviceAgreement { description endsOn template activityType { name } version }")
async def _() -> Told:
    agreement, kind = await agreed.an_agreement(), await rows.an_activity_type()
    return Told(
        given={"agreementId": f"sa_{agreement.id}", "endsOn": None, "activityTypeId": f"aty_{kind.id}"},
        gives={
            "serviceAgreement": {
                "description": "Two lifts",
                "endsOn": None,
                "template": False,
                "activityType": {"name": "Repair visit"},
                "version": 2,
            }
        },
        wrong={"endsOn": "2025-12-31"},
        code="INVALID",
        path=("endsOn",),
    )


@change("deleteServiceAgreement", "deletedId")
async def _() -> Told:
    idle, used = await agreed.an_agreement(), await agreed.an_agreement()
    await rows.an_order(agreement_id=used.id)
    relation = await agreed.a_related_object(idle)
    await agreed.an_agreement_line(idle, object_relation_id=relation.id)
    return Told(
        given={"agreementId": f"sa_{idle.id}"},
        gives={"deletedId": f"sa_{idle.id}"},
        wrong={"agreementId": f"sa_{used.id}"},
        code="AGREEMENT_HAS_ORDERS",
        path=("agreementId",),
    )


@change("suspendServiceAgreement", "serviceAgreement { suspended version }")
async def _() -> Told:
    agreement = await agreed.an_agreement()
    return Told(
        given={"agreementId": f"sa_{agreement.id}"},
        gives={"serviceAgreement": {"suspended": True, "version": 2}},
        wrong={"expectedVersion": 2},
        code="VERSION_CONFLICT",
        path=("expectedVersion",),
    )


@change("resumeServiceAgreement", "serviceAgreement { suspended version }")
async def _() -> Told:
    agreement = await agreed.an_agreement(suspended=True)
    return Told(
        given={"agreementId": f"sa_{agreement.id}"},
        gives={"serviceAgreement": {"suspended": False, "version": 2}},
        wrong={"agreementId": "sa_404"},
        code="NOT_FOUND",
        path=("agreementId",),
    )


# --- lines -----------------------------------------------------------------------------------------------------------


@change(
    "addServiceAgreementLine",
    "line { lineNumber transactionType quantity startsOn currency serviceStartsAfter serviceEndsBefore "
    "objectRelation { object { name } } task { name } }",
)
async def _() -> Told:
    agreement, category = await agreed.an_agreement(), await rows.a_project_category()
    relation, task = await agreed.a_related_object(agreement), await agreed.a_related_task(agreement)
    foreign = await agreed.a_related_object()
    line = {
        "transactionType": "HOUR",
        "categoryId": f"pca_{category.id}",
        "linePropertyId": f"lpr_{(await agreed.a_line_property()).id}",
        "quantity": "1.5",
        "objectRelationId": f"rel_{relation.id}",
        "taskId": f"tsk_{task.task_id}",
        "serviceStartsAfter": "08:00",
        "serviceEndsBefore": "24:00",
    }
    return Told(
        given={"agreementId": f"sa_{agreement.id}", "line": line},
        gives={
            "line": {
                "lineNumber": 1,
                "transactionType": "HOUR",
                "quantity": "1.5000",
                "startsOn": "2026-01-01",
                "currency": "DKK",
                "serviceStartsAfter": "08:00",
                "serviceEndsBefore": "24:00",
                "objectRelation": {"object": {"name": "Lift 1"}},
                "task": {"name": "Inspection"},
            }
        },
        wrong={"line": line | {"objectRelationId": f"rel_{foreign.id}"}},
        code="OBJECT_NOT_RELATED",
        path=("line", "objectRelationId"),
    )


@change("changeServiceAgreementLine", "line { quantity interval { frequency } version }")
async def _() -> Told:
    line, interval, task = (
        await agreed.an_agreement_line(),
        await agreed.a_service_interval(),
        await rows.a_service_task(),
    )
    return Told(
        given={"lineId": f"sal_{line.id}", "quantity": "2", "intervalId": f"ivl_{interval.id}"},
        gives={"line": {"quantity": "2.0000", "interval": {"frequency": 1}, "version": 2}},
        wrong={"taskId": f"tsk_{task.id}"},
        code="TASK_NOT_RELATED",
        path=("taskId",),
    )


@change("deleteServiceAgreementLine", "deletedId")
async def _() -> Told:
    line = await agreed.an_agreement_line()
    return Told(
        given={"lineId": f"sal_{line.id}"},
        gives={"deletedId": f"sal_{line.id}"},
        wrong={"expectedVersion": 2},
        code="VERSION_CONFLICT",
        path=("expectedVersion",),
    )


@change("stopServiceAgreementLines", "lines { stopped version }")
async def _() -> Told:
    lines = [await agreed.an_agreement_line(), await agreed.an_agreement_line()]
    return Told(
        given={"lineIds": [f"sal_{line.id}" for line in lines]},
        gives={"lines": [{"stopped": True, "version": 2}] * 2},
        wrong={"lineIds": [f"sal_{lines[0].id}", "sal_404"]},
        code="NOT_FOUND",
        path=("lineIds", "1"),
    )


@change("startServiceAgreementLines", "lines { stopped version }")
async def _() -> Told:
    line = await agreed.an_agreement_line(stopped=True)
    return Told(
        given={"lineIds": [f"sal_{line.id}"]},
        gives={"lines": [{"stopped": False, "version": 2}]},
        wrong={"lineIds": []},
        code="INVALID",
        path=("lineIds",),
    )


@change("copyServiceAgreementLines", "lines { lineNumber startsOn project { id } task { name } }")
async def _() -> Told:
    target, template = await agreed.an_agreement(), await agreed.a_template(starts_on="2020-01-01")
    task = await agreed.a_related_task(template)
    line = await agreed.an_agreement_line(template, task_id=task.task_id)
    stopped = await agreed.an_agreement_line(stopped=True)
    return Told(
        given={"agreementId": f"sa_{target.id}", "lineIds": [f"sal_{line.id}"]},
        gives={
            "lines": [
                {
                    "lineNumber": 1,
                    "startsOn": "2026-01-01",
                    "project": {"id": f"prj_{target.project_id}"},
                    "task": {"name": "Inspection"},
                }
            ]
        },
        wrong={"lineIds": [f"sal_{line.id}", f"sal_{stopped.id}"]},
        code="LINE_STOPPED",
        path=("lineIds", "1"),
    )


@change("copyLinesToServiceOrder", "lines { lineNumber quantity task { name } }", Role.TECHNICIAN)
async def _() -> Told:
    stage, template = await rows.a_stage(), await agreed.a_template()
    order = await rows.an_order(stage_id=stage.id)
    task = await agreed.a_related_task(template)
    line = await agreed.an_agreement_line(template, task_id=task.task_id)
    stopped = await agreed.an_agreement_line(template, stopped=True)
    return Told(
        given={"orderId": f"so_{order.id}", "lineIds": [f"sal_{line.id}"]},
        gives={"lines": [{"lineNumber": 1, "quantity": "1.0000", "task": {"name": "Inspection"}}]},
        wrong={"lineIds": [f"sal_{line.id}", f"sal_{stopped.id}"]},
        code="LINE_STOPPED",
        path=("lineIds", "1"),
    )


# --- what agreements and orders are about ----------------------------------------------------------------------------


def related(owner: str, prefix: str, forbidden: Role, make: Callable[[], Awaitable[Any]], use: Any) -> None:
    """Put the changes of an owner's objects and tasks in the table; `use` makes a line of it."""
    key = f"{owner.lower()}Id"

    @change(f"add{owner}Object", "relation { number serialNumber object { name } }", forbidden)
    async def _() -> Told:
        await rows.number_sequences("service_object_relation")
        row, found = await make(), await agreed.a_service_object()
        there = await agreed.a_related_object(row)
        return Told(
            given={key: f"{prefix}_{row.id}", "objectId": f"obj_{found.id}", "serialNumber": "7"},
            gives={"relation": {"number": "REL-10001", "serialNumber": "7", "object": {"name": "Lift 1"}}},
            wrong={"objectId": f"obj_{there.object_id}", "serialNumber": None},
            code="ALREADY_EXISTS",
            path=("objectId",),
        )

    @change(f"delete{owner}Object", "deletedId", forbidden)
    async def _() -> Told:
        row = await make()
        free, used = await agreed.a_related_object(row), await agreed.a_related_object(row)
        await use(row, object_relation_id=used.id)
        return Told(
            given={"relationId": f"rel_{free.id}"},
            gives={"deletedId": f"rel_{free.id}"},
            wrong={"relationId": f"rel_{used.id}"},
            code="RELATION_IN_USE",
            path=("relationId",),
        )

    @change(f"add{owner}Task", "relation { taskName internalNote externalNote }", forbidden)
    async def _() -> Told:
        row, task = await make(), await rows.a_service_task()
        there = await agreed.a_related_task(row)
        return Told(
            given={key: f"{prefix}_{row.id}", "taskId": f"tsk_{task.id}", "internalNote": " Key at the reception "},
            gives={"relation": {"taskName": "Inspection", "internalNote": "Key at the reception", "externalNote": ""}},
            wrong={"taskId": f"tsk_{there.task_id}"},
            code="ALREADY_EXISTS",
            path=("taskId",),
        )

    @change(f"change{owner}Task", "relation { internalNote externalNote version }", forbidden)
    async def _() -> Told:
        relation = await agreed.a_related_task(await make(), internal_note="Dog")
        return Told(
            given={"relationId": f"trl_{relation.id}", "externalNote": "We call first"},
            gives={"relation": {"internalNote": "Dog", "externalNote": "We call first", "version": 2}},
            wrong={"internalNote": "x" * 1001},
            code="INVALID",
            path=("internalNote",),
        )

    @change(f"delete{owner}Task", "deletedId", forbidden)
    async def _() -> Told:
        row = await make()
        free, used = await agreed.a_related_task(row), await agreed.a_related_task(row)
        await use(row, task_id=used.task_id)
        return Told(
            given={"relationId": f"trl_{free.id}"},
            gives={"deletedId": f"trl_{free.id}"},
            wrong={"relationId": f"trl_{used.id}"},
            code="RELATION_IN_USE",
            path=("relationId",),
        )


related("Agreement", "sa", Role.DISPATCHER, agreed.an_agreement, agreed.an_agreement_line)
related("Order", "so", Role.TECHNICIAN, rows.an_order, rows.a_line)
