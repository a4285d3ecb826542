"""Receives the messages of a webhook: checks who sent them, takes each once, and prints what happened."""

import base64
import hashlib
import hmac
import json
import os
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

PREFIX = "whsec_"
# How far the clocks of the two machines may be apart; an older message is a recorded one.
TOLERANCE_SECONDS = 300


class NotGenuine(Exception):
    """A message that is not from the one who knows the secret, or an old one."""


def verified(secret: str, headers: Mapping[str, str], body: bytes, now: float | None = None) -> dict[str, Any]:
    """What a message says. The body has to be as it came: JSON that was read and written again is another text.

    Raises:
        NotGenuine.
    """
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not timestamp.isdecimal() or abs((now or time.time()) - int(timestamp)) > TOLERANCE_SECONDS:
        raise NotGenuine("its time is missing, or too far from now")
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    # Several signatures are separated by spaces.
    given = headers.get("webhook-signature", "").split()
    if not any(hmac.compare_digest(expected.encode(), each.encode()) for each in given):
        raise NotGenuine("its signature is another")
    message: dict[str, Any] = json.loads(body)
    return message


class Receiver(BaseHTTPRequestHandler):
    """Takes messages by POST."""

    # A message that was answered but whose answer got lost comes again. Keep these beside what you make of them.
    taken: set[str] = set()  # noqa: RUF012 - one for all requests

    def do_POST(self) -> None:
        """Take a message: 204, or 401 for one that is not genuine."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        try:
            headers = {name.lower(): value for name, value in self.headers.items()}
            message = verified(os.environ["TAVLE_WEBHOOK_SECRET"], headers, body)
        except NotGenuine as error:
            print(f"refused: {error}", flush=True)
            self.answer(401)
            return
        message_id = self.headers["webhook-id"]
        if message_id not in self.taken:
            self.taken.add(message_id)
            subject = message["subject"]
            print(f"{message['type']}: {subject['type']} {subject['id']}, by {message['actor']}", flush=True)
        # Answer within ten seconds, and do what takes longer afterwards.
        self.answer(204)

    def answer(self, status: int) -> None:
        """An answer without a body."""
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Print nothing else."""


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(os.environ.get("PORT", "9000"))), Receiver)
    print(f"listening on http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()
