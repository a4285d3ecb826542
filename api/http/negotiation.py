"""Which media type an answer is given in."""

from enum import Enum
from functools import lru_cache


class MediaType(Enum):
    """What an answer is given in."""

    RESPONSE = b"application/graphql-response+json"
    JSON = b"application/json"


_PAGE = b"text/html"


@lru_cache(maxsize=256)
def negotiate(accept: bytes) -> MediaType | None:
    """The media type an `Accept` header asks for; None when it takes none of ours.

    Source: GraphQL over HTTP, "Body". No header, or `*/*`, means `application/json`, for older clients.
    """
    wanted = _weights(accept)
    response, plain = _weight(wanted, MediaType.RESPONSE), _weight(wanted, MediaType.JSON)
    if not (response or plain):
        return None
    if response == plain:
        return MediaType.RESPONSE if MediaType.RESPONSE.value in wanted else MediaType.JSON
    return MediaType.RESPONSE if response > plain else MediaType.JSON


@lru_cache(maxsize=256)
def wants_page(accept: bytes) -> bool:
    """Whether an `Accept` header is that of a browser that opens a page."""
    wanted = _weights(accept)
    return wanted.get(_PAGE, 0.0) > max(_weight(wanted, media_type) for media_type in MediaType)


def _weights(accept: bytes) -> dict[bytes, float]:
    if not accept.strip():
        return {b"*/*": 1.0}
    weights: dict[bytes, float] = {}
    for part in accept.lower().split(b","):
        name, *parameters = (piece.strip() for piece in part.split(b";"))
        weights[name] = max(weights.get(name, 0.0), _quality(parameters))
    return weights


def _quality(parameters: list[bytes]) -> float:
    for parameter in parameters:
        if parameter.startswith(b"q="):
            try:
                return min(max(float(parameter[2:]), 0.0), 1.0)
            except ValueError:
                return 0.0
    return 1.0


def _weight(wanted: dict[bytes, float], media_type: MediaType) -> float:
    for name in (media_type.value, b"application/*", b"*/*"):
        if name in wanted:
            return wanted[name]
    return 0.0
