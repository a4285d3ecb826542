"""The demo as a newcomer starts it, for a browser to visit."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

START_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo."""

    url: str


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """`tavle demo` on a database of its own, whose board stands still unless a test moves it."""
    folder: Path = tmp_path_factory.mktemp("demo")
    port = _free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("TAVLE_")},
        "TAVLE_DATABASE_URL": f"sqlite://{folder / 'demo.db'}",
        "TAVLE_STATE_DIR": str(folder),
        "TAVLE_PORT": str(port),
    }
    log = (folder / "log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "demo", "--quiet"], env=environment, stdout=log, stderr=subprocess.STDOUT
    )
    try:
        _wait_until_ready(url, process, folder / "log")
        yield Demo(url)
    finally:
        process.terminate()
        process.wait(20)
        log.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{url}/readyz").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError(f"The demo did not start:\n{log.read_text()}")
