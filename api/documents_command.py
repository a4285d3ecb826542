"""`tavle documents`: the trusted documents, listed and added to."""

import hashlib
import shutil
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from api.documents import Documents
from api.settings import load_settings
from api.trusted import DocumentsError, id_of, read_documents

console = Console()
errors = Console(stderr=True)
app = typer.Typer(help="Trusted documents: asked for by id in place of their text.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """List the trusted documents: id, operations, and what is wrong with them if anything is."""
    found, documents = _read(load_settings().documents), _documents()
    table = Table("Id", "Operations", "Problems")
    for text in dict.fromkeys(found.values()):
        described = documents.describe(text)
        table.add_row(id_of(text), ", ".join(described.operations), "\n".join(described.problems))
    console.print(table)
    console.print(f"{table.row_count} documents.")


@app.command("add")
def add(
    files: Annotated[list[Path], typer.Argument(help="Documents (.graphql), or manifests that a build wrote (.json).")],
) -> None:
    """Add documents, all or none; servers that run find them by themselves."""
    folder, documents = load_settings().documents, _documents()
    if folder.is_file():
        _fail(f"{folder} is a manifest: have your build write to it, or let TAVLE_DOCUMENTS name a folder.")
    texts = [text for file in files for text in _texts(file)]
    problems = [f"{id_of(text)}: {problem}" for text in texts for problem in documents.describe(text).problems]
    if problems:
        _fail("\n".join(problems))
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        # Named by its content: to add it twice is to add it once, and no other file is overwritten.
        target = folder / f"{hashlib.sha256(file.read_bytes()).hexdigest()}{file.suffix}"
        draft = target.with_suffix(".draft")
        shutil.copyfile(file, draft)
        draft.replace(target)
    for text in dict.fromkeys(texts):
        console.print(id_of(text), soft_wrap=True, highlight=False)


def _texts(file: Path) -> list[str]:
    if file.suffix in {".graphql", ".gql"} and file.is_file():
        return [file.read_text("utf-8")]
    return list(dict.fromkeys(_read(file).values()))


def _read(path: Path) -> dict[str, str]:
    try:
        return read_documents(path)
    except DocumentsError as error:
        _fail(str(error))


def _documents() -> Documents:
    from api.schema.build import schema

    return Documents(schema)


def _fail(message: str) -> NoReturn:
    errors.print(message, style="red", markup=False, soft_wrap=True)
    raise SystemExit(1)
