"""Time zones by name."""

import pytest

from domain.core.checks import check_time_zone
from domain.core.errors import Code, Refusal, Refused


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "localtime", "europe/copenhagen", "Europe"])
def test_a_name_that_is_no_time_zone_is_refused(name: str) -> None:
    with pytest.raises(Refused) as refused:
        check_time_zone(name, "input", "timeZone")

    message = f"{name} is no IANA time zone; one is Europe/Copenhagen."
    assert refused.value.refusals == (Refusal(Code.INVALID, message, ("input", "timeZone")),)


@pytest.mark.parametrize("name", ["Europe/Copenhagen", "America/Argentina/Buenos_Aires", "UTC"])
def test_a_time_zone_is_accepted(name: str) -> None:
    assert check_time_zone(name) == name
