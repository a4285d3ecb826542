"""Changes of service agreements themselves: made, changed, suspended and taken up again, deleted."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from domain.agreements import rules
from domain.agreements.models import AgreementGroup, ServiceAgreement, ServiceAgreementLine, TemplateGroup
from domain.agreements.queries import has_orders, served_on
from domain.agreements.rules import CombineBy, Validity
from domain.core.actor import Permission
from domain.core.checks import optional_text
from domain.core.errors import Code, Refused, not_found
from domain.core.keep import KEEP, Keep, chosen
from domain.core.operation import Work, check_version, operation
from domain.core.rows import existing, locked, table_behind, usable
from domain.customers.models import Contact
from domain.numbering.operations import number_for
from domain.parameters.queries import company_parameters
from domain.projects.models import Project
from domain.projects.rules import check_type_for_agreements
from domain.service_objects.models import ServiceObjectRelation, ServiceTaskRelation
from domain.slas.queries import selectable_level
from domain.workforce.models import Worker

_DESCRIPTION = 1000


@dataclass(frozen=True, slots=True)
class CreateServiceAgreement:
    """A new service agreement, or with a template group a template; without a number it draws one."""

    project_id: int
    starts_on: date
    ends_on: date | None = None
    number: str | None = None
    description: str = ""
    group_id: int | None = None
    combine_by: CombineBy = CombineBy.BY_SERVICE_AGREEMENT
    template_group_id: int | None = None
    responsible_id: int | None = None
    preferred_technician_id: int | None = None
    contact_id: int | None = None
    activity_type_id: int | None = None
    sla_id: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def create_service_agreement(work: Work, command: CreateServiceAgreement) -> int:
    """Create a service agreement; its group and activity type are the company's defaults unless given.

    Raises:
        Refused: NOT_FOUND, INVALID, ALREADY_EXISTS, PROJECT_TYPE_NOT_ALLOWED, WORKER_INACTIVE, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 4.1.
    """
    rules.check_validity(Validity(command.starts_on, command.ends_on))
    project = await allowed_project(command.project_id)
    agreement = ServiceAgreement(
        number=await number_for(work, ServiceAgreement, command.number),
        description=optional_text(command.description, "description", longest=_DESCRIPTION) or "",
        group_id=await _group(command.group_id),
        project_id=project.id,
        starts_on=command.starts_on,
        ends_on=command.ends_on,
        combine_by=command.combine_by,
        template_group_id=await existing(TemplateGroup, command.template_group_id, "template group", "templateGroupId"),
        responsible_id=await active_worker(command.responsible_id, "responsibleId"),
        preferred_technician_id=await active_worker(command.preferred_technician_id, "preferredTechnicianId"),
        contact_id=await _contact(command.contact_id, project),
        activity_type_id=await _activity_type(
            command.activity_type_id or (await company_parameters()).agreement_activity_type_id
        ),
        sla_id=await selectable_level(command.sla_id),
    )
    return (await work.create(agreement, "service_agreement_created")).id


@dataclass(frozen=True, slots=True)
class ChangeServiceAgreement:
    """What is to be different about a service agreement."""

    agreement_id: int
    description: str | Keep = KEEP
    group_id: int | Keep = KEEP
    project_id: int | Keep = KEEP
    starts_on: date | Keep = KEEP
    ends_on: date | None | Keep = KEEP
    combine_by: CombineBy | Keep = KEEP
    template_group_id: int | None | Keep = KEEP
    responsible_id: int | None | Keep = KEEP
    preferred_technician_id: int | None | Keep = KEEP
    contact_id: int | None | Keep = KEEP
    activity_type_id: int | None | Keep = KEEP
    sla_id: int | None | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def change_service_agreement(work: Work, command: ChangeServiceAgreement) -> int:
    """Change a service agreement; lines on its project move to a new one with it.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID, PROJECT_TYPE_NOT_ALLOWED, WORKER_INACTIVE,
            ORDERS_OUTSIDE_VALIDITY, AGREEMENT_HAS_ORDERS for another project, or to become a template.

    Source: DOMAIN.md 4.1, 4.3, D-5.
    """
    agreement = await locked_agreement(command.agreement_id, command.expected_version)
    values: dict[str, Any] = {
        "description": optional_text(
            chosen(command.description, agreement.description), "description", longest=_DESCRIPTION
        )
        or "",
        "combine_by": chosen(command.combine_by, agreement.combine_by),
    }
    values |= await _new_dates(agreement, command)
    values |= await _new_project(agreement, command)
    if not isinstance(command.group_id, Keep):
        values["group_id"] = await existing(AgreementGroup, command.group_id, "agreement group", "groupId")
    if not isinstance(command.template_group_id, Keep):
        wanted = await existing(TemplateGroup, command.template_group_id, "template group", "templateGroupId")
        if wanted is not None and agreement.template_group_id is None:
            rules.check_becomes_template(agreement.number, has_orders=await has_orders(agreement.id))
        values["template_group_id"] = wanted
    if not isinstance(command.responsible_id, Keep):
        values["responsible_id"] = await active_worker(command.responsible_id, "responsibleId")
    if not isinstance(command.preferred_technician_id, Keep):
        values["preferred_technician_id"] = await active_worker(
            command.preferred_technician_id, "preferredTechnicianId"
        )
    if not isinstance(command.activity_type_id, Keep):
        values["activity_type_id"] = await _activity_type(command.activity_type_id)
    if not isinstance(command.sla_id, Keep):
        values["sla_id"] = await selectable_level(command.sla_id, kept=agreement.sla_id)
    left = agreement.project_id
    await work.change(agreement, "service_agreement_changed", **values)
    if agreement.project_id != left:
        for line in await _lines(agreement.id, project_id=left):
            await work.change(line, "service_agreement_line_changed", project_id=agreement.project_id)
    return agreement.id


async def _new_dates(agreement: ServiceAgreement, command: ChangeServiceAgreement) -> dict[str, Any]:
    starts_on, ends_on = chosen(command.starts_on, agreement.starts_on), chosen(command.ends_on, agreement.ends_on)
    if (starts_on, ends_on) != (agreement.starts_on, agreement.ends_on):
        validity = Validity(starts_on, ends_on)
        rules.check_validity(validity)
        rules.check_orders_inside(agreement.number, validity, await served_on(agreement.id))
    return {"starts_on": starts_on, "ends_on": ends_on}


async def _new_project(agreement: ServiceAgreement, command: ChangeServiceAgreement) -> dict[str, Any]:
    """The project and the contact, who is one of the project's customer."""
    project_id = chosen(command.project_id, agreement.project_id)
    contact_id = chosen(command.contact_id, agreement.contact_id)
    if (project_id, contact_id) == (agreement.project_id, agreement.contact_id):
        return {}
    if project_id != agreement.project_id:
        rules.check_project_changes(agreement.number, has_orders=await has_orders(agreement.id))
    project = await allowed_project(project_id, kept=agreement.project_id)
    return {"project_id": project.id, "contact_id": await _contact(contact_id, project)}


@dataclass(frozen=True, slots=True)
class NameServiceAgreement:
    """Which service agreement."""

    agreement_id: int
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def suspend_service_agreement(work: Work, command: NameServiceAgreement) -> int:
    """Suspend a service agreement: it gives no orders, and every line of it counts as stopped.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT.

    Source: DOMAIN.md 4.3.
    """
    agreement = await locked_agreement(command.agreement_id, command.expected_version)
    await work.change(agreement, "service_agreement_suspended", suspended=True)
    return agreement.id


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def resume_service_agreement(work: Work, command: NameServiceAgreement) -> int:
    """Take a suspended service agreement up again; each line is as stopped as it was.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT.

    Source: DOMAIN.md 4.3.
    """
    agreement = await locked_agreement(command.agreement_id, command.expected_version)
    await work.change(agreement, "service_agreement_resumed", suspended=False)
    return agreement.id


@operation(requires=Permission.MAINTAIN_MASTER_DATA)
async def delete_service_agreement(work: Work, command: NameServiceAgreement) -> int:
    """Delete a service agreement without orders, with its lines and relations.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, AGREEMENT_HAS_ORDERS.
    """
    agreement = await locked_agreement(command.agreement_id, command.expected_version)
    if await has_orders(agreement.id):
        message = f"{agreement.number} has service orders, so it stays; suspend it, or let it end."
        raise Refused(Code.AGREEMENT_HAS_ORDERS, message, ("agreementId",))
    for line in await _lines(agreement.id):
        await work.remove(line, "service_agreement_line_deleted")
    for related in await ServiceObjectRelation.filter(agreement_id=agreement.id).order_by("id"):
        await work.remove(related, "service_object_relation_deleted")
    for task in await ServiceTaskRelation.filter(agreement_id=agreement.id).order_by("id"):
        await work.remove(task, "service_task_relation_deleted")
    await work.remove(agreement, "service_agreement_deleted")
    return command.agreement_id


async def locked_agreement(
    agreement_id: int, expected_version: int | None = None, path: str = "agreementId"
) -> ServiceAgreement:
    """A service agreement, locked: whoever changes it, its lines or relations, or makes orders of it, comes here first.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT.
    """
    agreement = await locked(ServiceAgreement, agreement_id, "service agreement", path)
    await check_version(agreement, expected_version)
    return agreement


async def allowed_project(project_id: int, *, kept: int | None = None) -> Project:
    """A project that an agreement may have: one in use, or the one it has.

    Raises:
        Refused: NOT_FOUND, INVALID, PROJECT_TYPE_NOT_ALLOWED.
    """
    project = await Project.get_or_none(id=project_id)
    if project is None:
        raise not_found("project", "projectId")
    if project.id != kept:
        await usable(Project, project.id, "project", "projectId")
    check_type_for_agreements(project.number, project.type)
    return project


async def active_worker(worker_id: int | None, path: str) -> int | None:
    """The id of a worker who still works here; None stays None.

    Raises:
        Refused: NOT_FOUND, WORKER_INACTIVE.
    """
    if worker_id is None:
        return None
    worker = await Worker.get_or_none(id=worker_id)
    if worker is None:
        raise not_found("worker", path)
    if not worker.active:
        raise Refused(Code.WORKER_INACTIVE, f"{worker.name} has left the company.", (path,))
    return worker_id


async def known_worker(worker_id: int | None, path: str) -> int | None:
    """The id of a worker who works here, or has; None stays None.

    Raises:
        Refused: NOT_FOUND.
    """
    return await existing(Worker, worker_id, "worker", path)


async def _lines(agreement_id: int, **more: Any) -> list[ServiceAgreementLine]:
    return await ServiceAgreementLine.filter(agreement_id=agreement_id, **more).order_by("id").select_for_update()


async def _group(group_id: int | None) -> int:
    chosen_id = group_id if group_id is not None else (await company_parameters()).default_agreement_group_id
    found = await existing(AgreementGroup, chosen_id, "agreement group", "groupId")
    if found is None:
        message = "Choose an agreement group; the company's settings name no default."
        raise Refused(Code.INVALID, message, ("groupId",))
    return found


async def _contact(contact_id: int | None, project: Project) -> int | None:
    """A contact of the project's customer; of anybody when the project has none."""
    if contact_id is None:
        return None
    contact = await Contact.get_or_none(id=contact_id)
    if contact is None or project.customer_id not in {None, contact.customer_id}:
        raise not_found("contact of this customer", "contactId")
    return contact_id


async def _activity_type(activity_type_id: int | None) -> int | None:
    table = table_behind(ServiceAgreement, "activity_type")
    return await existing(table, activity_type_id, "activity type", "activityTypeId")
