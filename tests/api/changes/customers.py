"""Changes of customers, contacts and addresses."""

from decimal import Decimal

from domain.core.actor import Role
from tests.api.changes.table import Told, change
from tests.builders import rows


@change("createCustomer", "customer { number name email version }", Role.TECHNICIAN)
async def _() -> Told:
    await rows.number_sequences("customer")
    return Told(
        given={"name": " Kold ApS ", "email": "kold@kold.example"},
        gives={"customer": {"number": "CUS-10001", "name": "Kold ApS", "email": "kold@kold.example", "version": 1}},
        wrong={"email": "kold"},
        code="INVALID",
        path=("email",),
    )


@change("changeCustomer", "customer { name phone active version }", Role.TECHNICIAN)
async def _() -> Told:
    customer = await rows.a_customer(name="Kold ApS", phone="12345678")
    return Told(
        given={"customerId": f"cus_{customer.id}", "phone": None, "expectedVersion": 1},
        gives={"customer": {"name": "Kold ApS", "phone": None, "active": True, "version": 2}},
        wrong={"expectedVersion": 7},
        code="VERSION_CONFLICT",
        path=("expectedVersion",),
    )


@change("createContact", "contact { number name customer { id } }", Role.TECHNICIAN)
async def _() -> Told:
    await rows.number_sequences("contact")
    customer = f"cus_{(await rows.a_customer()).id}"
    return Told(
        given={"customerId": customer, "name": "Bo Holm"},
        gives={"contact": {"number": "CON-10001", "name": "Bo Holm", "customer": {"id": customer}}},
        wrong={"customerId": "wrk_1"},
        code="NOT_FOUND",
        path=("customerId",),
    )


@change("changeContact", "contact { name version }", Role.TECHNICIAN)
async def _() -> Told:
    contact = await rows.a_contact()
    return Told(
        given={"contactId": f"con_{contact.id}", "name": "Bo Holm Nielsen"},
        gives={"contact": {"name": "Bo Holm Nielsen", "version": 2}},
        wrong={"name": "x" * 121},
        code="INVALID",
        path=("name",),
    )


@change("createAddress", "address { number city latitude longitude timeZone }", Role.TECHNICIAN)
async def _() -> Told:
    await rows.number_sequences("address")
    customer = await rows.a_customer()
    return Told(
        given={
            "customerId": f"cus_{customer.id}",
            "name": "Harbour",
            "street": "Søndre Kaj 4",
            "postalCode": "2150",
            "city": "Nordhavn",
            "latitude": "55.7079",
            "longitude": "12.5934",
        },
        gives={
            "address": {
                "number": "ADR-10001",
                "city": "Nordhavn",
                "latitude": "55.707900",
                "longitude": "12.593400",
                "timeZone": None,
            }
        },
        wrong={"timeZone": "Europe/Nordhavn"},
        code="INVALID",
        path=("timeZone",),
    )


@change("changeAddress", "address { city latitude }", Role.TECHNICIAN)
async def _() -> Told:
    address = await rows.an_address(latitude=Decimal("55.7"), longitude=Decimal("12.6"))
    return Told(
        given={"addressId": f"adr_{address.id}", "latitude": None, "longitude": None},
        gives={"address": {"city": "Nordhavn", "latitude": None}},
        wrong={"longitude": "181"},
        code="INVALID",
        path=("latitude",),
    )
