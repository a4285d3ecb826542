"""The server's own process: it loads what a server needs, and says what keeps it from starting."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from api.listening import bound
from tests.serving import SECRET


def python(*arguments: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """What Python says when it is run with these arguments, and settings of the tests."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TAVLE_")}
    environment |= {"TAVLE_SECRET": SECRET, "TAVLE_DATABASE_URL": f"sqlite://{folder}/tavle.db", **variables}
    return subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=60
    )


def test_what_only_commands_need_is_not_loaded(tmp_path: Path) -> None:
    program = "import sys, api.serve, api.app; print(*[name for name, module in sys.modules.items() if module])"
    loaded = python("-c", program, folder=tmp_path).stdout.split()

    assert {"api.app", "strawberry", "tortoise"} <= set(loaded)
    for name in ("typer", "rich", "greenlet", "api.__main__", "api.demo", "domain.exchange", "reportlab", "PIL"):
        assert name not in loaded
    assert "tortoise.migrations.autodetector" not in loaded


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"TAVLE_PORT": "many"}, "TAVLE_PORT: must be a whole number, not many."),
        ({"TAVLE_SECRET": "short"}, "TAVLE_SECRET is too short"),
    ],
)
def test_settings_that_cannot_be_used_end_it(variables: dict[str, str], said: str, tmp_path: Path) -> None:
    ended = python("-m", "api.serve", "1", folder=tmp_path, **variables)

    assert ended.returncode == 1
    assert said in ended.stderr
    assert "Traceback" not in ended.stderr


async def test_answers_are_sent_at_once() -> None:
    listener = bound("127.0.0.1", 0)
    delays: list[bool] = []

    async def accept(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = writer.get_extra_info("socket")
        delays.append(not connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    async with await asyncio.start_server(accept, sock=listener):
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        await reader.read()
        writer.close()

    assert delays == [False]


@pytest.mark.parametrize("shares", [False, True])
@pytest.mark.parametrize("workers", [1, 2])
def test_a_port_that_is_taken_ends_it(workers: int, *, shares: bool, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0), reuse_port=shares) as taken:
        port = str(taken.getsockname()[1])
        ended = python("-m", "api.serve", str(workers), folder=tmp_path, TAVLE_PORT=port)

    assert ended.returncode == 1
    assert "in use" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_several_processes_are_for_postgres(tmp_path: Path) -> None:
    ended = python("-m", "api", "serve", "--workers", "2", folder=tmp_path)

    assert ended.returncode == 1
    assert "Several workers need PostgreSQL" in ended.stderr
