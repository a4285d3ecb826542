"""`GET /calendars/{token}.ics`: a calendar, for whoever has its address."""

import asyncio
from collections import OrderedDict
from time import perf_counter

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.calendars.writing import calendar_text, origin_of, tag_of
from api.masking import rate_limited
from api.rates import RateLimited, Rates
from domain.access.operations import hash_of
from domain.calendar_feeds.publishing import publication
from domain.calendar_feeds.queries import OpenFeed, open_feed
from domain.core import clock
from domain.core.actor import ANONYMOUS

# As much as reading a large page.
COST = 500
_LONGEST_TOKEN = 100
_MOST_TEXTS = 32
_HEADERS = {
    # Kept, but asked for again each time: the answer is 304 while nothing has changed.
    "cache-control": "private, no-cache",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}

log = structlog.get_logger()


class CalendarEndpoint:
    """Answers requests for calendars. The address is the key, so it stands in no log."""

    def __init__(self, rates: Rates) -> None:
        self._rates = rates
        # A year of visits takes a thread for a second; one at a time leaves the loop its share.
        self._writing = asyncio.Lock()
        # The last ones by their tags, for the several programs that read one.
        self._texts: OrderedDict[str, bytes] = OrderedDict()

    async def answer(self, request: Request) -> Response:
        """The calendar, or why there is none."""
        started = perf_counter()
        feed: OpenFeed | None = None
        try:
            self._rates.charge(ANONYMOUS, request.client.host if request.client else None, COST)
            token = hash_of(request.path_params["token"][:_LONGEST_TOKEN])
            feed = await open_feed(token)
            answer = _not_found() if feed is None else await self._written(feed, token, request)
        except RateLimited as limited:
            answer = JSONResponse({"errors": [rate_limited(limited, "")]}, 429, _HEADERS)
            answer.headers["retry-after"] = str(limited.retry_after)
        log.info(
            "calendar",
            feed=feed and feed.id,
            status=answer.status_code,
            bytes=len(bytes(answer.body)),
            milliseconds=round((perf_counter() - started) * 1000, 2),
        )
        return answer

    async def _written(self, feed: OpenFeed, token: str, request: Request) -> Response:
        found = await publication(feed, clock.now())
        tag = f"{feed.id}-{tag_of(found)}"
        headers = _HEADERS | {"etag": f'"{tag}"'}
        asked = (each.strip().removeprefix("W/") for each in request.headers.get("if-none-match", "").split(","))
        if f'"{tag}"' in asked:
            return Response(status_code=304, headers=headers)
        async with self._writing:
            content = self._texts.get(tag)
            if content is None:
                content = await asyncio.to_thread(calendar_text, found, origin_of(token))
                self._texts[tag] = content
                if len(self._texts) > _MOST_TEXTS:
                    self._texts.popitem(last=False)
        headers["content-disposition"] = 'inline; filename="visits.ics"'
        return Response(content, 200, headers, "text/calendar; charset=utf-8")


def _not_found() -> Response:
    message = "There is no such calendar, or it was ended."
    return JSONResponse({"errors": [{"message": message, "extensions": {"code": "NOT_FOUND"}}]}, 404, _HEADERS)
