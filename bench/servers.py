"""Starting and stopping the servers, each a process of its own, and what the kernel says of them."""

import os
import re
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

_ROOT = Path(__file__).parent.parent
_START_SECONDS, _STOP_SECONDS = 30, 10
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    name: str
    pid: int
    port: int
    database_url: str

    def cpu_seconds(self) -> float:
        """The time its processes have computed."""
        return cpu_seconds(self.pid)

    def has_ended(self) -> bool:
        """Whether the process has come to its end."""
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"

    def memory_mb(self) -> float:
        """Its resident memory, shared libraries and mapped files too."""
        found = re.search(r"^VmRSS:\s+(\d+) kB", Path(f"/proc/{self.pid}/status").read_text(), re.MULTILINE)
        return int(found[1]) / 1024 if found else 0.0


def processes(pid: int) -> list[int]:
    """The processes that a process has started, or itself if there are none."""
    started = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [each for child in started for each in processes(int(child))] or [pid]


def cpu_seconds(pid: int) -> float:
    """The time that a process, or those it has started, have computed, in user and kernel mode."""
    found = 0
    for each in processes(pid):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        found += int(fields[11]) + int(fields[12])
    return found / _TICKS


@contextmanager
def running(name: str, database_url: str, folder: Path, *, workers: int = 1) -> Iterator[Server]:
    """Our server as shipped (`ours`), with so many processes, or a peer, on a free port of this machine alone."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TAVLE_")}
    # As installed: compiled once, not at every start.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    if name == "ours":
        environment |= {
            "TAVLE_DATABASE_URL": database_url,
            "TAVLE_MODE": "production",
            "TAVLE_SECRET": secrets.token_urlsafe(48),
            "TAVLE_STATE_DIR": str(folder),
            # One client asks for a whole company here. It is counted as ever.
            "TAVLE_COST_PER_MINUTE": "1000000000000",
        }
        command = [sys.executable, "-m", "api", "serve", "--host", "127.0.0.1", "--port", "0"]
        command += ["--workers", str(workers)]
    else:
        command = [sys.executable, "-m", "bench.peers", name, database_url]
    log = folder / f"{name}-{secrets.token_hex(3)}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            command,
            cwd=_ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    try:
        yield Server(name, process.pid, _port(process, log), database_url)
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        log.unlink()


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    """Where it listens, once it does."""
    give_up_at = time.monotonic() + _START_SECONDS
    while time.monotonic() < give_up_at and process.poll() is None:
        found = re.search(r"http://\S+/graphql", log.read_text())
        if found is not None:
            return urlsplit(found[0]).port or 0
        time.sleep(0.05)
    raise RuntimeError(f"The server did not start:\n{log.read_text()[-4000:]}")
