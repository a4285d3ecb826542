"""The day on which an order is done, beside the company's calendar."""

from datetime import date, datetime

from domain.calendars.queries import working_calendars
from domain.calendars.rules import is_open_day
from domain.orders.models import ServiceOrder
from domain.parameters.queries import civil_date, company_parameters


async def conflicts_with_calendar(service_at: datetime | None) -> bool:
    """Whether an order is wished for a day on which the company's calendar is closed; never without a calendar.

    Source: DOMAIN.md 1.1.
    """
    parameters = await company_parameters()
    if service_at is None or parameters.calendar_id is None:
        return False
    calendar = (await working_calendars([parameters.calendar_id]))[parameters.calendar_id]
    return not is_open_day(calendar, civil_date(service_at, parameters.time_zone))


async def day_of(order: ServiceOrder, now: datetime) -> date:
    """The day on which an order is to be done: the one that is wished for, else today."""
    return civil_date(order.service_at or now, (await company_parameters()).time_zone)
