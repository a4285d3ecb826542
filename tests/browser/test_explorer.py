"""The explorer in a real browser that can reach no other host: what a newcomer does first."""

import json
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
import pytest
from graphql import build_client_schema, get_introspection_query, parse, validate
from playwright.async_api import Browser, Page, Response, Route, WebSocket, async_playwright, expect

from api.explorer import EXAMPLES, FOLDER
from api.explorer.build import is_current

DEMO = {"Authorization": "Bearer demo-dispatcher"}
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
# The first five let it run as root on a machine without a screen; the rest keep it from calling home.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
]
PATIENCE = 20_000  # milliseconds; the machine may be busy with other tests

examples = {example["name"]: example for example in json.loads(EXAMPLES.read_text(encoding="utf-8"))}


class Server(Protocol):
    """A running Tavle in demo mode."""

    url: str


# Without slots: playwright keeps a mark on the object whose method it calls.
@dataclass
class Visit:
    """One visit of the explorer, and everything that happened during it."""

    page: Page
    host: str
    foreign: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    received: list[dict[str, Any]] = field(default_factory=list)

    async def keep_home(self, route: Route) -> None:
        """Let requests to our own server pass and no others."""
        if urlsplit(route.request.url).netloc == self.host:
            await route.continue_()
        else:
            self.foreign.append(route.request.url)
            await route.abort()

    def follow(self, socket: WebSocket) -> None:
        """Note what goes over a websocket."""
        if urlsplit(socket.url).netloc != self.host:
            self.foreign.append(socket.url)
        socket.on("framesent", lambda frame: self.sent.append(json.loads(frame)))
        socket.on("framereceived", lambda frame: self.received.append(json.loads(frame)))

    async def open_tab(self, name: str) -> None:
        """Open the tab of the example with this name."""
        # By its button: an open tab is named after the button that closes it as well.
        await self.page.get_by_role("tab").get_by_role("button", name=title_of(name), exact=True).click()
        await expect(self.page.locator(".graphiql-query-editor")).to_contain_text(title_of(name))

    async def run(self) -> dict[str, Any]:
        """Run the open query or mutation and return the server's answer once it is on the screen."""
        async with self.page.expect_response(is_answer) as waiting:
            await self.page.get_by_role("button", name="Execute query").click()
        answer = await (await waiting.value).json()
        await self.see_answer('"data"')
        assert isinstance(answer, dict)
        return answer

    async def see_answer(self, text: str) -> None:
        """Wait until the answer's pane shows this text."""
        await expect(self.page.locator(".graphiql-response")).to_contain_text(text)

    async def see_tabs(self) -> None:
        """Wait until there is a tab for each example and no other."""
        titles = [title_of(name) for name in examples]
        await expect(self.page.get_by_role("tab")).to_have_text(titles, use_inner_text=True)

    async def stored_tab(self, index: int) -> None:
        """Wait until the browser has kept this tab as the open one."""
        for _ in range(PATIENCE // 100):
            # Not wait_for_function: the content security policy forbids what it evaluates.
            stored = json.loads(await self.page.evaluate("localStorage.getItem('graphiql:tabState')") or "{}")
            if stored.get("activeTabIndex") == index:
                return
            await self.page.wait_for_timeout(100)
        raise AssertionError(f"tab {index} was not kept")

    async def event(self, kind: str, key: str | None = None) -> dict[str, Any]:
        """Wait for a live event of this kind, made by the mutation with this key."""
        for _ in range(PATIENCE // 100):
            for message in self.received:
                event = message.get("payload", {}).get("data", {}).get("dispatchBoard", {})
                if event.get("__typename") == kind and event.get("clientMutationKey") == key:
                    assert isinstance(event, dict)
                    return event
            await self.page.wait_for_timeout(100)
        raise AssertionError(f"no {kind} came; received: {self.received}")


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    program = next(filter(None, map(shutil.which, CHROMIUM)), None)
    assert program is not None, "This test needs Chromium: install your system's package `chromium`."
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        await browser.close()


@pytest.fixture
async def visit(browser: Browser, server: Server) -> AsyncIterator[Visit]:
    assert is_current(FOLDER), "The explorer's bundle is missing or old: run `make setup`."
    context = await browser.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    page = await context.new_page()
    visit = Visit(page=page, host=urlsplit(server.url).netloc)
    await context.route("**/*", visit.keep_home)
    page.on("websocket", visit.follow)
    page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    # The content security policy speaks here too.
    page.on("console", lambda line: visit.complaints.append(line.text) if line.type == "error" else None)
    await page.goto(f"{server.url}/explorer")
    await expect(page.get_by_role("button", name="Execute query")).to_be_enabled()
    yield visit
    await context.close()
    assert visit.foreign == []
    assert visit.complaints == []


def is_answer(response: Response) -> bool:
    # The page also asks for the schema, whenever it gets to it.
    return response.request.method == "POST" and "IntrospectionQuery" not in (response.request.post_data or "")


def title_of(name: str) -> str:
    return "".join(word[0].upper() + word[1:] for word in name.split())


async def ask(server: Server, query: str, variables: dict[str, Any]) -> Any:
    async with httpx.AsyncClient(headers=DEMO, timeout=20) as client:
        answer = (await client.post(f"{server.url}/graphql", json={"query": query, "variables": variables})).json()
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


async def test_every_example_is_valid_against_the_schema(server: Server) -> None:
    schema = build_client_schema(await ask(server, get_introspection_query(input_value_deprecation=True), {}))

    for name, example in examples.items():
        assert validate(schema, parse(example["query"])) == [], name


async def test_page_opens_with_a_tab_for_each_example(visit: Visit) -> None:
    page = visit.page

    await visit.see_tabs()
    await expect(page.locator(".graphiql-query-editor")).to_contain_text("query DispatchBoard")
    await expect(page.locator(".graphiql-editor-tool")).to_contain_text("includeClosed")
    # Without its styles the page works and is unusable.
    editor = await page.locator(".graphiql-query-editor").bounding_box()
    assert editor is not None
    assert editor["width"] > 500
    assert editor["height"] > 300


async def test_page_also_answers_a_browser_at_the_address_of_the_api(visit: Visit, server: Server) -> None:
    await visit.page.goto(f"{server.url}/graphql")

    await visit.see_tabs()


async def test_header_box_holds_the_demo_token(visit: Visit) -> None:
    await visit.page.get_by_role("button", name="Headers", exact=True).click()

    await expect(visit.page.locator(".graphiql-editor-tool")).to_contain_text("Bearer demo-dispatcher")


async def test_query_shows_the_board(visit: Visit) -> None:
    answer = await visit.run()

    assert "errors" not in answer
    assert answer["data"]["dispatchBoard"]["teams"]
    await visit.see_answer('"dispatchBoard"')


async def test_mutation_assigns_the_activity(visit: Visit) -> None:
    await visit.open_tab("Assign an activity")
    answer = await visit.run()

    asked = examples["Assign an activity"]["variables"]["input"]
    assert answer["data"]["assignActivity"]["userErrors"] == []
    assert answer["data"]["assignActivity"]["activity"]["number"] == asked["activity"]["number"]
    assert answer["data"]["assignActivity"]["activity"]["worker"]["id"] == asked["workerId"]


async def test_refusal_is_shown_with_its_code(visit: Visit) -> None:
    await visit.open_tab("A refusal")
    answer = await visit.run()

    (error,) = answer["data"]["assignActivity"]["userErrors"]
    assert answer["data"]["assignActivity"]["activity"] is None
    assert error["code"] == "VERSION_CONFLICT"
    await visit.see_answer("VERSION_CONFLICT")


async def test_live_board_shows_a_change_made_by_someone_else(visit: Visit, server: Server) -> None:
    await visit.open_tab("Live board")
    await visit.page.get_by_role("button", name="Execute query").click()
    snapshot = await visit.event("BoardSnapshot")
    await visit.see_answer('"dispatchBoard"')

    # Someone not on the activity now, so that it is a change whatever ran before.
    activity = next(each for each in snapshot["board"]["activities"] if each["worker"])
    workers = [worker["id"] for team in snapshot["board"]["teams"] for worker in team["workers"]]
    other = next(worker for worker in workers if worker != activity["worker"]["id"])
    example = examples["Assign an activity"]
    key = str(uuid4())
    change = {
        **example["variables"]["input"],
        "activity": {"number": activity["number"]},
        "workerId": other,
        "clientMutationKey": key,
    }
    assigned = (await ask(server, example["query"], {"input": change}))["assignActivity"]
    assert assigned["userErrors"] == []

    event = await visit.event("ActivityChanged", key)
    assert event["activity"]["number"] == activity["number"]
    assert event["activity"]["worker"]["id"] == other
    assert visit.sent[0] == {"type": "connection_init", "payload": DEMO}


async def test_a_tab_run_the_moment_it_is_opened_runs_itself(visit: Visit) -> None:
    await visit.open_tab("Live board")
    await visit.page.get_by_role("button", name="Execute query").click()
    await visit.event("BoardSnapshot")

    async with visit.page.expect_response(is_answer) as waiting:
        await visit.page.evaluate(
            """async () => {
              document.querySelector("#graphiql-session-tab-3").click();
              await new Promise(requestAnimationFrame);
              document.querySelector(".graphiql-execute-button").click();
            }"""
        )
    asked = json.loads((await waiting.value).request.post_data or "{}")
    assert asked["operationName"] == "ARefusal"
    await visit.see_answer("VERSION_CONFLICT")


async def test_what_is_typed_into_the_header_box_opens_the_socket(visit: Visit) -> None:
    page = visit.page
    await visit.open_tab("Live board")
    await page.get_by_role("button", name="Headers", exact=True).click()
    await page.locator(".graphiql-editor-tool .graphiql-editor:not(.hidden) .view-lines").click()
    await page.keyboard.press("ControlOrMeta+a")
    # The editor closes quotes and brackets by itself.
    await page.keyboard.insert_text('{"Authorization": "Bearer demo-manager')
    await page.get_by_role("button", name="Execute query").click()
    await visit.event("BoardSnapshot")

    assert visit.sent[0] == {"type": "connection_init", "payload": {"Authorization": "Bearer demo-manager"}}


async def test_a_reload_brings_back_the_open_tab_its_variables_and_the_token(visit: Visit) -> None:
    page = visit.page
    await visit.open_tab("A refusal")
    await visit.stored_tab(3)
    await page.reload()

    await visit.see_tabs()
    await expect(page.get_by_role("tab", selected=True)).to_have_text("ARefusal", use_inner_text=True)
    await expect(page.locator(".graphiql-query-editor")).to_contain_text("mutation ARefusal")
    answer = await visit.run()
    assert len(answer["data"]["assignActivity"]["userErrors"]) == 1


async def test_no_example_is_marked_as_wrong(visit: Visit) -> None:
    wrong = visit.page.locator(".graphiql-editors .squiggly-error")
    for name, example in examples.items():
        await visit.open_tab(name)
        # What is wrong is marked a moment after it is written, and the mark goes when it is mended.
        variables = visit.page.locator(".graphiql-editor-tool .view-lines").first
        await expect(variables).to_contain_text(next(iter(example["variables"]), "{}"))
        await visit.page.wait_for_timeout(1_500)
        await expect(wrong).to_have_count(0)


async def test_a_variable_that_the_schema_does_not_know_is_marked(visit: Visit) -> None:
    await visit.open_tab("Dispatch board")
    variables = visit.page.locator(".graphiql-editor-tool .monaco-editor").first
    await variables.click()
    await visit.page.keyboard.press("ControlOrMeta+a")
    await visit.page.keyboard.type('{"input": {"includeClosed": "yes"')

    await expect(visit.page.locator(".graphiql-editors .squiggly-error").first).to_be_visible()


async def test_documentation_opens(visit: Visit) -> None:
    page = visit.page
    await page.get_by_role("button", name="Show Documentation Explorer").click()
    panel = page.locator(".graphiql-doc-explorer")
    await panel.get_by_role("link", name="Query", exact=True).click()

    await expect(panel).to_contain_text("dispatchBoard")
