"""Changes of customers, contacts and addresses."""

from dataclasses import dataclass
from decimal import Decimal

from domain.core.actor import Permission
from domain.core.checks import check_text, optional_email, optional_text
from domain.core.errors import Code, Refused
from domain.core.keep import KEEP, Keep, chosen
from domain.core.operation import Work, check_version, operation
from domain.core.rows import existing, locked
from domain.customers.addresses import checked_columns
from domain.customers.models import Address, Contact, Customer
from domain.numbering.operations import number_for


@dataclass(frozen=True, slots=True)
class CreateCustomer:
    """A new customer; without a number it draws one."""

    name: str
    number: str | None = None
    phone: str | None = None
    email: str | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def create_customer(work: Work, command: CreateCustomer) -> int:
    """Create a customer.

    Raises:
        Refused: INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.
    """
    customer = Customer(
        name=check_text(command.name, "name"),
        phone=optional_text(command.phone, "phone", longest=40),
        email=optional_email(command.email, "email"),
        number=await number_for(work, Customer, command.number),
    )
    return (await work.create(customer, "customer_created")).id


@dataclass(frozen=True, slots=True)
class ChangeCustomer:
    """What is to be different about a customer."""

    customer_id: int
    name: str | Keep = KEEP
    phone: str | None | Keep = KEEP
    email: str | None | Keep = KEEP
    active: bool | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def change_customer(work: Work, command: ChangeCustomer) -> int:
    """Change a customer.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.
    """
    customer = await locked(Customer, command.customer_id, "customer", "customerId")
    await check_version(customer, command.expected_version)
    await work.change(
        customer,
        "customer_changed",
        name=check_text(chosen(command.name, customer.name), "name"),
        phone=optional_text(chosen(command.phone, customer.phone), "phone", longest=40),
        email=optional_email(chosen(command.email, customer.email), "email"),
        active=chosen(command.active, customer.active),
    )
    return customer.id


@dataclass(frozen=True, slots=True)
class CreateContact:
    """A new person at a customer."""

    customer_id: int
    name: str
    number: str | None = None
    phone: str | None = None
    email: str | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def create_contact(work: Work, command: CreateContact) -> int:
    """Create a contact.

    Raises:
        Refused: NOT_FOUND, INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.
    """
    contact = Contact(
        customer_id=await existing(Customer, command.customer_id, "customer", "customerId"),
        name=check_text(command.name, "name"),
        phone=optional_text(command.phone, "phone", longest=40),
        email=optional_email(command.email, "email"),
        number=await number_for(work, Contact, command.number),
    )
    return (await work.create(contact, "contact_created")).id


@dataclass(frozen=True, slots=True)
class ChangeContact:
    """What is to be different about a contact."""

    contact_id: int
    name: str | Keep = KEEP
    phone: str | None | Keep = KEEP
    email: str | None | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def change_contact(work: Work, command: ChangeContact) -> int:
    """Change a contact.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID.
    """
    contact = await locked(Contact, command.contact_id, "contact", "contactId")
    await check_version(contact, command.expected_version)
    await work.change(
        contact,
        "contact_changed",
        name=check_text(chosen(command.name, contact.name), "name"),
        phone=optional_text(chosen(command.phone, contact.phone), "phone", longest=40),
        email=optional_email(chosen(command.email, contact.email), "email"),
    )
    return contact.id


@dataclass(frozen=True, slots=True)
class CreateAddress:
    """A new site of a customer. Units: latitude and longitude in degrees, WGS 84."""

    customer_id: int
    name: str
    street: str
    postal_code: str
    city: str
    country: str = "DK"
    number: str | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    time_zone: str | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def create_address(work: Work, command: CreateAddress) -> int:
    """Create an address.

    Raises:
        Refused: NOT_FOUND, INVALID, ALREADY_EXISTS, NUMBER_SEQUENCE_MISSING.
    """
    columns = checked_columns(
        name=command.name,
        street=command.street,
        postal_code=command.postal_code,
        city=command.city,
        country=command.country,
        latitude=command.latitude,
        longitude=command.longitude,
        time_zone=command.time_zone,
    )
    address = Address(
        customer_id=await existing(Customer, command.customer_id, "customer", "customerId"),
        number=await number_for(work, Address, command.number),
        this_service_only=False,
        **columns,
    )
    await _check_address_name(address.customer_id, address.name)
    return (await work.create(address, "address_created")).id


@dataclass(frozen=True, slots=True)
class ChangeAddress:
    """What is to be different about an address. Units: latitude and longitude in degrees, WGS 84."""

    address_id: int
    name: str | Keep = KEEP
    street: str | Keep = KEEP
    postal_code: str | Keep = KEEP
    city: str | Keep = KEEP
    country: str | Keep = KEEP
    latitude: Decimal | None | Keep = KEEP
    longitude: Decimal | None | Keep = KEEP
    time_zone: str | None | Keep = KEEP
    expected_version: int | None = None


@operation(requires=Permission.MAINTAIN_ORDERS)
async def change_address(work: Work, command: ChangeAddress) -> int:
    """Change an address.

    Raises:
        Refused: NOT_FOUND, VERSION_CONFLICT, INVALID, ALREADY_EXISTS.
    """
    address = await locked(Address, command.address_id, "address", "addressId")
    await check_version(address, command.expected_version)
    columns = checked_columns(
        name=chosen(command.name, address.name),
        street=chosen(command.street, address.street),
        postal_code=chosen(command.postal_code, address.postal_code),
        city=chosen(command.city, address.city),
        country=chosen(command.country, address.country),
        latitude=chosen(command.latitude, address.latitude),
        longitude=chosen(command.longitude, address.longitude),
        time_zone=chosen(command.time_zone, address.time_zone),
    )
    if columns["name"] != address.name and not address.this_service_only:
        await _check_address_name(address.customer_id, columns["name"])
    await work.change(address, "address_changed", **columns)
    return address.id


async def _check_address_name(customer_id: int, name: str) -> None:
    """Refuse a second address of the same name at one customer: people choose addresses by name."""
    if await Address.filter(customer_id=customer_id, name=name, this_service_only=False).exists():
        raise Refused(Code.ALREADY_EXISTS, f"This customer has an address named {name} already.", ("name",))
