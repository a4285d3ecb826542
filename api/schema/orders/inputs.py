"""What service orders and activities are made and changed with."""

from datetime import datetime, timedelta
from decimal import Decimal

import strawberry

from api.schema.inputs import NUMBER, OMIT, OMIT_OR_CLEAR, VERSION, MutationInput, kept, kept_key
from api.schema.nodes import key_of, optional_key
from api.schema.orders.lines import ServiceOrderLineInput
from domain.customers.addresses import GivenAddress
from domain.orders import operations
from domain.orders.rules import OrderOrigin, Priority


@strawberry.input(description="An address that is given with an order.")
class NewAddressInput:
    """A new address, or another content of a known one."""

    name: str = strawberry.field(description="What the customer calls the place.")
    street: str = strawberry.field(description="Street and house number.")
    postal_code: str = strawberry.field(description="Postal code.")
    city: str = strawberry.field(description="Town.")
    country: str = strawberry.field(default="DK", description="ISO 3166-1 code of two letters.")
    latitude: Decimal | None = strawberry.field(default=None, description="Degrees north, WGS 84.")
    longitude: Decimal | None = strawberry.field(default=None, description="Degrees east, WGS 84.")
    time_zone: str | None = strawberry.field(default=None, description="IANA time zone; the company's unless given.")
    this_service_only: bool = strawberry.field(
        default=False,
        description="Whether only this order has it. Otherwise the customer of its project, or its own, has it too.",
    )
    overwrite: bool = strawberry.field(
        default=False,
        description="Whether it takes the place of the customer's address of the same name; refused otherwise.",
    )

    def given(self) -> GivenAddress:
        """The address as the domain wants it."""
        return GivenAddress(
            name=self.name,
            street=self.street,
            postal_code=self.postal_code,
            city=self.city,
            country=self.country,
            latitude=self.latitude,
            longitude=self.longitude,
            time_zone=self.time_zone,
            this_service_only=self.this_service_only,
            overwrite=self.overwrite,
        )


@strawberry.input(description="A new service order.")
class CreateServiceOrderInput(MutationInput):
    """For `createServiceOrder`."""

    customer_id: strawberry.ID | None = strawberry.field(
        default=None, description="For whom; the customer of the agreement's or the order's project unless given."
    )
    number: str | None = strawberry.field(default=None, description=NUMBER)
    description: str = strawberry.field(default="", description="What the customer needs, at most 1,000 characters.")
    address_id: strawberry.ID | None = strawberry.field(
        default=None, description="Where: any address; the first of the project's customer unless given."
    )
    new_address: NewAddressInput | None = strawberry.field(default=None, description="Where, instead of `addressId`.")
    contact_id: strawberry.ID | None = strawberry.field(default=None, description="A contact of the customer.")
    project_id: strawberry.ID | None = strawberry.field(default=None, description="Project.")
    priority: Priority = strawberry.field(default=Priority.NORMAL, description="How urgent it is.")
    service_at: datetime | None = strawberry.field(default=None, description="When the customer would like it.")
    responsible_id: strawberry.ID | None = strawberry.field(default=None, description="Worker who answers for it.")
    preferred_technician_id: strawberry.ID | None = strawberry.field(
        default=None, description="Worker whom the customer prefers."
    )
    lines: list[ServiceOrderLineInput] = strawberry.field(default_factory=list, description="Its first lines.")
    agreement_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The service agreement; the settings may require one. It proposes what is left out.",
    )

    origin: OrderOrigin = strawberry.field(
        default=OrderOrigin.MANUAL,
        description="From where it is made: AGREEMENT needs an agreement, PROJECT a project, SALES_ORDER its number.",
    )
    sales_order_number: str | None = strawberry.field(
        default=None, description="Number of the sales order it comes from, at most 40 characters."
    )

    def command(self) -> operations.CreateServiceOrder:
        """The command this asks for."""
        return operations.CreateServiceOrder(
            customer_id=optional_key(self.customer_id, "cus", "customer", "customerId"),
            number=self.number,
            description=self.description,
            address_id=optional_key(self.address_id, "adr", "address", "addressId"),
            contact_id=optional_key(self.contact_id, "con", "contact", "contactId"),
            project_id=optional_key(self.project_id, "prj", "project", "projectId"),
            priority=self.priority,
            service_at=self.service_at,
            responsible_id=optional_key(self.responsible_id, "wrk", "worker", "responsibleId"),
            preferred_technician_id=optional_key(
                self.preferred_technician_id, "wrk", "worker", "preferredTechnicianId"
            ),
            lines=tuple(line.line("lines", place) for place, line in enumerate(self.lines)),
            agreement_id=optional_key(self.agreement_id, "sa", "service agreement", "agreementId"),
            new_address=None if self.new_address is None else self.new_address.given(),
            origin=self.origin,
            sales_order_number=self.sales_order_number,
        )


@strawberry.input(description="What is to be different about a service order.")
class ChangeServiceOrderInput(MutationInput):
    """For `changeServiceOrder`."""

    order_id: strawberry.ID = strawberry.field(description="Which order.")
    description: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    address_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    contact_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    project_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    priority: strawberry.Maybe[Priority] = strawberry.field(
        description="Omit to keep. A new one goes to the order's open activities too."
    )
    service_at: strawberry.Maybe[datetime | None] = strawberry.field(description=OMIT_OR_CLEAR)
    responsible_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    preferred_technician_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    agreement_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        description="Omit to keep; null to clear. A new one brings its project unless one is given."
    )
    new_address: NewAddressInput | None = strawberry.field(
        default=None, description="Another address, instead of `addressId`; omit to keep."
    )
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeServiceOrder:
        """The command this asks for."""
        return operations.ChangeServiceOrder(
            order_id=key_of(self.order_id, "so", "service order", "orderId"),
            description=kept(self.description),
            address_id=kept_key(self.address_id, "adr", "address", "addressId"),
            contact_id=kept_key(self.contact_id, "con", "contact", "contactId"),
            project_id=kept_key(self.project_id, "prj", "project", "projectId"),
            priority=kept(self.priority),
            service_at=kept(self.service_at),
            responsible_id=kept_key(self.responsible_id, "wrk", "worker", "responsibleId"),
            preferred_technician_id=kept_key(self.preferred_technician_id, "wrk", "worker", "preferredTechnicianId"),
            agreement_id=kept_key(self.agreement_id, "sa", "service agreement", "agreementId"),
            new_address=None if self.new_address is None else self.new_address.given(),
            expected_version=self.expected_version,
        )


@strawberry.input(description="What somebody asks for over the web.")
class CreateWebOrderInput(MutationInput):
    """For `createWebOrder`."""

    description: str = strawberry.field(description="What is needed, at most 1,000 characters.")
    customer_id: strawberry.ID | None = strawberry.field(
        default=None, description="For whom. Customers ask for themselves and leave it out."
    )
    address_id: strawberry.ID | None = strawberry.field(default=None, description="Where; one of the customer's.")
    contact_id: strawberry.ID | None = strawberry.field(default=None, description="Whom to ask; of the customer.")
    agreement_id: strawberry.ID | None = strawberry.field(default=None, description="Under which agreement.")
    priority: Priority = strawberry.field(default=Priority.NORMAL, description="How urgent it is.")
    service_at: datetime | None = strawberry.field(default=None, description="When it would suit.")

    def command(self) -> operations.CreateWebOrder:
        """The command this asks for."""
        return operations.CreateWebOrder(
            description=self.description,
            customer_id=optional_key(self.customer_id, "cus", "customer", "customerId"),
            address_id=optional_key(self.address_id, "adr", "address", "addressId"),
            contact_id=optional_key(self.contact_id, "con", "contact", "contactId"),
            agreement_id=optional_key(self.agreement_id, "sa", "service agreement", "agreementId"),
            priority=self.priority,
            service_at=self.service_at,
        )


@strawberry.input(description="Which web order is taken over, and what it is done under.")
class TransferWebOrderInput(MutationInput):
    """For `transferWebOrder`."""

    order_id: strawberry.ID = strawberry.field(description="Which web order.")
    agreement_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        description="Omit to keep; null to clear. The settings may require one."
    )
    project_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.TransferWebOrder:
        """The command this asks for."""
        return operations.TransferWebOrder(
            order_id=key_of(self.order_id, "so", "service order", "orderId"),
            agreement_id=kept_key(self.agreement_id, "sa", "service agreement", "agreementId"),
            project_id=kept_key(self.project_id, "prj", "project", "projectId"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="A new activity that nobody has yet.")
class CreateServiceActivityInput(MutationInput):
    """For `createServiceActivity`."""

    order_id: strawberry.ID = strawberry.field(description="Of which order.")
    title: str = strawberry.field(description="What is to be done, at most 200 characters.")
    type_id: strawberry.ID | None = strawberry.field(default=None, description="What kind of visit.")
    task_id: strawberry.ID | None = strawberry.field(default=None, description="The task.")
    starts_at: datetime | None = strawberry.field(default=None, description="Omit to leave the time open.")
    duration: timedelta | None = strawberry.field(default=None, description="Required with a start.")
    priority: Priority | None = strawberry.field(default=None, description="The order's unless given.")

    def command(self) -> operations.CreateServiceActivity:
        """The command this asks for."""
        return operations.CreateServiceActivity(
            order_id=key_of(self.order_id, "so", "service order", "orderId"),
            title=self.title,
            type_id=optional_key(self.type_id, "aty", "activity type", "typeId"),
            task_id=optional_key(self.task_id, "tsk", "service task", "taskId"),
            starts_at=self.starts_at,
            duration=self.duration,
            priority=self.priority,
        )


@strawberry.input(description="What is to be different about an activity, apart from who does it and when.")
class ChangeServiceActivityInput(MutationInput):
    """For `changeServiceActivity`."""

    activity_id: strawberry.ID = strawberry.field(description="Which activity.")
    title: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    type_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    category: strawberry.Maybe[str | None] = strawberry.field(description=OMIT_OR_CLEAR)
    purpose: strawberry.Maybe[str | None] = strawberry.field(description=OMIT_OR_CLEAR)
    phase_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(
        description=f"{OMIT_OR_CLEAR} The next stage of its order may give it another."
    )
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeServiceActivity:
        """The command this asks for."""
        return operations.ChangeServiceActivity(
            activity_id=key_of(self.activity_id, "act", "activity", "activityId"),
            title=kept(self.title),
            type_id=kept_key(self.type_id, "aty", "activity type", "typeId"),
            category=kept(self.category),
            purpose=kept(self.purpose),
            phase_id=kept_key(self.phase_id, "pha", "activity phase", "phaseId"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="A new activity type.")
class CreateActivityTypeInput(MutationInput):
    """For `createActivityType`."""

    name: str = strawberry.field(description="What kind of visit, at most 120 characters.")
    number: str | None = strawberry.field(default=None, description=NUMBER)

    def command(self) -> operations.CreateActivityType:
        """The command this asks for."""
        return operations.CreateActivityType(name=self.name, number=self.number)


@strawberry.input(description="What is to be different about an activity type.")
class ChangeActivityTypeInput(MutationInput):
    """For `changeActivityType`."""

    activity_type_id: strawberry.ID = strawberry.field(description="Which activity type.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeActivityType:
        """The command this asks for."""
        return operations.ChangeActivityType(
            activity_type_id=key_of(self.activity_type_id, "aty", "activity type", "activityTypeId"),
            name=kept(self.name),
            expected_version=self.expected_version,
        )
