"""The `tavle` command."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.panel import Panel
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from api import documents_command
from api.settings import Settings, SettingsError, describe_settings, load_settings
from domain.core.actor import Role, TokenScope
from domain.projects.rules import TransactionType

ValueT = TypeVar("ValueT")

console = Console()
errors = Console(stderr=True)
app = typer.Typer(
    name="tavle",
    help="Service management and live dispatch, as a GraphQL API.",
    epilog="Settings come from the environment: `tavle settings` lists them.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
users = typer.Typer(help="People who sign in.", no_args_is_help=True)
tokens = typer.Typer(help="Tokens of programs.", no_args_is_help=True)
app.add_typer(users, name="user")
app.add_typer(tokens, name="token")
app.add_typer(documents_command.app, name="documents")

Host = Annotated[str | None, typer.Option(help="The address to listen on.", show_default="127.0.0.1")]
Port = Annotated[int | None, typer.Option(help="The port to listen on.", show_default="8000", min=0, max=65535)]


def main() -> None:
    """Run the command; a failure says what to do next and exits with 1."""
    try:
        app()
    except SettingsError as error:
        _fail(str(error))
    except KeyboardInterrupt:
        raise SystemExit(130) from None


@app.command()
def demo(
    host: Host = None,
    port: Port = None,
    *,
    quiet: Annotated[bool, typer.Option("--quiet", help="No simulated dispatchers: the board stands still.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Load the demo company anew.")] = False,
) -> None:
    """Serve a moving board of a made-up company, on SQLite under `var/`."""
    from api import demo as demonstration
    from api.server import run

    os.environ.setdefault("TAVLE_MODE", "demo")
    os.environ.setdefault("TAVLE_DATABASE_URL", "sqlite://var/demo.db")
    os.environ.setdefault("TAVLE_LOG_LEVEL", "warning")
    settings = _settings(host, port)
    with _progress() as progress:
        task = progress.add_task("Opening the database", total=None)

        def show(what: str, done: int, total: int) -> None:
            progress.update(task, description=what, completed=done, total=total)

        _run(demonstration.prepare(settings, fresh=fresh, progress=show))
    run(settings, moving=not quiet, started=lambda port: _greet(settings, port))


@app.command()
def serve(
    host: Host = None,
    port: Port = None,
    workers: Annotated[int, typer.Option(help="Processes; more than one needs PostgreSQL.", min=1, max=64)] = 1,
) -> None:
    """Serve the API. The database must be migrated first."""
    from db.config import is_postgres
    from db.migrating import pending_migrations

    settings = _settings(host, port)
    if workers > 1 and not is_postgres(settings.database_url):
        _fail("Several workers need PostgreSQL: set TAVLE_DATABASE_URL, or leave out --workers.")
    lacking = _run(_reachable(pending_migrations(settings.database_url)))
    if lacking:
        _fail(f"The database lacks {len(lacking)} migrations. Run: tavle migrate")
    os.environ |= {"TAVLE_HOST": settings.host, "TAVLE_PORT": str(settings.port)}
    # In this command's place, and without what only a command needs: a server is there for long.
    os.execv(sys.executable, [sys.executable, "-m", "api.serve", str(workers)])  # noqa: S606 - no shell is meant


@app.command()
def migrate() -> None:
    """Bring the database to the newest schema; safe to repeat."""
    from db.lifecycle import database
    from db.migrating import migrate
    from domain.core.actor import SYSTEM
    from domain.core.operation import perform
    from domain.exchange.operations import complete_sequences

    settings = _settings()

    def show(event: str, name: str) -> None:
        if event == "apply_start":
            console.print(f"Applying {name}", markup=False)

    async def work() -> list[str]:
        applied = await migrate(settings.database_url, progress=show)
        async with database(settings.database_url):
            await perform(complete_sequences, None, actor=SYSTEM)
        return applied

    applied = _run(_reachable(work()))
    console.print(f"{len(applied)} migrations applied." if applied else "The database is up to date.")


@app.command(hidden=True)
def migrations() -> None:
    """Write the migrations that the models ask for (for developers)."""
    from db.migrating import write_migrations

    for file in _run(write_migrations()):
        console.print(file, markup=False)


@app.command()
def schema() -> None:
    """Print the GraphQL schema in its definition language."""
    from api.schema.build import printed_schema

    sys.stdout.write(printed_schema())


@app.command()
def seed(*, fresh: Annotated[bool, typer.Option("--fresh", help="Delete the SQLite file first.")] = False) -> None:
    """Load the demo company, with its users, into the database."""
    from api import demo as demonstration

    settings = _settings()
    with _progress() as progress:
        task = progress.add_task("Opening the database", total=None)

        def show(what: str, done: int, total: int) -> None:
            progress.update(task, description=what, completed=done, total=total)

        _run(_reachable(demonstration.prepare(settings, fresh=fresh, progress=show)))
    console.print("The demo company is loaded.")


@app.command(name="import")
def import_(folder: Annotated[Path, typer.Argument(help="Folder with the CSV files of docs/import.md.")]) -> None:
    """Load a company's own data from CSV files; all or nothing per file, and safe to repeat."""
    from db.lifecycle import database
    from domain.core import clock
    from domain.exchange.folders import import_folder

    settings = _settings()
    if not folder.is_dir():
        _fail(f"{folder} is no folder.")

    async def work(progress: Progress) -> Any:
        task = progress.add_task("Reading", total=None)

        def show(what: str, done: int, total: int) -> None:
            progress.update(task, description=what, completed=done, total=total)

        async with database(settings.database_url):
            return await import_folder(folder, today=clock.now().date(), progress=show)

    with _progress() as progress:
        report = _run(_reachable(work(progress)))
    table = Table("File", "Outcome", "Created", "Changed", "Unchanged", "Errors")
    for file in report.files:
        counts = (file.created, file.changed, file.unchanged, file.error_count)
        table.add_row(file.file, file.outcome.value, *map(str, counts))
    console.print(table)
    for error in report.errors:
        errors.print(str(error), style="red", markup=False)
    if not report.done:
        _fail("Files with errors were left out as a whole. Mend them and run this again; nothing is doubled.")


@app.command(name="export")
def export_(folder: Annotated[Path, typer.Argument(help="Folder to write to; made if it is not there.")]) -> None:
    """Write the company's data as CSV files that `tavle import` reads."""
    from db.lifecycle import database
    from domain.exchange.folders import export_folder

    settings = _settings()

    async def work() -> Any:
        async with database(settings.database_url):
            return await export_folder(folder)

    report = _run(_reachable(work()))
    for file in report.files:
        console.print(f"{file.file}: {file.rows} rows")


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")]) -> None:
    """Write everything to one file, while servers go on working."""
    from db.backup import BackupFailed, back_up

    settings = _settings()
    try:
        with _counting("Copying") as show:
            size = back_up(settings.database_url, file, progress=show)
    except BackupFailed as failure:
        _fail(str(failure))
    console.print(f"{file}: {size:,} bytes", markup=False)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="A file that `tavle backup` wrote.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Put the contents of a back-up in the place of everything in the database."""
    from db.backup import BackupFailed
    from db.backup import restore as put_back
    from db.migrating import migrate

    settings = _settings()
    if not yes:
        typer.confirm("This replaces everything in the database. Go on?", abort=True)
    try:
        with _counting("Copying") as show:
            put_back(settings.database_url, file, progress=show)
    except BackupFailed as failure:
        _fail(str(failure))
    applied = _run(_reachable(migrate(settings.database_url)))
    console.print(f"Restored; {len(applied)} migrations applied. Clients that follow a board get a snapshot.")


@app.command()
def prune(days: Annotated[int, typer.Argument(help="Keep the events of so many days.", min=1)]) -> None:
    """Delete older events from the log, which is the audit trail too."""
    from db.lifecycle import database
    from domain.core import clock
    from domain.core.housekeeping import keep_in_order

    settings = _settings()

    async def work() -> int:
        async with database(settings.database_url):
            _, events = await keep_in_order(clock.now(), days)
        return events

    console.print(f"{_run(_reachable(work()))} events deleted.")


@app.command()
def plan(
    to: Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day to plan.")],
    from_: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day.", show_default="today")
    ] = None,
    agreement: Annotated[
        list[str] | None, typer.Option(help="Number of an agreement; may be repeated. All unless given.")
    ] = None,
    type_: Annotated[
        list[TransactionType] | None, typer.Option("--type", help="Only lines of this type; may be repeated.")
    ] = None,
    *,
    continuous: Annotated[bool, typer.Option("--continuous", help="Make up for what is missing before, too.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how much it would be.")] = False,
) -> None:
    """Create the service orders that agreements promise; in batches, and safe to break off and repeat."""
    from api.planning import Asked, carry_out_planning

    settings = _settings()
    asked = Asked(from_, to, tuple(agreement or ()), frozenset(type_ or ()), continuous)
    with _progress() as progress:
        task = progress.add_task("Planning", total=None)

        def show(agreements: int, total: int, orders: int) -> None:
            progress.update(task, description=f"{orders} orders", completed=agreements, total=total)

        done = _run(_reachable(carry_out_planning(settings, asked, dry_run=dry_run, progress=show)))
    table = Table("Orders", "Lines", "There already", "Passed over", "On closed days")
    table.add_row(*map(str, done.counts))
    console.print(table)
    if done.problem is not None:
        _fail(done.problem)


@app.command()
def check(*, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Say whether configuration, database and migrations are in order; exits with 1 if not."""
    from db.config import is_postgres
    from db.lifecycle import database, ping
    from db.migrating import pending_migrations

    settings = _settings()
    found: dict[str, str] = {"configuration": f"ok ({settings.mode} mode)"}
    failed = False

    async def look() -> list[str]:
        async with database(settings.database_url):
            await ping()
        return await pending_migrations(settings.database_url)

    try:
        lacking = asyncio.run(look())
        found["database"] = "ok (PostgreSQL)" if is_postgres(settings.database_url) else "ok (SQLite)"
        failed = bool(lacking)
        found["migrations"] = f"missing: {', '.join(lacking)}; run: tavle migrate" if lacking else "ok"
    except Exception as error:  # noqa: BLE001 - the point is to say what is wrong
        failed = True
        found["database"] = f"cannot be used: {error}; if it is new, run: tavle migrate"
    if as_json:
        console.print_json(json.dumps(found))
    else:
        for what, state in found.items():
            console.print(f"{what}: {state}", markup=False)
    raise SystemExit(1 if failed else 0)


@app.command()
def settings() -> None:
    """List the settings: environment variables, defaults and meanings."""
    table = Table("Variable", "Default", "Meaning")
    for setting in describe_settings():
        choices = f" One of {', '.join(setting.choices)}." if setting.choices else ""
        table.add_row(setting.variable, setting.default, setting.description + choices)
    console.print(table)


@users.command("add")
def add_user(
    email: Annotated[str, typer.Argument(help="Signs in with this address.")],
    name: Annotated[str, typer.Option(help="As shown to others.")],
    role: Annotated[Role, typer.Option(help="What the person may do.", case_sensitive=False)],
    password: Annotated[
        str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, help="At least 10 characters.")
    ],
    worker: Annotated[str | None, typer.Option(help="Number of the worker the person is.")] = None,
    customer: Annotated[str | None, typer.Option(help="Number of the customer the person belongs to.")] = None,
) -> None:
    """Add a person who signs in."""
    from api.accounts import add_user as add

    settings = _settings()
    _run(_reachable(add(settings, email, name, role, password, worker=worker, customer=customer)))
    console.print(f"{email} can sign in.", markup=False)


@tokens.command("add")
def add_token(
    name: Annotated[str, typer.Argument(help="What the token is for.")],
    days: Annotated[int | None, typer.Option(help="Ends after so many days; never without it.", min=1)] = None,
    scope: Annotated[
        list[TokenScope] | None, typer.Option(help="Repeat it for several; all without it.", case_sensitive=False)
    ] = None,
) -> None:
    """Make a token for a program (role INTEGRATION). It is shown once."""
    from api.accounts import add_token as add
    from domain.core import clock

    settings = _settings()
    ends: datetime | None = clock.now() + timedelta(days=days) if days is not None else None
    console.print(_run(_reachable(add(settings, name, ends, scope or ()))), markup=False)


def _settings(host: str | None = None, port: int | None = None) -> Settings:
    settings = load_settings({"host": host, "port": port})
    from api.logs import configure_logs

    configure_logs(settings)
    return settings


def _run(work: Coroutine[Any, Any, ValueT]) -> ValueT:
    return asyncio.run(work)


async def _reachable(work: Coroutine[Any, Any, ValueT]) -> ValueT:
    """What `work` gives; a refusal or an unreachable database ends the command with a sentence."""
    from tortoise.exceptions import DBConnectionError, OperationalError

    from db.migrating import OtherMigrationsError
    from domain.core.errors import Refused

    try:
        return await work
    except OtherMigrationsError as error:
        _fail(f"{error}\nUse the version of Tavle that made them, or a newer one, or an empty database.")
    except Refused as refused:
        _fail("\n".join(refusal.message for refusal in refused.refusals))
    except (DBConnectionError, OperationalError, OSError) as error:
        _fail(f"The database cannot be used: {error}\nLook at it with: tavle check")


def _fail(message: str) -> NoReturn:
    errors.print(message, style="red", markup=False, soft_wrap=True)
    raise SystemExit(1)


def _progress() -> Progress:
    return Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), console=errors, transient=True)


@contextmanager
def _counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar for something counted."""
    with _progress() as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _greet(settings: Settings, port: int) -> None:
    from api.app import DEMO_TOKEN
    from api.demo import PASSWORD, TOKENS

    base = f"http://{settings.host}:{port}"
    query = "{ dispatchBoard(input: {}) { timeZone teams { name workers { name } } undispatched { number title } } }"
    curl = (
        f"curl -s {base}/graphql -H 'Authorization: Bearer {DEMO_TOKEN}' -H 'Content-Type: application/json'"
        f" -d '{json.dumps({'query': query})}'"
    )
    lines = [
        f"[bold]Explorer[/]   {base}/explorer",
        f"[bold]GraphQL[/]    {base}/graphql",
        f"[bold]Websocket[/]  ws://{settings.host}:{port}/graphql (graphql-transport-ws)",
        f"[bold]Schema[/]     {base}/schema.graphql",
        f"[bold]Health[/]     {base}/healthz  {base}/readyz",
        f"[bold]Metrics[/]    {base}/metrics",
        "",
        f"[bold]Sign-ins[/]   password {PASSWORD}, or the bearer token",
        *(f"           {token:<17} {email}" for token, email in TOKENS.items()),
    ]
    errors.print(Panel("\n".join(lines), title="Tavle demo", expand=False))
    # Outside the panel and unwrapped, so that it works when pasted.
    errors.print(curl, soft_wrap=True, markup=False, highlight=False)


if __name__ == "__main__":
    main()
