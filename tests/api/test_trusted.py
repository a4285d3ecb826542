"""Trusted documents: read from what builds write, asked for by id, and in `only` mode nothing else."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from api import trusted
from api.settings import PREFIX, SettingsError, load_settings
from api.trusted import DocumentsError, TrustedDocuments, id_of, read_documents
from tests.api.toy import Toy

HELLO = "query Hello($name: String) { hello(name: $name) }"
BUMP = "mutation { bump }"
HELLO_ID = f"sha256:{hashlib.sha256(HELLO.encode()).hexdigest()}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one trusted document."""
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "hello.graphql").write_text(HELLO)
    return folder


def toy(mode: Any, path: Path) -> Toy:
    return Toy(trusted=TrustedDocuments(mode, path))


async def code(toy: Toy, **asked: object) -> tuple[int, str]:
    answer = await toy.post(asked)
    assert "data" not in answer.json()
    return answer.status_code, answer.json()["errors"][0]["extensions"]["code"]


# --- what builds write -----------------------------------------------------------------------------------------------


def test_a_document_is_known_by_what_its_text_hashes_to(folder: Path) -> None:
    assert read_documents(folder) == {HELLO_ID: HELLO}


@pytest.mark.parametrize("key", [HELLO_ID, HELLO_ID.removeprefix("sha256:"), "9d1d"])
def test_a_manifest_names_documents_by_its_own_keys_too(folder: Path, key: str) -> None:
    manifest = folder.parent / "persisted.json"
    manifest.write_text(json.dumps({key: HELLO}))

    assert read_documents(manifest) == {key: HELLO, HELLO_ID: HELLO}


def test_a_manifest_may_be_of_apollos_form(folder: Path) -> None:
    operations = [{"id": "h", "name": "Hello", "type": "query", "body": HELLO}]
    (folder / "manifest.json").write_text(
        json.dumps({"format": "apollo-persisted-query-manifest", "version": 1, "operations": operations})
    )

    assert read_documents(folder) == {HELLO_ID: HELLO, "h": HELLO}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[]", "is no manifest"),
        ('{"a": 1}', "is no manifest"),
        ("{", "is not valid JSON"),
        (json.dumps({f"sha256:{'0' * 64}": HELLO}), f"hashes to {HELLO_ID}"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_named(folder: Path, content: str, said: str) -> None:
    (folder / "broken.json").write_text(content)

    with pytest.raises(DocumentsError, match=said) as caught:
        read_documents(folder)
    assert "broken.json" in str(caught.value)


def test_a_folder_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(DocumentsError, match="nowhere"):
        TrustedDocuments("accept", folder / "nowhere")


# --- the modes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["accept", "only"])
async def test_a_trusted_document_is_executed_by_its_id(folder: Path, mode: str) -> None:
    answer = await toy(mode, folder).post({"documentId": HELLO_ID, "variables": {"name": "Åse"}})

    assert (answer.status_code, answer.json()) == (200, {"data": {"hello": "Hello Åse"}})


async def test_a_trusted_query_is_executed_by_get(folder: Path) -> None:
    async with toy("only", folder).client() as client:
        answer = await client.get("/graphql", params={"documentId": HELLO_ID, "variables": '{"name":"Bo"}'})

    assert answer.json() == {"data": {"hello": "Hello Bo"}}


async def test_a_trusted_mutation_needs_post_all_the_same(folder: Path) -> None:
    (folder / "bump.graphql").write_text(BUMP)
    served = toy("only", folder)
    async with served.client() as client:
        answer = await client.get("/graphql", params={"documentId": id_of(BUMP)})

    assert (answer.status_code, served.count.value) == (405, 0)


async def test_other_documents_are_executed_unless_only_trusted_ones_are(folder: Path) -> None:
    refused = toy("only", folder)

    assert (await toy("accept", folder).post({"query": BUMP})).json() == {"data": {"bump": 1}}
    assert await code(refused, query=BUMP) == (400, "DOCUMENT_NOT_ALLOWED")
    assert refused.count.value == 0


async def test_the_text_of_a_trusted_document_is_as_good_as_its_id(folder: Path) -> None:
    assert (await toy("only", folder).post({"query": HELLO})).json() == {"data": {"hello": "Hello world"}}


@pytest.mark.parametrize("mode", ["off", "accept", "only"])
async def test_an_unknown_id_is_not_found(folder: Path, mode: str) -> None:
    assert await code(toy(mode, folder), documentId=f"sha256:{'0' * 64}") == (400, "DOCUMENT_NOT_FOUND")


async def test_ids_mean_nothing_while_they_are_off(folder: Path) -> None:
    assert await code(toy("off", folder), documentId=HELLO_ID) == (400, "DOCUMENT_NOT_FOUND")


@pytest.mark.parametrize("asked", [{"documentId": HELLO_ID, "query": HELLO}, {"documentId": 7}, {"documentId": None}])
async def test_a_request_names_one_document(folder: Path, asked: dict[str, object]) -> None:
    assert await code(toy("accept", folder), **asked) == (400, "BAD_USER_INPUT")


async def test_a_document_that_is_added_is_found_without_a_restart(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = toy("only", folder)
    monkeypatch.setattr(trusted, "_LOOK_AGAIN_SECONDS", 0.0)
    assert await code(served, documentId=id_of(BUMP)) == (400, "DOCUMENT_NOT_FOUND")
    (folder / "bump.graphql").write_text(BUMP)

    assert (await served.post({"documentId": id_of(BUMP)})).json() == {"data": {"bump": 1}}
    assert (await served.post({"query": BUMP})).json() == {"data": {"bump": 2}}


async def test_a_broken_manifest_takes_nothing_away_from_a_running_server(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = toy("only", folder)
    monkeypatch.setattr(trusted, "_LOOK_AGAIN_SECONDS", 0.0)
    (folder / "broken.json").write_text("{")

    assert await code(served, documentId="x") == (400, "DOCUMENT_NOT_FOUND")
    assert (await served.post({"documentId": HELLO_ID})).json() == {"data": {"hello": "Hello world"}}


# --- settings and command --------------------------------------------------------------------------------------------


def test_the_explorer_is_not_served_where_only_trusted_documents_are_executed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(f"{PREFIX}STATE_DIR", str(tmp_path))
    monkeypatch.setenv(f"{PREFIX}TRUSTED_DOCUMENTS", "Only")

    assert load_settings().serves_explorer is False
    monkeypatch.setenv(f"{PREFIX}EXPLORER", "true")
    with pytest.raises(SettingsError, match="TAVLE_EXPLORER: cannot be true while TAVLE_TRUSTED_DOCUMENTS is only"):
        load_settings()


def tavle(*arguments: str, documents: Path) -> subprocess.CompletedProcess[str]:
    environment = {"TAVLE_DOCUMENTS": str(documents), "TAVLE_STATE_DIR": str(documents.parent), "COLUMNS": "200"}
    command = [sys.executable, "-m", "api", "documents", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_the_command_adds_documents_and_lists_them(tmp_path: Path) -> None:
    folder, document, manifest = tmp_path / "documents", tmp_path / "who.graphql", tmp_path / "codegen.json"
    who, me = "query Who { viewer { name } }", "query Me { viewer { role } }"
    document.write_text(who)
    manifest.write_text(json.dumps({"0a1b": me}))

    added = tavle("add", str(document), str(manifest), documents=folder)
    again = tavle("add", str(document), str(manifest), documents=folder)
    listed = tavle("list", documents=folder)

    assert (added.returncode, added.stdout.split()) == (0, [id_of(who), id_of(me)]), added.stderr
    assert (again.returncode, listed.returncode) == (0, 0)
    assert all(part in listed.stdout for part in (id_of(who), "Who", id_of(me), "Me", "2 documents."))
    assert read_documents(folder) == {id_of(who): who, id_of(me): me, "0a1b": me}


def test_the_command_adds_nothing_that_cannot_be_executed(tmp_path: Path) -> None:
    folder, good, bad = tmp_path / "documents", tmp_path / "good.graphql", tmp_path / "bad.graphql"
    good.write_text("{ viewer { name } }")
    bad.write_text("{ nothingLikeThat }")

    refused = tavle("add", str(good), str(bad), documents=folder)

    assert refused.returncode == 1
    assert "Cannot query field 'nothingLikeThat' on type 'Query'." in refused.stderr
    assert not folder.exists()
