"""How an execution ends: nothing left running, nothing left to collect; and when the compiled executor is not used."""

import asyncio
import gc
import importlib.metadata
import tomllib
from pathlib import Path
from typing import Any

import pytest
from graphql import parse
from structlog.testing import capture_logs

from api.executor import (
    PINNED,
    CompiledExecutor,
    NotPlainError,
    ReadyExecutor,
    check,
    execute,
    execute_event,
    execution,
    executor_class,
    self_test,
)
from tests.api.planted_orders import SCHEMA, Context, money, order


async def test_a_cancelled_operation_leaves_nothing_running() -> None:
    context = Context()
    text = '{ a: slow(name: "a") b: slow(name: "b") }'
    before = asyncio.all_tasks()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.02):
            await execute(SCHEMA, parse(text), context=context)
    assert sorted(context.log) == ["end a", "end b"]
    assert asyncio.all_tasks() == before


@pytest.mark.parametrize(("name", "ended"), [("short", True), ("long", False)])
async def test_siblings_of_an_error_end_before_the_answer_or_are_cancelled_with_it(name: str, ended: bool) -> None:  # noqa: FBT001
    context = Context()
    before = asyncio.all_tasks()
    limit = asyncio.timeout(0.2)
    try:
        async with limit:
            result = await execute(SCHEMA, parse(f'{{ slow(name: "{name}") fails }}'), context=context)
            assert [error.path for error in result.errors or ()] == [["fails"]]
    except TimeoutError:
        pass
    assert limit.expired() is not ended
    assert context.log == [f"end {name}"]
    assert asyncio.all_tasks() == before


async def test_requests_leave_no_cyclic_garbage() -> None:
    broken: Any = None
    rows = [order(price=money(), parent=order(2))] * 3
    faulty = [*rows, order(price=money(broken)), order(prices=[broken])]
    document = parse("{ orders { id told price { amount size } prices { amount } parent { id } } a: orders { id } }")
    failing, live = parse("{ fails orders { id } }"), parse("subscription { changed { id } }")

    async def requests() -> None:
        assert (await execute(SCHEMA, document, root=rows, context=Context())).errors is None
        assert len((await execute(SCHEMA, document, root=faulty, context=Context())).errors or ()) == 2
        assert (await execute(SCHEMA, failing, root=rows)).errors
        assert (await execute_event(SCHEMA, live, event=order())).data

    async def garbage() -> int:
        gc.collect()
        gc.disable()
        try:
            for _ in range(20):
                await requests()
            return gc.collect()
        finally:
            gc.enable()

    await requests()
    # Something of an earlier test may die meanwhile, once; what a request leaves is there every time.
    assert min([await garbage() for _ in range(3)]) == 0


def test_the_libraries_are_the_ones_that_were_read() -> None:
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    for name, version in PINNED.items():
        assert importlib.metadata.version(name) == version
        assert f"{name}=={version}" in project["dependencies"]


def test_the_self_test_passes_and_the_compiled_executor_is_used() -> None:
    assert self_test()
    assert executor_class() is CompiledExecutor


@pytest.mark.parametrize("fault", ["differs", "compiles nothing", "fails"])
def test_a_compiled_executor_that_is_wrong_here_is_not_used(monkeypatch: pytest.MonkeyPatch, fault: str) -> None:
    def compiled(*_: Any, **__: Any) -> Any:
        if fault == "differs":
            return lambda _: {}
        raise NotPlainError if fault == "compiles nothing" else OSError

    monkeypatch.setattr(execution, "compile_fields", compiled)
    with capture_logs() as logs:
        assert not check.self_test()
        assert executor_class.__wrapped__() is ReadyExecutor
    assert logs[-1]["event"] == "compiled_executor_off"
    assert logs[0]["log_level"] == "error"
