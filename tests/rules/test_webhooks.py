"""Where webhooks may lead, how their messages are signed, and when they are given up."""

import hmac
import runpy
from base64 import b64decode, b64encode
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from domain.core.errors import Code, Refused
from domain.webhooks.rules import check_url, is_public, next_attempt, signature, was_taken

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "url", ["https://example.com/tavle", "http://localhost:9000/", " https://xn--brd-gra.dk/a?b=c "]
)
def test_an_address_is_kept_without_its_margins(url: str) -> None:
    assert check_url(url) == url.strip()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "ftp://example.com",
        "https://",
        "https:///path",
        "https://example.com:99999/",
        "https://example.com:0/",
        "https://[::1/",
        "https://exa mple.com",
        "https://bård.dk",
        "https://example.com/\n",
        "https://me:secret@example.com",
        "https://example.com/" + "x" * 500,
    ],
)
def test_what_is_no_address_is_refused(url: str) -> None:
    if url.endswith("\n"):
        url += "x"
    with pytest.raises(Refused) as refused:
        check_url(url)

    [only] = refused.value.refusals
    assert (only.code, only.path) == (Code.INVALID, ("url",))


def test_a_signature_is_that_of_standard_webhooks() -> None:
    # The example of the specification, version 1.0.0.
    at = datetime.fromtimestamp(1614265330, UTC)

    secret, message_id = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    made = signature(secret, message_id, at, '{"test": 2432232314}')

    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    key = b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    by_hand = hmac.new(key, b'msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{"test": 2432232314}', "sha256").digest()
    assert made == "v1," + b64encode(by_hand).decode()


def test_a_message_is_tried_twelve_times_in_four_days() -> None:
    at, tries = NOON, 1
    while (again := next_attempt(tries, at)) is not None:
        assert again > at
        at, tries = again, tries + 1

    assert tries == 12
    assert timedelta(days=4) < at - NOON < timedelta(days=5)


def test_only_a_yes_is_a_yes() -> None:
    answers = (200, 204, 299, 300, 301, 400, 500, None)

    assert [status for status in answers if was_taken(status)] == [200, 204, 299]


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104 - listened to by nobody here
        ("255.255.255.255", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("::", False),
        ("fe80::1", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.215.14", True),
        ("2002:7f00:1::", False),
        ("2002:0a01:0203::", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::5db8:d70e", True),
    ],
)
def test_only_addresses_of_the_open_internet_are_public(address: str, public: bool) -> None:  # noqa: FBT001
    assert is_public(ip_address(address)) is public


def test_the_example_of_a_receiver_takes_what_is_signed_and_nothing_else() -> None:
    receiver: Any = runpy.run_path(str(Path(__file__).parents[2] / "examples/python/webhook.py"))
    verified, not_genuine = receiver["verified"], receiver["NotGenuine"]
    secret = "whsec_" + b64encode(b"s" * 32).decode()
    body = '{"type": "order_changed", "note": "kølerum"}'
    headers = {
        "webhook-id": "evt_1",
        "webhook-timestamp": str(int(NOON.timestamp())),
        "webhook-signature": "v1,b2xk " + signature(secret, "evt_1", NOON, body),
    }
    now = NOON.timestamp() + 299

    assert verified(secret, headers, body.encode(), now)["type"] == "order_changed"
    for forged in (
        (secret, headers, body.encode() + b" ", now),
        (secret, headers | {"webhook-id": "evt_2"}, body.encode(), now),
        (secret, headers | {"webhook-signature": "v1,b2xk"}, body.encode(), now),
        (secret, headers, body.encode(), now + 2),
        (secret, {}, body.encode(), now),
        ("whsec_" + b64encode(b"t" * 32).decode(), headers, body.encode(), now),
    ):
        with pytest.raises(not_genuine):
            verified(*forged)
