"""Customers, contacts and addresses."""

from decimal import Decimal

import strawberry
from tortoise.expressions import Q

from api.schema.inputs import NUMBER, OMIT, OMIT_OR_CLEAR, VERSION, MutationInput, kept
from api.schema.lists import listing, looked_up
from api.schema.mutations import mutation
from api.schema.nodes import Node, key_of, node
from api.schema.paging import ActiveRecordFilter, RecordFilter, RecordOrder
from api.selection import column, identity, many, one
from domain.customers import models, operations
from domain.customers.queries import known_addresses, visible_customers, visible_of_customers


@node(models.Contact, prefix="con", visible=visible_of_customers, description="A person at a customer.")
class Contact(Node):
    """A contact."""

    id: strawberry.ID = identity("con")
    number: str = column(description="For people, unique per company.")
    name: str = column(description="The person's name.")
    phone: str | None = column(description="Telephone number.")
    email: str | None = column(description="E-mail address.")
    customer: "Customer" = one(description="Whose contact it is.")
    version: int = column(description="Grows with every change; send it back as `expectedVersion`.")


@node(
    models.Address,
    prefix="adr",
    visible=visible_of_customers,
    description="A place where a customer's things are serviced.",
)
class Address(Node):
    """A site."""

    id: strawberry.ID = identity("adr")
    number: str = column(description="For people, unique per company.")
    name: str = column(description="What the customer calls the place; unique per customer.")
    street: str = column(description="Street and house number.")
    postal_code: str = column(description="Postal code.")
    city: str = column(description="Town.")
    country: str = column(description="ISO 3166-1 code of two letters, for example `DK`.")
    latitude: Decimal | None = column(description="Degrees north, WGS 84; null when unknown.")
    longitude: Decimal | None = column(description="Degrees east, WGS 84; null when unknown.")
    time_zone: str | None = column(description="IANA time zone of the place; null means the company's.")
    this_service_only: bool = column(
        description="Whether it was given for one order alone; it is not among the customer's addresses then."
    )
    customer: "Customer" = one(description="Whose place it is.")
    version: int = column(description="Grows with every change; send it back as `expectedVersion`.")


@node(
    models.Customer,
    prefix="cus",
    visible=visible_customers,
    description="A company or person for whom service is done.",
)
class Customer(Node):
    """A customer."""

    id: strawberry.ID = identity("cus")
    number: str = column(description="For people, unique per company.")
    name: str = column(description="The customer's name.")
    phone: str | None = column(description="Telephone number.")
    email: str | None = column(description="E-mail address.")
    active: bool = column(description="Whether the customer is still one.")
    contacts: list[Contact] = many(order=("name", "id"), description="People to ask for.")
    addresses: list[Address] = many(order=("name", "id"), where=known_addresses, description="Places of service.")
    version: int = column(description="Grows with every change; send it back as `expectedVersion`.")


@strawberry.input(one_of=True, description="Exactly one way to name a customer.")
class CustomerRef:
    """By id or by number."""

    id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="Its id.")
    number: strawberry.Maybe[str] = strawberry.field(description="Its number, for example `CUS-10001`.")


@strawberry.input(description="Which addresses to list: those that meet every condition given.")
class AddressFilter(RecordFilter):
    """For `addresses`: those that were given for one order alone are not there."""

    def where(self) -> Q:
        """The condition on addresses."""
        return super().where() & Q(this_service_only=False)


@strawberry.input(description="A new customer.")
class CreateCustomerInput(MutationInput):
    """For `createCustomer`."""

    name: str = strawberry.field(description="The customer's name, at most 120 characters.")
    number: str | None = strawberry.field(default=None, description=NUMBER)
    phone: str | None = strawberry.field(default=None, description="Telephone number.")
    email: str | None = strawberry.field(default=None, description="E-mail address.")

    def command(self) -> operations.CreateCustomer:
        """The command this asks for."""
        return operations.CreateCustomer(name=self.name, number=self.number, phone=self.phone, email=self.email)


@strawberry.input(description="What is to be different about a customer.")
class ChangeCustomerInput(MutationInput):
    """For `changeCustomer`."""

    customer_id: strawberry.ID = strawberry.field(description="Which customer.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    phone: strawberry.Maybe[str | None] = strawberry.field(description=OMIT_OR_CLEAR)
    email: strawberry.Maybe[str | None] = strawberry.field(description=OMIT_OR_CLEAR)
    active: strawberry.Maybe[bool] = strawberry.field(description=OMIT)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeCustomer:
        """The command this asks for."""
        return operations.ChangeCustomer(
            customer_id=key_of(self.customer_id, "cus", "customer", "customerId"),
            name=kept(self.name),
            phone=kept(self.phone),
            email=kept(self.email),
            active=kept(self.active),
            expected_version=self.expected_version,
        )


@strawberry.input(description="A new person at a customer.")
class CreateContactInput(MutationInput):
    """For `createContact`."""

    customer_id: strawberry.ID = strawberry.field(description="Whose contact.")
    name: str = strawberry.field(description="The person's name, at most 120 characters.")
    number: str | None = strawberry.field(default=None, description=NUMBER)
    phone: str | None = strawberry.field(default=None, description="Telephone number.")
    email: str | None = strawberry.field(default=None, description="E-mail address.")

    def command(self) -> operations.CreateContact:
        """The command this asks for."""
        return operations.CreateContact(
            customer_id=key_of(self.customer_id, "cus", "customer", "customerId"),
            name=self.name,
            number=self.number,
            phone=self.phone,
            email=self.email,
        )


@strawberry.input(description="What is to be different about a contact.")
class ChangeContactInput(MutationInput):
    """For `changeContact`."""

    contact_id: strawberry.ID = strawberry.field(description="Which contact.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    phone: strawberry.Maybe[str | None] = strawberry.field(description=OMIT_OR_CLEAR)
    email: strawberry.Maybe[str | None] = strawberry.field(description=OMIT_OR_CLEAR)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeContact:
        """The command this asks for."""
        return operations.ChangeContact(
            contact_id=key_of(self.contact_id, "con", "contact", "contactId"),
            name=kept(self.name),
            phone=kept(self.phone),
            email=kept(self.email),
            expected_version=self.expected_version,
        )


@strawberry.input(description="A new site of a customer.")
class CreateAddressInput(MutationInput):
    """For `createAddress`."""

    customer_id: strawberry.ID = strawberry.field(description="Whose site.")
    name: str = strawberry.field(description="What the customer calls the place; unique per customer.")
    street: str = strawberry.field(description="Street and house number.")
    postal_code: str = strawberry.field(description="Postal code.")
    city: str = strawberry.field(description="Town.")
    country: str = strawberry.field(default="DK", description="ISO 3166-1 code of two letters.")
    number: str | None = strawberry.field(default=None, description=NUMBER)
    latitude: Decimal | None = strawberry.field(default=None, description="Degrees north, WGS 84.")
    longitude: Decimal | None = strawberry.field(default=None, description="Degrees east, WGS 84.")
    time_zone: str | None = strawberry.field(default=None, description="IANA time zone; the company's unless given.")

    def command(self) -> operations.CreateAddress:
        """The command this asks for."""
        return operations.CreateAddress(
            customer_id=key_of(self.customer_id, "cus", "customer", "customerId"),
            name=self.name,
            street=self.street,
            postal_code=self.postal_code,
            city=self.city,
            country=self.country,
            number=self.number,
            latitude=self.latitude,
            longitude=self.longitude,
            time_zone=self.time_zone,
        )


@strawberry.input(description="What is to be different about an address.")
class ChangeAddressInput(MutationInput):
    """For `changeAddress`."""

    address_id: strawberry.ID = strawberry.field(description="Which address.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    street: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    postal_code: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    city: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    country: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    latitude: strawberry.Maybe[Decimal | None] = strawberry.field(description=OMIT_OR_CLEAR)
    longitude: strawberry.Maybe[Decimal | None] = strawberry.field(description=OMIT_OR_CLEAR)
    time_zone: strawberry.Maybe[str | None] = strawberry.field(description=OMIT_OR_CLEAR)
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeAddress:
        """The command this asks for."""
        return operations.ChangeAddress(
            address_id=key_of(self.address_id, "adr", "address", "addressId"),
            name=kept(self.name),
            street=kept(self.street),
            postal_code=kept(self.postal_code),
            city=kept(self.city),
            country=kept(self.country),
            latitude=kept(self.latitude),
            longitude=kept(self.longitude),
            time_zone=kept(self.time_zone),
            expected_version=self.expected_version,
        )


@strawberry.type
class CustomerQueries:
    """Reading customers."""

    customer = looked_up(Customer, CustomerRef, "A customer; null when it does not exist or you may not see it.")
    customers = listing(Customer, ActiveRecordFilter, RecordOrder.NUMBER_ASC, "Customers.")
    contacts = listing(Contact, RecordFilter, RecordOrder.NUMBER_ASC, "Contacts of all customers.")
    addresses = listing(Address, AddressFilter, RecordOrder.NUMBER_ASC, "Addresses of all customers.")


@strawberry.type
class CustomerMutations:
    """Changing customers."""

    create_customer = mutation(
        operations.create_customer, CreateCustomerInput, "Creates a customer.", customer=Customer
    )
    change_customer = mutation(
        operations.change_customer, ChangeCustomerInput, "Changes a customer.", customer=Customer
    )
    create_contact = mutation(operations.create_contact, CreateContactInput, "Creates a contact.", contact=Contact)
    change_contact = mutation(operations.change_contact, ChangeContactInput, "Changes a contact.", contact=Contact)
    create_address = mutation(operations.create_address, CreateAddressInput, "Creates an address.", address=Address)
    change_address = mutation(operations.change_address, ChangeAddressInput, "Changes an address.", address=Address)
