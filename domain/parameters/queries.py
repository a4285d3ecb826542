"""The company's settings, as everyone may read them."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from domain.parameters.models import ServiceManagementParameters


async def company_parameters() -> ServiceManagementParameters:
    """The stored parameters, or the defaults of a company that has not saved any."""
    return await ServiceManagementParameters.get_or_none(id=1) or ServiceManagementParameters(id=1, company_name="")


def civil_date(at: datetime, time_zone: str) -> date:
    """The date that the calendar on the wall shows at `at` in `time_zone`."""
    return at.astimezone(ZoneInfo(time_zone)).date()
