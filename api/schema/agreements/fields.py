"""Reading and changing service agreements, their lines and relations, and the tree of templates."""

from typing import Any

import strawberry
from tortoise.expressions import Q

from api.context import Context
from api.resolvers import records
from api.schema.agreements.inputs import (
    ChangeServiceAgreementInput,
    ChangeTemplateGroupInput,
    CreateServiceAgreementInput,
    CreateTemplateGroupInput,
    DeleteServiceAgreementInput,
    DeleteTemplateGroupInput,
    ResumeServiceAgreementInput,
    ServiceAgreementFilter,
    ServiceAgreementOrder,
    ServiceAgreementRef,
    SuspendServiceAgreementInput,
    TemplateGroupFilter,
)
from api.schema.agreements.lines import (
    AddServiceAgreementLineInput,
    ChangeServiceAgreementLineInput,
    CopyServiceAgreementLinesInput,
    DeleteServiceAgreementLineInput,
    StartServiceAgreementLinesInput,
    StopServiceAgreementLinesInput,
)
from api.schema.agreements.relations import (
    AddAgreementObjectInput,
    AddAgreementTaskInput,
    ChangeAgreementTaskInput,
    DeleteAgreementObjectInput,
    DeleteAgreementTaskInput,
)
from api.schema.agreements.types import ServiceAgreement, ServiceAgreementLine, TemplateGroup
from api.schema.lists import listing, looked_up
from api.schema.mutations import deletion, mutation
from api.schema.paging import RecordOrder
from api.schema.service_objects import ServiceObjectRelation, ServiceTaskRelation
from api.selection import selection
from api.visibility import permission_to_see, select_of
from domain.agreements import operations
from domain.core.operation import check_permission

Info = strawberry.Info[Context, None]


async def _template_tree(self: None, info: Info) -> list[TemplateGroup]:  # noqa: ARG001
    context = info.context
    check_permission(context.actor, permission_to_see(TemplateGroup))
    select = select_of(context.actor, TemplateGroup, Q(parent_id__isnull=True), ("number", "id"))
    found: Any = await records.some(context, selection(info), select)
    tops: list[TemplateGroup] = found
    return tops


@strawberry.type
class AgreementQueries:
    """Reading service agreements and templates."""

    service_agreement = looked_up(
        ServiceAgreement, ServiceAgreementRef, "A service agreement; null when it does not exist or you may not see it."
    )
    service_agreements = listing(
        ServiceAgreement, ServiceAgreementFilter, ServiceAgreementOrder.NUMBER_ASC, "Service agreements and templates."
    )
    template_groups = listing(TemplateGroup, TemplateGroupFilter, RecordOrder.NUMBER_ASC, "Template groups.")
    template_tree: list[TemplateGroup] = strawberry.field(
        resolver=_template_tree,
        description="The template groups at the top, to go down from: groups, their templates, and the lines of these.",
    )


@strawberry.type
class AgreementMutations:
    """Changing service agreements and templates."""

    create_service_agreement = mutation(
        operations.create_service_agreement,
        CreateServiceAgreementInput,
        "Creates a service agreement, or with a template group a template.",
        service_agreement=ServiceAgreement,
    )
    change_service_agreement = mutation(
        operations.change_service_agreement,
        ChangeServiceAgreementInput,
        "Changes a service agreement. Its orders must stay within its dates, and keep it on its project.",
        service_agreement=ServiceAgreement,
    )
    delete_service_agreement = deletion(
        operations.delete_service_agreement,
        DeleteServiceAgreementInput,
        "Deletes a service agreement without orders, with its lines and relations.",
        ServiceAgreement,
    )
    suspend_service_agreement = mutation(
        operations.suspend_service_agreement,
        SuspendServiceAgreementInput,
        "Suspends a service agreement: it gives no orders, and all its lines count as stopped.",
        service_agreement=ServiceAgreement,
    )
    resume_service_agreement = mutation(
        operations.resume_service_agreement,
        ResumeServiceAgreementInput,
        "Takes a suspended service agreement up again. Each line is as stopped as it was.",
        service_agreement=ServiceAgreement,
    )
    add_service_agreement_line = mutation(
        operations.add_service_agreement_line,
        AddServiceAgreementLineInput,
        "Puts a line on a service agreement.",
        line=ServiceAgreementLine,
    )
    change_service_agreement_line = mutation(
        operations.change_service_agreement_line,
        ChangeServiceAgreementLineInput,
        "Changes a line of a service agreement.",
        line=ServiceAgreementLine,
    )
    delete_service_agreement_line = deletion(
        operations.delete_service_agreement_line,
        DeleteServiceAgreementLineInput,
        "Deletes a line of a service agreement. The others keep their numbers.",
        ServiceAgreementLine,
    )
    stop_service_agreement_lines = mutation(
        operations.stop_service_agreement_lines,
        StopServiceAgreementLinesInput,
        "Stops lines: nothing is planned from them, and they are not copied.",
        many=True,
        lines=ServiceAgreementLine,
    )
    start_service_agreement_lines = mutation(
        operations.start_service_agreement_lines,
        StartServiceAgreementLinesInput,
        "Starts stopped lines again.",
        many=True,
        lines=ServiceAgreementLine,
    )
    copy_service_agreement_lines = mutation(
        operations.copy_service_agreement_lines,
        CopyServiceAgreementLinesInput,
        "Copies lines to an agreement: on its project, from its first day, open-ended.",
        many=True,
        lines=ServiceAgreementLine,
    )
    add_agreement_object = mutation(
        operations.add_agreement_object,
        AddAgreementObjectInput,
        "Relates a service object to a service agreement. Lines of it and of its orders may then name it.",
        relation=ServiceObjectRelation,
    )
    delete_agreement_object = deletion(
        operations.delete_agreement_object,
        DeleteAgreementObjectInput,
        "Takes a service object off a service agreement, if no line names it.",
        ServiceObjectRelation,
    )
    add_agreement_task = mutation(
        operations.add_agreement_task,
        AddAgreementTaskInput,
        "Relates a service task to a service agreement. Lines of it and of its orders may then name it.",
        relation=ServiceTaskRelation,
    )
    change_agreement_task = mutation(
        operations.change_agreement_task,
        ChangeAgreementTaskInput,
        "Changes the notes of a task of a service agreement.",
        relation=ServiceTaskRelation,
    )
    delete_agreement_task = deletion(
        operations.delete_agreement_task,
        DeleteAgreementTaskInput,
        "Takes a service task off a service agreement, if no line names it.",
        ServiceTaskRelation,
    )
    create_template_group = mutation(
        operations.create_template_group,
        CreateTemplateGroupInput,
        "Creates a template group.",
        template_group=TemplateGroup,
    )
    change_template_group = mutation(
        operations.change_template_group,
        ChangeTemplateGroupInput,
        "Changes a template group.",
        template_group=TemplateGroup,
    )
    delete_template_group = deletion(
        operations.delete_template_group,
        DeleteTemplateGroupInput,
        "Deletes a template group that is not in use.",
        TemplateGroup,
    )
