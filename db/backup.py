"""Back-ups: one file with everything, taken while servers write, and put back under a new epoch of the event log."""

import os
import re
import secrets
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from db.config import is_postgres, sqlite_path

# Told of how much is done, in the unit of the database: SQLite's pages; PostgreSQL says nothing before its end.
Progress = Callable[[int, int], object]

_PAGES_AT_A_TIME = 2_000
_POSTGRES_MARK = b"PGDMP"
_SQLITE_MARK = b"SQLite format 3\0"
_INSTALLED = Path("/usr/lib/postgresql")
# Servers hold plans for tables that are no longer there; who is sent away comes back at once and plans anew.
_SEND_AWAY = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name LIKE 'tavle%'"
)


class BackupFailed(Exception):
    """A back-up that could not be taken or put back; the text says why and what to do. Nothing was changed."""


def back_up(url: str, file: Path, *, progress: Progress) -> int:
    """Write everything in the database at `url` to `file`; gives the file's size in bytes.

    Servers go on reading and writing; the file holds one moment. It appears complete or not at all.

    Raises:
        BackupFailed: it cannot be written, or there is no pg_dump for a PostgreSQL database.
    """
    if file.exists():
        raise BackupFailed(f"{file} is there already: choose another name, or move it away.")
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        if is_postgres(url):
            _run("pg_dump", url, "--format=custom", "--no-owner", "--no-privileges", "--file", str(draft))
        else:
            _copy_sqlite(Path(sqlite_path(url)), draft, progress)
        with draft.open("rb") as written:
            os.fsync(written.fileno())
        # A link, unlike a rename, never replaces what somebody else has put there meanwhile.
        file.hardlink_to(draft)
    except (OSError, sqlite3.Error) as error:
        raise BackupFailed(f"The back-up cannot be written: {error}") from error
    finally:
        draft.unlink(missing_ok=True)
    return file.stat().st_size


def restore(url: str, file: Path, *, progress: Progress) -> None:
    """Put everything in `file` in the place of what is in the database at `url`, which may have to be migrated then.

    The log begins a new epoch in the same transaction, so every client that follows a board gets a snapshot.

    Raises:
        BackupFailed: `file` is no back-up for this kind of database; nothing was changed.
    """
    mark = _beginning(file)
    if is_postgres(url):
        if not mark.startswith(_POSTGRES_MARK):
            raise BackupFailed(f"{file} is no back-up of a PostgreSQL database.")
        _restore_postgres(url, file)
    else:
        if mark != _SQLITE_MARK:
            raise BackupFailed(f"{file} is no back-up of an SQLite database.")
        _restore_sqlite(Path(sqlite_path(url)), file, progress)


def _beginning(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(len(_SQLITE_MARK))
    except OSError as error:
        raise BackupFailed(f"{file} cannot be read: {error.strerror}.") from error


def _copy_sqlite(source: Path, target: Path, progress: Progress) -> None:
    if not source.exists():
        raise BackupFailed(f"There is no database in {source}.")
    with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as from_, closing(sqlite3.connect(target)) as to:
        # With a read transaction of our own the copy is of this moment; without, each write would start it anew.
        from_.execute("BEGIN")
        from_.execute("SELECT 1 FROM sqlite_master").fetchone()
        _copy_pages(from_, to, progress)
        _check_sqlite(to, target)


def _restore_sqlite(target: Path, file: Path, progress: Progress) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        shutil.copyfile(file, draft)
        with closing(sqlite3.connect(draft)) as copy:
            _check_sqlite(copy, file)
            copy.execute("UPDATE event_head SET epoch = ? WHERE id = 1", [secrets.token_hex(6)])
            copy.commit()
            with closing(sqlite3.connect(target, timeout=30)) as to:
                # Servers that have the file open see the old contents until all of the new ones are there.
                to.execute("PRAGMA journal_mode = WAL")
                to.execute("PRAGMA synchronous = FULL")
                _copy_pages(copy, to, progress)
    except (OSError, sqlite3.Error) as error:
        raise BackupFailed(f"{file} cannot be put back: {error}") from error
    finally:
        draft.unlink(missing_ok=True)


def _copy_pages(source: sqlite3.Connection, target: sqlite3.Connection, progress: Progress) -> None:
    def report(_status: int, remaining: int, total: int) -> None:
        progress(total - remaining, total)

    source.backup(target, pages=_PAGES_AT_A_TIME, progress=report, sleep=0)


def _check_sqlite(connection: sqlite3.Connection, file: Path) -> None:
    try:
        [verdict] = connection.execute("PRAGMA quick_check(1)").fetchone()
        known = connection.execute("SELECT count(*) FROM event_head WHERE id = 1").fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupFailed(f"{file} is damaged, or not of Tavle: {error}") from error
    if verdict != "ok" or known != (1,):
        raise BackupFailed(f"{file} is damaged: {verdict}")


def _restore_postgres(url: str, file: Path) -> None:
    script = file.with_name(f".{file.name}.{secrets.token_hex(4)}.sql")
    try:
        bare = ("--clean", "--if-exists", "--no-owner", "--no-privileges")
        _run("pg_restore", None, *bare, f"--file={script}", str(file))
        if not _makes_log(script):
            raise BackupFailed(f"{file} is no back-up of Tavle.")
        epoch = f"UPDATE public.event_head SET epoch = '{secrets.token_hex(6)}' WHERE id = 1"
        quiet = ("--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1")
        _run("psql", url, *quiet, "--single-transaction", f"--file={script}", f"--command={epoch}")
        _run("psql", url, *quiet, f"--command={_SEND_AWAY}")
    finally:
        script.unlink(missing_ok=True)


def _makes_log(script: Path) -> bool:
    with script.open(encoding="utf-8", errors="replace") as lines:
        return any(line.startswith("CREATE TABLE public.event_head") for line in lines)


def _run(program: str, url: str | None, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; where it connects to, and the password, go by its environment."""
    done = subprocess.run(  # noqa: S603 - PostgreSQL's own programs
        [str(_program(program)), *arguments],
        env=os.environ | ({} if url is None else _libpq(url)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=False,
    )
    if done.returncode:
        raise BackupFailed(f"{program} failed: {done.stderr.decode(errors='replace').strip()}")


def _program(name: str) -> Path:
    found = shutil.which(name)
    if found is not None:
        return Path(found)
    versions = [folder for folder in _INSTALLED.glob("*/bin") if (folder / name).exists()]
    if not versions:
        raise BackupFailed(f"{name} is not installed. On Debian: apt-get install postgresql-client")
    return max(versions, key=lambda folder: [int(part) for part in re.findall(r"\d+", folder.parent.name)]) / name


def _libpq(url: str) -> dict[str, str]:
    """The environment variables by which PostgreSQL's programs find the database at `url`."""
    parts, query = urlsplit(url), parse_qs(urlsplit(url).query)
    named: dict[str, Any] = {
        "PGHOST": query["host"][0] if "host" in query else parts.hostname,
        "PGPORT": query["port"][0] if "port" in query else parts.port,
        "PGUSER": parts.username and unquote(parts.username),
        "PGPASSWORD": parts.password and unquote(parts.password),
        "PGDATABASE": unquote(parts.path.lstrip("/")),
    }
    return {name: str(value) for name, value in named.items() if value}
