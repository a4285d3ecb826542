"""Commands of a suite, and how many of their checks passed."""

import asyncio
import os
import re
import signal
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

# Of our own scripts, and of pytest when it is told to name each test.
_CHECK = re.compile(r"^(?:(?P<said>ok|not ok) \S|\S+::\S+ (?P<pytest>PASSED|FAILED|ERROR)\b)", re.MULTILINE)
_GOOD = ("ok", "PASSED")
_LINES_OF_FAILURE = 40


@dataclass(frozen=True, slots=True)
class Command:
    """One command; the lines that say how its checks ended are counted, or else the command as a whole is one."""

    words: tuple[str, ...]
    folder: Path
    seconds: float = 300


@dataclass(slots=True)
class Outcome:
    """How many checks passed and failed, and what the failed commands said."""

    passed: int = 0
    failed: int = 0
    said: list[str] = field(default_factory=list)


async def run(commands: Sequence[Command], environment: Mapping[str, str]) -> Outcome:
    """Run the commands in order; one that fails ends the suite, for the next ones build on it."""
    outcome = Outcome()
    for command in commands:
        status, said = await _run(command, environment)
        checks = [found["said"] or found["pytest"] for found in _CHECK.finditer(said)]
        passed = sum(check in _GOOD for check in checks) if checks else int(status == 0)
        failed = len(checks) - passed if checks else 0
        # A command that stops short fails, whatever it has checked by then.
        if status and not failed:
            failed = 1
        outcome.passed += passed
        outcome.failed += failed
        if failed:
            lines = [line for line in said.splitlines() if not line.startswith("ok ")]
            outcome.said.append("\n".join([f"$ {' '.join(command.words)}", *lines[-_LINES_OF_FAILURE:]]))
            break
    return outcome


async def _run(command: Command, environment: Mapping[str, str]) -> tuple[int, str]:
    late = ""
    with tempfile.TemporaryFile() as out:
        process = await asyncio.create_subprocess_exec(
            *command.words,
            cwd=command.folder,
            env={**os.environ, **environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=out,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(command.seconds):
                await process.wait()
        except TimeoutError:
            late = f"\nnot ok ended after {command.seconds:.0f} s"
        finally:
            if process.returncode is None:
                # With all that it has started.
                os.killpg(process.pid, signal.SIGKILL)
                await process.wait()
        out.seek(0)
        return process.returncode or 0, out.read().decode("utf-8", "replace") + late
