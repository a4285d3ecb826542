"""What service agreements, their lines and relations are asked for and changed with."""

from datetime import date

import strawberry
from tortoise.expressions import Q

from api.schema.inputs import NUMBER, OMIT, OMIT_OR_CLEAR, VERSION, MutationInput, kept, kept_given_key, kept_key
from api.schema.nodes import key_of, keys_of, optional_key
from api.schema.paging import OrderEnum, RecordFilter
from domain.agreements import operations
from domain.agreements.criteria import AgreementCriteria
from domain.agreements.rules import CombineBy


@strawberry.input(one_of=True, description="Exactly one way to name a service agreement.")
class ServiceAgreementRef:
    """By id or by number."""

    id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="Its id.")
    number: strawberry.Maybe[str] = strawberry.field(description="Its number, for example `SA-10001`.")


@strawberry.input(description="Which service agreements to list: those that meet every condition given.")
class ServiceAgreementFilter:
    """For `serviceAgreements`."""

    COMPANY_ONLY = ("group_ids",)

    search: str | None = strawberry.field(
        default=None, description="Part of the number or the description, in any letter case."
    )
    numbers: list[str] | None = strawberry.field(default=None, description="Only those with one of these numbers.")
    group_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="Of one of these groups.")
    project_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="On one of these projects.")
    customer_ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description="On a project of one of these customers."
    )
    suspended: bool | None = strawberry.field(default=None, description="Only suspended ones, or only the others.")
    template: bool | None = strawberry.field(default=None, description="Only templates, or only the others.")
    valid_on: date | None = strawberry.field(default=None, description="Only those that hold on this day.")

    def criteria(self) -> AgreementCriteria:
        """The conditions as the domain knows them.

        Raises:
            Refused: NOT_FOUND.
        """
        return AgreementCriteria(
            search=self.search or None,
            numbers=None if self.numbers is None else tuple(self.numbers),
            group_ids=_keys(self.group_ids, "agg", "agreement group", "groupIds"),
            project_ids=_keys(self.project_ids, "prj", "project", "projectIds"),
            customer_ids=_keys(self.customer_ids, "cus", "customer", "customerIds"),
            suspended=self.suspended,
            template=self.template,
            valid_on=self.valid_on,
        )

    def where(self) -> Q:
        """The condition on service agreements."""
        return self.criteria().where()


def _keys(ids: list[strawberry.ID] | None, prefix: str, what: str, name: str) -> tuple[int, ...] | None:
    return None if ids is None else tuple(keys_of(ids, prefix, what, "filter", name))


class ServiceAgreementOrder(OrderEnum):
    """Orders of service agreements."""

    NUMBER_ASC = ("number", "id"), "By number, as text."
    NUMBER_DESC = ("-number", "-id"), "By number, as text, the last first."
    STARTS_ON_ASC = ("starts_on", "id"), "By first day."
    STARTS_ON_DESC = ("-starts_on", "-id"), "By first day, the last first."


@strawberry.input(description="Which template groups to list: those that meet every condition given.")
class TemplateGroupFilter(RecordFilter):
    """For `templateGroups`."""

    parent_ids: list[strawberry.ID] | None = strawberry.field(default=None, description="In one of these groups.")

    def where(self) -> Q:
        """The condition on template groups."""
        where = super().where()
        if self.parent_ids is None:
            return where
        return where & Q(parent_id__in=keys_of(self.parent_ids, "tpg", "template group", "filter", "parentIds"))


@strawberry.input(description="A new template group.")
class CreateTemplateGroupInput(MutationInput):
    """For `createTemplateGroup`."""

    name: str = strawberry.field(description="Its name, at most 120 characters.")
    parent_id: strawberry.ID | None = strawberry.field(
        default=None, description="The group it is in; at the top unless given."
    )
    number: str | None = strawberry.field(default=None, description=NUMBER)

    def command(self) -> operations.CreateTemplateGroup:
        """The command this asks for."""
        return operations.CreateTemplateGroup(
            name=self.name,
            parent_id=optional_key(self.parent_id, "tpg", "template group", "parentId"),
            number=self.number,
        )


@strawberry.input(description="What is to be different about a template group.")
class ChangeTemplateGroupInput(MutationInput):
    """For `changeTemplateGroup`."""

    group_id: strawberry.ID = strawberry.field(description="Which template group.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    parent_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeTemplateGroup:
        """The command this asks for."""
        return operations.ChangeTemplateGroup(
            group_id=key_of(self.group_id, "tpg", "template group", "groupId"),
            name=kept(self.name),
            parent_id=kept_key(self.parent_id, "tpg", "template group", "parentId"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which template group to delete.")
class DeleteTemplateGroupInput(MutationInput):
    """For `deleteTemplateGroup`."""

    group_id: strawberry.ID = strawberry.field(description="Which template group.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.DeleteTemplateGroup:
        """The command this asks for."""
        return operations.DeleteTemplateGroup(
            group_id=key_of(self.group_id, "tpg", "template group", "groupId"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="A new service agreement, or with a template group a template.")
class CreateServiceAgreementInput(MutationInput):
    """For `createServiceAgreement`."""

    project_id: strawberry.ID = strawberry.field(description="Project, of any type but TIME.")
    starts_on: date = strawberry.field(description="Its first day.")
    ends_on: date | None = strawberry.field(default=None, description="Its last day; no end unless given.")
    description: str = strawberry.field(default="", description="What it is about, at most 1,000 characters.")
    group_id: strawberry.ID | None = strawberry.field(
        default=None, description="Agreement group; the company's default unless given."
    )
    combine_by: CombineBy = strawberry.field(
        default=CombineBy.BY_SERVICE_AGREEMENT, description="Which occurrences may be done on one visit."
    )
    template_group_id: strawberry.ID | None = strawberry.field(
        default=None, description="Makes it a template in this group."
    )
    responsible_id: strawberry.ID | None = strawberry.field(default=None, description="Worker who answers for it.")
    preferred_technician_id: strawberry.ID | None = strawberry.field(
        default=None, description="Worker whom the customer prefers."
    )
    contact_id: strawberry.ID | None = strawberry.field(
        default=None, description="Whom to ask for: a contact of the project's customer."
    )
    activity_type_id: strawberry.ID | None = strawberry.field(
        default=None, description="Type of the activities of its orders."
    )
    sla_id: strawberry.ID | None = strawberry.field(
        default=None, description="Service level of its orders; that of its group unless given."
    )
    number: str | None = strawberry.field(default=None, description=NUMBER)

    def command(self) -> operations.CreateServiceAgreement:
        """The command this asks for."""
        return operations.CreateServiceAgreement(
            project_id=key_of(self.project_id, "prj", "project", "projectId"),
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            description=self.description,
            group_id=optional_key(self.group_id, "agg", "agreement group", "groupId"),
            combine_by=self.combine_by,
            template_group_id=optional_key(self.template_group_id, "tpg", "template group", "templateGroupId"),
            responsible_id=optional_key(self.responsible_id, "wrk", "worker", "responsibleId"),
            preferred_technician_id=optional_key(
                self.preferred_technician_id, "wrk", "worker", "preferredTechnicianId"
            ),
            contact_id=optional_key(self.contact_id, "con", "contact", "contactId"),
            activity_type_id=optional_key(self.activity_type_id, "aty", "activity type", "activityTypeId"),
            sla_id=optional_key(self.sla_id, "sla", "service level", "slaId"),
            number=self.number,
        )


@strawberry.input(description="What is to be different about a service agreement.")
class ChangeServiceAgreementInput(MutationInput):
    """For `changeServiceAgreement`."""

    agreement_id: strawberry.ID = strawberry.field(description="Which service agreement.")
    project_id: strawberry.Maybe[strawberry.ID] = strawberry.field(
        description="Omit to keep. Lines on the project move to the new one; refused once there are orders."
    )
    starts_on: strawberry.Maybe[date] = strawberry.field(description=OMIT)
    ends_on: strawberry.Maybe[date | None] = strawberry.field(description=OMIT_OR_CLEAR)
    description: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    group_id: strawberry.Maybe[strawberry.ID] = strawberry.field(description=OMIT)
    combine_by: strawberry.Maybe[CombineBy] = strawberry.field(description=OMIT)
    template_group_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        description="Omit to keep; null makes a template an ordinary agreement."
    )
    responsible_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    preferred_technician_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    contact_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    activity_type_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    sla_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        description="Omit to keep; null for that of its group. Orders that are measured keep theirs."
    )
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeServiceAgreement:
        """The command this asks for."""
        return operations.ChangeServiceAgreement(
            agreement_id=key_of(self.agreement_id, "sa", "service agreement", "agreementId"),
            project_id=kept_given_key(self.project_id, "prj", "project", "projectId"),
            starts_on=kept(self.starts_on),
            ends_on=kept(self.ends_on),
            description=kept(self.description),
            group_id=kept_given_key(self.group_id, "agg", "agreement group", "groupId"),
            combine_by=kept(self.combine_by),
            template_group_id=kept_key(self.template_group_id, "tpg", "template group", "templateGroupId"),
            responsible_id=kept_key(self.responsible_id, "wrk", "worker", "responsibleId"),
            preferred_technician_id=kept_key(self.preferred_technician_id, "wrk", "worker", "preferredTechnicianId"),
            contact_id=kept_key(self.contact_id, "con", "contact", "contactId"),
            activity_type_id=kept_key(self.activity_type_id, "aty", "activity type", "activityTypeId"),
            sla_id=kept_key(self.sla_id, "sla", "service level", "slaId"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which service agreement to suspend.")
class SuspendServiceAgreementInput(MutationInput):
    """For `suspendServiceAgreement`."""

    agreement_id: strawberry.ID = strawberry.field(description="Which service agreement.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.NameServiceAgreement:
        """The command this asks for."""
        return operations.NameServiceAgreement(
            agreement_id=key_of(self.agreement_id, "sa", "service agreement", "agreementId"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which service agreement to take up again.")
class ResumeServiceAgreementInput(MutationInput):
    """For `resumeServiceAgreement`."""

    agreement_id: strawberry.ID = strawberry.field(description="Which service agreement.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.NameServiceAgreement:
        """The command this asks for."""
        return operations.NameServiceAgreement(
            agreement_id=key_of(self.agreement_id, "sa", "service agreement", "agreementId"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which service agreement to delete.")
class DeleteServiceAgreementInput(MutationInput):
    """For `deleteServiceAgreement`."""

    agreement_id: strawberry.ID = strawberry.field(description="Which service agreement.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.NameServiceAgreement:
        """The command this asks for."""
        return operations.NameServiceAgreement(
            agreement_id=key_of(self.agreement_id, "sa", "service agreement", "agreementId"),
            expected_version=self.expected_version,
        )
