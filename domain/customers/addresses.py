"""Addresses that are given with what happens at them, inside an open transaction."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from domain.core.checks import check_text, check_time_zone
from domain.core.errors import Code, Refused
from domain.core.operation import Work
from domain.customers import rules
from domain.customers.models import Address
from domain.numbering.operations import number_for


@dataclass(frozen=True, slots=True)
class GivenAddress:
    """An address given with an order: a new one of the customer, or with `this_service_only` the order's own.

    With `overwrite` the customer's address of the same name becomes this one. Units: degrees, WGS 84.
    """

    name: str
    street: str
    postal_code: str
    city: str
    country: str = "DK"
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    time_zone: str | None = None
    this_service_only: bool = False
    overwrite: bool = False


def checked_columns(
    *,
    name: str,
    street: str,
    postal_code: str,
    city: str,
    country: str,
    latitude: Decimal | None,
    longitude: Decimal | None,
    time_zone: str | None,
) -> dict[str, Any]:
    """The columns of an address, each in its stored form. Units: degrees, WGS 84.

    Raises:
        Refused: INVALID.
    """
    north, east = rules.check_position(latitude, longitude)
    return {
        "name": check_text(name, "name"),
        "street": check_text(street, "street", longest=200),
        "postal_code": check_text(postal_code, "postalCode", longest=20),
        "city": check_text(city, "city", longest=100),
        "country": rules.check_country(country),
        "latitude": north,
        "longitude": east,
        "time_zone": None if time_zone is None else check_time_zone(time_zone, "timeZone"),
    }


async def put_down(work: Work, customer_id: int, given: GivenAddress) -> int:
    """The key of an address of a customer that says what was given, made or overwritten.

    Raises:
        Refused: INVALID, ADDRESS_NAME_EXISTS, NUMBER_SEQUENCE_MISSING.

    Source: DOMAIN.md 5.4, D-12.
    """
    columns = checked_columns(
        name=given.name,
        street=given.street,
        postal_code=given.postal_code,
        city=given.city,
        country=given.country,
        latitude=given.latitude,
        longitude=given.longitude,
        time_zone=given.time_zone,
    )
    if not given.this_service_only:
        named = Address.filter(customer_id=customer_id, name=columns["name"], this_service_only=False)
        known = await named.select_for_update().first()
        if known is not None:
            if not given.overwrite:
                message = f"This customer has an address named {known.name} already; choose it, or overwrite it."
                raise Refused(Code.ADDRESS_NAME_EXISTS, message, ("name",))
            await work.change(known, "address_changed", **columns)
            return known.id
    made = Address(
        customer_id=customer_id,
        number=await number_for(work, Address, None),
        this_service_only=given.this_service_only,
        **columns,
    )
    return (await work.create(made, "address_created")).id
