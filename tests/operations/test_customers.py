"""Customers, contacts and sites, beyond the laws of all master data."""

import asyncio
from decimal import Decimal
from typing import Any

import pytest

from domain.core.actor import ANONYMOUS
from domain.core.errors import Code, Path, Refused
from domain.core.operation import perform
from domain.core.rows import company_only
from domain.customers.models import Address, Contact, Customer
from domain.customers.operations import (
    ChangeAddress,
    ChangeContact,
    ChangeCustomer,
    CreateAddress,
    CreateContact,
    CreateCustomer,
    change_address,
    change_contact,
    change_customer,
    create_address,
    create_contact,
    create_customer,
)
from domain.customers.queries import visible_customers, visible_of_customers
from domain.items.models import Item
from domain.projects.models import Project
from tests.builders import actors
from tests.builders.actors import DISPATCHER
from tests.builders.log import nothing_changes, only_event, refusal
from tests.builders.rows import a_contact, a_customer, a_project, an_address, an_item

pytestmark = pytest.mark.usefixtures("database")


# --- customers and contacts ------------------------------------------------------------------------------------------


async def test_a_customer_is_created() -> None:
    command = CreateCustomer(" Havnens Køl ApS ", "C-1", " +45 12 34 56 78 ", " post@example.test ")

    done = await perform(create_customer, command, actor=DISPATCHER)

    columns = {
        "id": 1,
        "number": "C-1",
        "name": "Havnens Køl ApS",
        "phone": "+45 12 34 56 78",
        "email": "post@example.test",
        "active": True,
        "version": 1,
    }
    event = await only_event()
    assert done.result == 1
    assert await Customer.all().values() == [columns]
    assert (event.kind, event.body) == ("customer_created", {"before": None, "after": columns})
    assert (event.actor_id, event.actor_name) == (2, "Dina Dispatcher")


async def test_a_customer_changes_and_clears() -> None:
    customer = await a_customer(phone="12345678", email="post@example.test")

    await perform(change_customer, ChangeCustomer(customer.id, phone=" ", email=None, active=False), actor=DISPATCHER)

    stored, event = await Customer.get(id=customer.id), await only_event()
    assert (stored.phone, stored.email, stored.active, stored.version) == (None, None, False, 2)
    assert event.body["before"] == event.body["after"] | {
        "phone": "12345678",
        "email": "post@example.test",
        "active": True,
        "version": 1,
    }


async def test_a_contact_belongs_to_a_customer() -> None:
    customer = await a_customer()

    await perform(
        create_contact, CreateContact(customer.id, "Bo Holm", "B-1", "12345678", "bo@example.test"), actor=DISPATCHER
    )

    columns = {
        "id": 1,
        "customer_id": customer.id,
        "number": "B-1",
        "name": "Bo Holm",
        "phone": "12345678",
        "email": "bo@example.test",
        "version": 1,
    }
    event = await only_event()
    assert await Contact.all().values() == [columns]
    assert (event.kind, event.body) == ("contact_created", {"before": None, "after": columns})


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"phone": "1" * 41}, ("phone",)),
        ({"phone": "\x07"}, ("phone",)),
        ({"email": "post"}, ("email",)),
        ({"email": "post@example"}, ("email",)),
        ({"email": "a b@example.test"}, ("email",)),
        ({"email": "a" * 200 + "@example.test"}, ("email",)),
    ],
)
async def test_what_is_wrong_with_a_customer_or_contact_is_named(wrong: dict[str, Any], path: Path) -> None:
    customer = await a_customer()
    contact = await a_contact(customer)

    for wanted, command in [
        (create_customer, CreateCustomer("Name", "N-1", **wrong)),
        (change_customer, ChangeCustomer(customer.id, **wrong)),
        (create_contact, CreateContact(customer.id, "Name", "N-1", **wrong)),
        (change_contact, ChangeContact(contact.id, **wrong)),
    ]:
        assert await refusal(wanted, command, actor=DISPATCHER) == (Code.INVALID, path)  # type: ignore[arg-type]


async def test_nothing_belongs_to_an_unknown_customer() -> None:
    contact = CreateContact(999, "Bo Holm", "B-1")
    address = CreateAddress(999, "Warehouse", "Søndre Kaj 4", "2150", "Nordhavn", number="A-1")

    assert await refusal(create_contact, contact, actor=DISPATCHER) == (Code.NOT_FOUND, ("customerId",))
    assert await refusal(create_address, address, actor=DISPATCHER) == (Code.NOT_FOUND, ("customerId",))


# --- addresses -------------------------------------------------------------------------------------------------------


async def test_an_address_is_created_with_position_and_zone() -> None:
    customer = await a_customer()

    await perform(
        create_address,
        CreateAddress(
            customer.id,
            " Warehouse ",
            " Søndre Kaj 4 ",
            " 2150 ",
            " Nordhavn ",
            "dk",
            "A-1",
            Decimal("55.7"),
            Decimal("-12.345678"),
            "America/Nuuk",
        ),
        actor=DISPATCHER,
    )

    columns = {
        "id": 1,
        "customer_id": customer.id,
        "number": "A-1",
        "name": "Warehouse",
        "street": "Søndre Kaj 4",
        "postal_code": "2150",
        "city": "Nordhavn",
        "country": "DK",
        "time_zone": "America/Nuuk",
        "this_service_only": False,
        "version": 1,
    }
    event = await only_event()
    position = {"latitude": Decimal("55.7"), "longitude": Decimal("-12.345678")}
    assert await Address.all().values() == [columns | position]
    assert event.kind == "address_created"
    assert event.body == {
        "before": None,
        "after": columns | {"latitude": "55.700000", "longitude": "-12.345678"},
    }


async def test_an_address_changes_and_clears() -> None:
    address = await an_address(latitude=Decimal(55), longitude=Decimal(12), time_zone="Europe/London")

    await perform(
        change_address,
        ChangeAddress(
            address.id,
            street="Nordre Kaj 1",
            postal_code="8000",
            city="Aarhus",
            country="se",
            latitude=None,
            longitude=None,
            time_zone=None,
        ),
        actor=DISPATCHER,
    )

    stored, event = await Address.get(id=address.id), await only_event()
    assert (stored.street, stored.postal_code, stored.city, stored.country) == (
        "Nordre Kaj 1",
        "8000",
        "Aarhus",
        "SE",
    )
    assert (stored.latitude, stored.longitude, stored.time_zone, stored.version) == (None, None, None, 2)
    assert (event.body["before"]["latitude"], event.body["after"]["latitude"]) == ("55.000000", None)


@pytest.mark.parametrize(
    ("latitude", "longitude", "path"),
    [
        ("55", None, "longitude"),
        (None, "12", "latitude"),
        ("90.000001", "12", "latitude"),
        ("-90.1", "12", "latitude"),
        ("55", "180.1", "longitude"),
        ("55", "-181", "longitude"),
        ("NaN", "12", "latitude"),
        ("55", "Infinity", "longitude"),
    ],
)
async def test_a_position_is_whole_and_on_earth(latitude: str | None, longitude: str | None, path: str) -> None:
    address = await an_address()
    position: dict[str, Any] = {
        "latitude": None if latitude is None else Decimal(latitude),
        "longitude": None if longitude is None else Decimal(longitude),
    }
    created = CreateAddress(address.customer_id, "B", "Street 1", "2150", "Nordhavn", number="A-1", **position)

    expected = (Code.INVALID, (path,))
    assert await refusal(create_address, created, actor=DISPATCHER, key="k") == expected
    assert await refusal(change_address, ChangeAddress(address.id, **position), actor=DISPATCHER) == expected


async def test_the_poles_and_the_date_line_are_on_earth() -> None:
    address = await an_address()
    position: dict[str, Any] = {"latitude": Decimal(-90), "longitude": Decimal(180)}

    await perform(change_address, ChangeAddress(address.id, **position), actor=DISPATCHER)

    stored = await Address.get(id=address.id)
    assert (stored.latitude, stored.longitude) == (Decimal(-90), Decimal(180))


async def test_a_position_has_six_decimals() -> None:
    address = await an_address()
    position: dict[str, Any] = {"latitude": Decimal("55.1234567891"), "longitude": Decimal("12.00000049")}

    await perform(change_address, ChangeAddress(address.id, **position), actor=DISPATCHER)
    async with nothing_changes():
        await perform(change_address, ChangeAddress(address.id, **position), actor=DISPATCHER)

    stored, event = await Address.get(id=address.id), await only_event()
    assert (stored.latitude, stored.longitude) == (Decimal("55.123457"), Decimal("12.000000"))
    assert (event.body["after"]["latitude"], event.body["after"]["longitude"]) == ("55.123457", "12.000000")


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"street": " "}, ("street",)),
        ({"street": "x" * 201}, ("street",)),
        ({"postal_code": ""}, ("postalCode",)),
        ({"postal_code": "1" * 21}, ("postalCode",)),
        ({"city": ""}, ("city",)),
        ({"city": "x" * 101}, ("city",)),
        ({"country": "Denmark"}, ("country",)),
        ({"country": ""}, ("country",)),
        ({"time_zone": "Nuuk"}, ("timeZone",)),
        ({"time_zone": ""}, ("timeZone",)),
    ],
)
async def test_what_is_wrong_with_an_address_is_named(wrong: dict[str, Any], path: Path) -> None:
    address = await an_address()
    right = {"name": "B", "street": "Street 1", "postal_code": "2150", "city": "Nordhavn", "number": "A-1"}
    created = CreateAddress(address.customer_id, **(right | wrong))

    assert await refusal(create_address, created, actor=DISPATCHER) == (Code.INVALID, path)
    assert await refusal(change_address, ChangeAddress(address.id, **wrong), actor=DISPATCHER) == (Code.INVALID, path)


async def test_a_customer_has_each_address_name_once_and_another_customer_may_have_it_too() -> None:
    customer, other = await a_customer(), await a_customer()
    await an_address(customer, name="Warehouse")
    second = await an_address(customer, name="Office")
    created = CreateAddress(customer.id, " Warehouse ", "Street 1", "2150", "Nordhavn", number="A-1")

    taken = (Code.ALREADY_EXISTS, ("name",))
    assert await refusal(create_address, created, actor=DISPATCHER) == taken
    assert await refusal(change_address, ChangeAddress(second.id, name="Warehouse"), actor=DISPATCHER) == taken
    await perform(
        create_address,
        CreateAddress(other.id, "Warehouse", "Street 1", "2150", "Nordhavn", number="A-1"),
        actor=DISPATCHER,
    )
    assert await Address.filter(name="Warehouse").count() == 2


# --- two at once -----------------------------------------------------------------------------------------------------


async def test_two_who_give_the_same_number_at_once_get_one_customer_and_one_refusal() -> None:
    for number in ("C-1", "C-2", "C-3"):
        outcomes = await asyncio.gather(
            *(perform(create_customer, CreateCustomer(f"Number {place}", number), actor=DISPATCHER) for place in "ab"),
            return_exceptions=True,
        )

        [refused] = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        assert isinstance(refused, Refused)
        assert (refused.refusals[0].code, refused.refusals[0].path) == (Code.ALREADY_EXISTS, ("number",))
    assert await Customer.all().count() == 3


# --- what is seen ----------------------------------------------------------------------------------------------------


async def test_a_customer_sees_itself_with_what_belongs_to_it_and_nothing_else() -> None:
    mine, theirs = await a_customer(), await a_customer()
    for customer in (mine, theirs):
        await a_contact(customer)
        await an_address(customer)
        await a_project(customer=customer)
    await a_project()
    await an_item()

    for actor, customers, projects, items in [
        (actors.MANAGER, 2, 3, 1),
        (DISPATCHER, 2, 3, 1),
        (actors.INTEGRATION, 2, 3, 1),
        (actors.technician(1), 2, 3, 1),
        (actors.customer(mine.id), 1, 1, 0),
        (actors.customer(None), 0, 0, 0),
        (ANONYMOUS, 0, 0, 0),
    ]:
        assert await Customer.filter(visible_customers(actor)).count() == customers
        assert await Contact.filter(visible_of_customers(actor)).count() == customers
        assert await Address.filter(visible_of_customers(actor)).count() == customers
        assert await Project.filter(visible_of_customers(actor)).count() == projects
        assert await Item.filter(company_only(actor)).count() == items
    [seen] = await Customer.filter(visible_customers(actors.customer(mine.id)))
    [project] = await Project.filter(visible_of_customers(actors.customer(mine.id)))
    assert (seen.id, project.customer_id) == (mine.id, mine.id)
