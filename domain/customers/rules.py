"""Decisions about customers. Pure."""

import re
from decimal import ROUND_HALF_EVEN, Decimal

from domain.core.errors import Code, Refused

# 11 cm; maps give far more places than that.
_PLACES = Decimal("0.000001")
_COUNTRY = re.compile(r"[A-Za-z]{2}")


def check_position(latitude: Decimal | None, longitude: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    """A position in its stored form, of six decimals; refused when incomplete or not on Earth. Units: degrees.

    Raises:
        Refused: INVALID.
    """
    if latitude is None and longitude is None:
        return None, None
    if latitude is None or longitude is None:
        missing = "latitude" if latitude is None else "longitude"
        raise Refused(Code.INVALID, "Give both latitude and longitude, or neither.", (missing,))
    for name, degrees, limit in (("latitude", latitude, 90), ("longitude", longitude, 180)):
        if not degrees.is_finite() or abs(degrees) > limit:
            raise Refused(Code.INVALID, f"A {name} lies between -{limit} and {limit} degrees.", (name,))
    return latitude.quantize(_PLACES, ROUND_HALF_EVEN), longitude.quantize(_PLACES, ROUND_HALF_EVEN)


def check_country(code: str) -> str:
    """An ISO 3166-1 country code of two letters, such as `DK`.

    Raises:
        Refused: INVALID.
    """
    if not _COUNTRY.fullmatch(code):
        raise Refused(Code.INVALID, f"{code} is no country code; one is DK.", ("country",))
    return code.upper()
