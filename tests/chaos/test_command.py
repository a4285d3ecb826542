"""The command itself, for a moment: a follower that loses frames is found, and the exit code says so."""

import asyncio
import sys


async def test_a_run_in_which_frames_are_lost_fails() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.chaos", "--database", "sqlite", "--seconds", "2", "--followers", "3", "--control", "drop"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate()

    assert process.returncode == 1, said.decode()
    assert b"lost: follower 0 was never told event" in said
    # The others were told the truth.
    assert b"equal 2 of 3" in said or b"equal 3 of 3" in said
    assert b"follower 1" not in said
