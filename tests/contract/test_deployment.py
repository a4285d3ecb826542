"""What the deployment's files and the report of faults name exists."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from api import metrics
from api.settings import describe_settings
from tests.contract.faults import FILE, ROWS, printed

ROOT = Path(__file__).parents[2]
FILES = ["Dockerfile", "compose.yaml", "deploy/nginx.conf", "deploy/tavle.service", "docs/deploy.md"]
# The compose file's own.
OTHERS = {"TAVLE_PUBLISHED"}


@cache
def names_in(file: str) -> set[str]:
    tree = ast.parse((ROOT / "tests" / f"{file}.py").read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("file", FILES)
def test_every_setting_that_is_named_is_one(file: str) -> None:
    named = set(re.findall(r"\bTAVLE_[A-Z_]+\b", (ROOT / file).read_text("utf-8")))

    assert named - {setting.variable for setting in describe_settings()} - OTHERS == set()


def test_every_measurement_that_is_watched_is_taken() -> None:
    named = set(re.findall(r"\btavle_[a-z_]+\b", (ROOT / "docs/deploy.md").read_text("utf-8")))
    taken = set(re.findall(r'"(tavle_[a-z_]+)"', Path(metrics.__file__).read_text("utf-8")))

    assert len(named) == 4
    assert {name.removesuffix("_total") for name in named} - taken == set()


def test_every_fault_is_shown_by_tests_that_exist() -> None:
    named = [name for row in ROWS for name in row.shown_by]

    assert len(named) == len(set(named)) > 40
    assert [name for name in named if name.partition("::")[2] not in names_in(name.partition("::")[0])] == []


def test_the_report_of_faults_is_printed_from_its_table() -> None:
    assert FILE.read_text("utf-8") == printed()
