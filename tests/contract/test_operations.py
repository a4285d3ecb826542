"""Every way to change something is an operation with a permission, and the few that are open to all are known."""

import inspect
import pkgutil
from collections.abc import Iterable
from dataclasses import dataclass, is_dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

import domain
from domain.core.actor import ANONYMOUS, PERMISSIONS, Permission
from domain.core.operation import OPERATIONS, Operation, Work

MODULES = [
    import_module(found.name)
    for found in pkgutil.walk_packages(domain.__path__, "domain.")
    if found.name.rpartition(".")[2] == "operations" or ".operations." in found.name
]


def undeclared(modules: Iterable[ModuleType]) -> list[str]:
    """The functions that look like an operation, a `Work` and a command, and were not declared as one."""
    return [
        f"{module.__name__}.{name}"
        for module in modules
        for name, value in vars(module).items()
        if inspect.iscoroutinefunction(value)
        and value.__module__ == module.__name__
        and not name.startswith("_")
        and _takes_a_command(value)
    ]


def _takes_a_command(function: Any) -> bool:
    kinds = [parameter.annotation for parameter in inspect.signature(function).parameters.values()]
    return len(kinds) == 2 and kinds[0] is Work and (kinds[1] is None or is_dataclass(kinds[1]))


def short(operations: Iterable[Operation[Any, Any]]) -> set[str]:
    """The names of operations without their modules."""
    return {each.name.rpartition(".")[2] for each in operations}


def test_there_is_something_to_check() -> None:
    assert len(MODULES) >= 10
    assert len(OPERATIONS) >= 40
    # A folder of operations has none of its own.
    named = {module.__name__ for module in MODULES if not hasattr(module, "__path__")}
    assert {each.name.rpartition(".")[0] for each in OPERATIONS.values()} >= named


def test_every_operation_is_declared_with_a_permission() -> None:
    assert undeclared(MODULES) == []
    assert all(isinstance(each.requires, Permission) for each in OPERATIONS.values())


def test_an_operation_that_is_not_declared_is_found() -> None:
    @dataclass(frozen=True)
    class Forget:
        what: str

    async def forget(work: Work, command: Forget) -> int:  # noqa: ARG001 - only its signature counts
        return 0

    careless = ModuleType("domain.careless.operations")
    forget.__module__ = careless.__name__
    careless.forget = forget  # type: ignore[attr-defined]

    assert undeclared([careless]) == ["domain.careless.operations.forget"]


def test_every_operation_says_what_it_does() -> None:
    silent = [each.name for each in OPERATIONS.values() if not (each.run.__doc__ or "").strip()]

    assert silent == []


def test_only_signing_in_is_open_to_all() -> None:
    open_to_all = [each for each in OPERATIONS.values() if ANONYMOUS.may(each.requires)]
    to_all_signed_in = [each for each in OPERATIONS.values() if each.requires is Permission.SIGNED_IN]

    assert short(open_to_all) == {"start_session", "refresh_session"}
    assert short(to_all_signed_in) == {"end_session"}


def test_only_what_hands_out_a_secret_takes_no_key() -> None:
    unkept = [each for each in OPERATIONS.values() if not each.replayable]

    sessions = {"start_session", "refresh_session"}
    secrets = {"create_api_token", "create_webhook", "renew_webhook_secret", "create_calendar_feed"}
    assert short(unkept) == sessions | secrets


def test_every_operation_is_somebodys() -> None:
    nobodys = [
        each.name
        for each in OPERATIONS.values()
        if not any(each.requires in permissions for permissions in PERMISSIONS.values())
    ]

    assert set(nobodys) == {each.name for each in OPERATIONS.values() if each.requires is Permission.IMPORT}
