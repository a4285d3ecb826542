"""What service agreements are set up with: groups, the tree of template groups, intervals, time windows."""

import strawberry

from api.schema.inputs import NUMBER, OMIT, OMIT_OR_CLEAR, VERSION, MutationInput, kept, kept_key
from api.schema.lists import listing
from api.schema.mutations import deletion, mutation
from api.schema.nodes import Node, key_of, node, optional_key
from api.schema.paging import RecordFilter, RecordOrder
from api.schema.slas import ServiceLevel
from api.selection import column, identity, one
from domain.agreements import models, operations
from domain.agreements.rules import IntervalRange, WindowMethod
from domain.core.rows import company_only

_NUMBER = "For people, unique per company."
_VERSION = "Grows with every change; send it back as `expectedVersion`."


@node(
    models.AgreementGroup,
    prefix="agg",
    visible=company_only,
    description="A kind of service agreement, for example full service.",
)
class AgreementGroup(Node):
    """An agreement group."""

    id: strawberry.ID = identity("agg")
    number: str = column(description=_NUMBER)
    name: str = column(description="The group's name.")
    sla: ServiceLevel | None = one(description="Service level of its agreements that have none; null for none.")
    version: int = column(description=_VERSION)


@node(
    models.ServiceInterval,
    prefix="ivl",
    visible=company_only,
    description="How often something recurs: every so many days, weeks, months, quarters or years.",
)
class ServiceInterval(Node):
    """A service interval."""

    id: strawberry.ID = identity("ivl")
    number: str = column(description=_NUMBER)
    name: str = column(description="The interval's name.")
    range: IntervalRange = column(description="The unit.")
    frequency: int = column(description="How many units lie between two times.")
    version: int = column(description=_VERSION)


@node(
    models.TimeWindow,
    prefix="twn",
    visible=company_only,
    description="How far from its calculated day a visit may take place.",
)
class TimeWindow(Node):
    """A time window."""

    id: strawberry.ID = identity("twn")
    number: str = column(description=_NUMBER)
    name: str = column(description="The window's name.")
    method: WindowMethod = column(description="How it lies around the calculated day.")
    days_before: int = column(description="How many days before the calculated day, for the method MANUAL.")
    days_after: int = column(description="How many days after the calculated day, for the method MANUAL.")
    version: int = column(description=_VERSION)


@strawberry.input(description="A new agreement group.")
class CreateAgreementGroupInput(MutationInput):
    """For `createAgreementGroup`."""

    name: str = strawberry.field(description="Its name, at most 120 characters.")
    sla_id: strawberry.ID | None = strawberry.field(
        default=None, description="Service level of its agreements that have none of their own."
    )
    number: str | None = strawberry.field(default=None, description=NUMBER)

    def command(self) -> operations.CreateAgreementGroup:
        """The command this asks for."""
        return operations.CreateAgreementGroup(
            name=self.name,
            sla_id=optional_key(self.sla_id, "sla", "service level", "slaId"),
            number=self.number,
        )


@strawberry.input(description="What is to be different about an agreement group.")
class ChangeAgreementGroupInput(MutationInput):
    """For `changeAgreementGroup`."""

    group_id: strawberry.ID = strawberry.field(description="Which agreement group.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    sla_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeAgreementGroup:
        """The command this asks for."""
        return operations.ChangeAgreementGroup(
            group_id=key_of(self.group_id, "agg", "agreement group", "groupId"),
            name=kept(self.name),
            sla_id=kept_key(self.sla_id, "sla", "service level", "slaId"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which agreement group to delete.")
class DeleteAgreementGroupInput(MutationInput):
    """For `deleteAgreementGroup`."""

    group_id: strawberry.ID = strawberry.field(description="Which agreement group.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.DeleteAgreementGroup:
        """The command this asks for."""
        return operations.DeleteAgreementGroup(
            group_id=key_of(self.group_id, "agg", "agreement group", "groupId"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="A new service interval.")
class CreateServiceIntervalInput(MutationInput):
    """For `createServiceInterval`."""

    name: str = strawberry.field(description="Its name, at most 120 characters.")
    range: IntervalRange = strawberry.field(description="The unit.")
    frequency: int = strawberry.field(default=1, description="How many units lie between two times, 1 to 999.")
    number: str | None = strawberry.field(default=None, description=NUMBER)

    def command(self) -> operations.CreateServiceInterval:
        """The command this asks for."""
        return operations.CreateServiceInterval(
            name=self.name,
            range=self.range,
            frequency=self.frequency,
            number=self.number,
        )


@strawberry.input(description="What is to be different about a service interval.")
class ChangeServiceIntervalInput(MutationInput):
    """For `changeServiceInterval`."""

    interval_id: strawberry.ID = strawberry.field(description="Which service interval.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    range: strawberry.Maybe[IntervalRange] = strawberry.field(description=OMIT)
    frequency: strawberry.Maybe[int] = strawberry.field(description=OMIT)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeServiceInterval:
        """The command this asks for."""
        return operations.ChangeServiceInterval(
            interval_id=key_of(self.interval_id, "ivl", "service interval", "intervalId"),
            name=kept(self.name),
            range=kept(self.range),
            frequency=kept(self.frequency),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which service interval to delete.")
class DeleteServiceIntervalInput(MutationInput):
    """For `deleteServiceInterval`."""

    interval_id: strawberry.ID = strawberry.field(description="Which service interval.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.DeleteServiceInterval:
        """The command this asks for."""
        return operations.DeleteServiceInterval(
            interval_id=key_of(self.interval_id, "ivl", "service interval", "intervalId"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="A new time window.")
class CreateTimeWindowInput(MutationInput):
    """For `createTimeWindow`."""

    name: str = strawberry.field(description="Its name, at most 120 characters.")
    method: WindowMethod = strawberry.field(description="How it lies around the calculated day.")
    days_before: int = strawberry.field(default=0, description="How many days before, for the method MANUAL.")
    days_after: int = strawberry.field(default=0, description="How many days after, for the method MANUAL.")
    number: str | None = strawberry.field(default=None, description=NUMBER)

    def command(self) -> operations.CreateTimeWindow:
        """The command this asks for."""
        return operations.CreateTimeWindow(
            name=self.name,
            method=self.method,
            days_before=self.days_before,
            days_after=self.days_after,
            number=self.number,
        )


@strawberry.input(description="What is to be different about a time window.")
class ChangeTimeWindowInput(MutationInput):
    """For `changeTimeWindow`."""

    window_id: strawberry.ID = strawberry.field(description="Which time window.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    method: strawberry.Maybe[WindowMethod] = strawberry.field(description=OMIT)
    days_before: strawberry.Maybe[int] = strawberry.field(description=OMIT)
    days_after: strawberry.Maybe[int] = strawberry.field(description=OMIT)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeTimeWindow:
        """The command this asks for."""
        return operations.ChangeTimeWindow(
            window_id=key_of(self.window_id, "twn", "time window", "windowId"),
            name=kept(self.name),
            method=kept(self.method),
            days_before=kept(self.days_before),
            days_after=kept(self.days_after),
            expected_version=self.expected_version,
        )


@strawberry.input(description="Which time window to delete.")
class DeleteTimeWindowInput(MutationInput):
    """For `deleteTimeWindow`."""

    window_id: strawberry.ID = strawberry.field(description="Which time window.")
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.DeleteTimeWindow:
        """The command this asks for."""
        return operations.DeleteTimeWindow(
            window_id=key_of(self.window_id, "twn", "time window", "windowId"),
            expected_version=self.expected_version,
        )


@strawberry.type
class AgreementSetupQueries:
    """Reading what agreements are set up with."""

    agreement_groups = listing(AgreementGroup, RecordFilter, RecordOrder.NUMBER_ASC, "Agreement groups.")
    service_intervals = listing(ServiceInterval, RecordFilter, RecordOrder.NUMBER_ASC, "Service intervals.")
    time_windows = listing(TimeWindow, RecordFilter, RecordOrder.NUMBER_ASC, "Time windows.")


@strawberry.type
class AgreementSetupMutations:
    """Changing what agreements are set up with."""

    create_agreement_group = mutation(
        operations.create_agreement_group,
        CreateAgreementGroupInput,
        "Creates an agreement group.",
        agreement_group=AgreementGroup,
    )
    change_agreement_group = mutation(
        operations.change_agreement_group,
        ChangeAgreementGroupInput,
        "Changes an agreement group.",
        agreement_group=AgreementGroup,
    )
    delete_agreement_group = deletion(
        operations.delete_agreement_group,
        DeleteAgreementGroupInput,
        "Deletes an agreement group that is not in use.",
        AgreementGroup,
    )
    create_service_interval = mutation(
        operations.create_service_interval,
        CreateServiceIntervalInput,
        "Creates a service interval.",
        service_interval=ServiceInterval,
    )
    change_service_interval = mutation(
        operations.change_service_interval,
        ChangeServiceIntervalInput,
        "Changes a service interval.",
        service_interval=ServiceInterval,
    )
    delete_service_interval = deletion(
        operations.delete_service_interval,
        DeleteServiceIntervalInput,
        "Deletes a service interval that is not in use.",
        ServiceInterval,
    )
    create_time_window = mutation(
        operations.create_time_window, CreateTimeWindowInput, "Creates a time window.", time_window=TimeWindow
    )
    change_time_window = mutation(
        operations.change_time_window, ChangeTimeWindowInput, "Changes a time window.", time_window=TimeWindow
    )
    delete_time_window = deletion(
        operations.delete_time_window, DeleteTimeWindowInput, "Deletes a time window that is not in use.", TimeWindow
    )
