"""`GET /documents/{kind}/{order}.pdf`: a paper, for whoever may see the order."""

import asyncio
from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Protocol
from urllib.parse import quote

import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.auth import bearer_token
from api.masking import rate_limited
from api.papers.tickets import KINDS, WORDS, redeem
from api.rates import RateLimited, Rates
from api.selection import parse_id
from domain.core import clock
from domain.core.actor import Actor, Permission
from domain.core.errors import NotPermitted, NotSignedIn
from domain.core.operation import check_permission
from domain.orders.papers import Paper, paper_of

# As much as reading a large page; a paper is drawn in a few hundredths of a second.
COST = 500
_LARGEST_KEY = 2**31 - 1
_HEADERS = {
    "cache-control": "private, no-store",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; sandbox",
    "referrer-policy": "no-referrer",
}

log = structlog.get_logger()


class SignedIn(Protocol):
    """What a verified token stands for."""

    @property
    def actor(self) -> Actor:
        """On whose behalf the request is made."""


class PaperEndpoint:
    """Answers requests for papers."""

    def __init__(self, secret: str, *, authenticate: Callable[[str], Awaitable[SignedIn]], rates: Rates) -> None:
        self._secret = secret
        self._authenticate = authenticate
        self._rates = rates
        # reportlab keeps fonts for the whole process, and one thread that draws leaves the loop its share.
        self._drawing = asyncio.Lock()

    async def answer(self, request: Request) -> Response:
        """The paper, or why there is none."""
        started = perf_counter()
        actor: Actor | None = None
        try:
            actor = await self._actor(request)
            self._rates.charge(actor, request.client.host if request.client else None, COST)
            paper = await self._paper(actor, request)
            answer = _not_found() if paper is None else await self._drawn(paper)
        except NotSignedIn as error:
            answer = _refused(401, "UNAUTHENTICATED", error.message)
            answer.headers["www-authenticate"] = 'Bearer error="invalid_token"'
        except NotPermitted as error:
            answer = _refused(403, "FORBIDDEN", error.message)
        except RateLimited as limited:
            answer = JSONResponse({"errors": [rate_limited(limited, "")]}, 429, _HEADERS)
            answer.headers["retry-after"] = str(limited.retry_after)
        log.info(
            "document",
            path=request.url.path,
            actor=actor.key if actor else None,
            status=answer.status_code,
            bytes=len(bytes(answer.body)),
            milliseconds=round((perf_counter() - started) * 1000, 2),
        )
        return answer

    async def _actor(self, request: Request) -> Actor:
        ticket = request.query_params.get("ticket")
        if ticket is not None:
            return await redeem(self._secret, ticket, request.url.path, clock.now())
        token = bearer_token(request.headers.get("authorization"))
        if token is None:
            raise NotSignedIn("Send a bearer token, or ask `documentLink` for a link.")
        actor = (await self._authenticate(token)).actor
        check_permission(actor, Permission.READ)
        return actor

    async def _paper(self, actor: Actor, request: Request) -> Paper | None:
        kind = KINDS.get(request.path_params["kind"])
        key = parse_id(request.path_params["order"], "so")
        if kind is None or key is None or key > _LARGEST_KEY:
            return None
        return await paper_of(actor, kind, key, now=clock.now())

    async def _drawn(self, paper: Paper) -> Response:
        async with self._drawing:
            content = await asyncio.to_thread(_pdf_of, paper)
        name = f"{WORDS[paper.kind]}-{paper.number.replace('/', '-')}.pdf"
        disposition = f"inline; filename*=UTF-8''{quote(name)}"
        return Response(content, 200, _HEADERS | {"content-disposition": disposition}, "application/pdf")


def _pdf_of(paper: Paper) -> bytes:
    # What draws is as large as a tenth of the server, and most servers are never asked for a paper.
    from api.papers.pages import pdf_of

    return pdf_of(paper)


def _not_found() -> Response:
    return _refused(404, "NOT_FOUND", "There is no such document, or you may not see it.")


def _refused(status: int, code: str, message: str) -> Response:
    return JSONResponse({"errors": [{"message": message, "extensions": {"code": code}}]}, status, _HEADERS)
