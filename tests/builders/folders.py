"""Folders of a company's files, as a person would type them."""

import csv
from pathlib import Path
from textwrap import dedent

from domain.exchange.tables import TABLES


def a_folder(folder: Path, **files: str) -> Path:
    """A folder with these files, named without their ending; indentation is taken off."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(dedent(text).lstrip("\n"), "utf-8", newline="")
    return folder


def the_examples(folder: Path) -> Path:
    """A folder of every file, each with the example row of its page."""
    folder.mkdir(parents=True, exist_ok=True)
    for table in TABLES:
        with (folder / table.file).open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(column.name for column in table.columns)
            writer.writerow(column.example for column in table.columns)
    return folder


def bytes_of(folder: Path) -> dict[str, bytes]:
    """The files of a folder."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.csv"))}
