"""Decisions about webhooks: where they may lead, how a message is signed, when it is tried again. Pure."""

import base64
import hashlib
import hmac
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from urllib.parse import urlsplit

from domain.core.errors import Code, Path, Refused

SECRET_PREFIX = "whsec_"  # noqa: S105 - how secrets of Standard Webhooks begin
_LONGEST_URL = 500
# NAT64: the last 32 bits are an IPv4 address (RFC 6052).
_TRANSLATED = IPv6Network("64:ff9b::/96")
# A receiver may be away for a long weekend: eleven waits, in all 4 days and 3 hours.
_WAITS = tuple(timedelta(minutes=minutes) for minutes in (0.2, 1, 5, 15, 60, 180, 480, 720, 1_440, 1_440, 1_620))


class DeliveryStatus(StrEnum):
    """Where a message stands: it waits to be sent, was taken, or was given up."""

    PENDING = "PENDING"
    DELIVERED = "DELIVERED"
    DEAD = "DEAD"


def check_url(url: str, path: Path = ("url",)) -> str:
    """An address that messages can be sent to: http or https, a host, no name and password.

    Raises:
        Refused: INVALID.
    """
    kept = url.strip()
    wrong = Refused(Code.INVALID, "Give an address such as https://example.com/tavle.", path)
    if len(kept) > _LONGEST_URL or not kept.isascii() or any(sign <= " " for sign in kept):
        raise wrong
    try:
        parts = urlsplit(kept)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise wrong from None
    if not usable:
        raise wrong
    if parts.username is not None or parts.password is not None:
        raise Refused(Code.INVALID, "Leave name and password out: messages are signed instead.", path)
    return kept


def signature(secret: str, message_id: str, at: datetime, body: str) -> str:
    """The header `webhook-signature` of a message.

    Source: the Standard Webhooks specification, version 1.
    """
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{int(at.timestamp())}.{body}".encode()
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def next_attempt(attempts: int, at: datetime) -> datetime | None:
    """When a message that has failed so many times is tried again; None when it is given up."""
    return at + _WAITS[attempts - 1] if attempts <= len(_WAITS) else None


def was_taken(status: int | None) -> bool:
    """Whether a receiver that answered with this HTTP status has the message."""
    return status is not None and 200 <= status < 300  # noqa: PLR2004 - HTTP's own numbers


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Whether an address is one of the open internet, and none that leads back into this network."""
    inner = [address]
    if isinstance(address, IPv6Address):
        teredo = address.teredo or ()
        inner += [other for other in (address.ipv4_mapped, address.sixtofour, *teredo) if other is not None]
        if address in _TRANSLATED:
            inner.append(IPv4Address(int(address) & 0xFFFF_FFFF))
    return all(each.is_global and not each.is_multicast for each in inner[1:] or inner)
