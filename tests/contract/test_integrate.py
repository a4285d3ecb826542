"""What docs/integrate.md says to write is valid, and its tables name everything there is."""

import re
from pathlib import Path

import pytest
from graphql import parse, validate

from api.masking import ErrorCode
from api.schema.build import schema
from domain.core.actor import TokenScope

PAGE = Path(__file__).parents[2] / "docs" / "integrate.md"
TEXT = PAGE.read_text("utf-8")
DOCUMENTS = re.findall(r"^```graphql\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
# Explained by the code that sends them.
SPREAD = "fragment Shown on ServiceActivity { id number }"


@pytest.mark.parametrize("text", DOCUMENTS, ids=lambda text: text.split("(")[0].split("{")[0].strip())
def test_every_document_is_valid(text: str) -> None:
    assert validate(schema, parse(text + SPREAD if "...Shown" in text else text)) == []


def test_there_are_documents_for_each_part() -> None:
    assert len(DOCUMENTS) >= 6


def test_every_file_it_names_is_there() -> None:
    named = {target.partition("#")[0] for target in re.findall(r"\]\((?!https:)([^)]+)\)", TEXT)}

    assert {target for target in named if not (PAGE.parent / target).exists()} == set()


def test_its_tables_have_every_code_and_every_scope() -> None:
    explained = set(re.findall(r"`([A-Z_]+)`", TEXT))

    assert set(ErrorCode) <= explained
    assert set(TokenScope) <= explained
