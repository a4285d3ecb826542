"""schemathesis: made-up requests for every query and mutation by somebody who may, under every check but one."""

import json
import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(os.environ["TAVLE_FOLDER"])
# What no manager may do is asked by a dispatcher: FORBIDDEN counts as a fault of the server.
DISPATCHERS = (
    "assignActivity",
    "applyBoardChanges",
    "dispatchActivity",
    "setActivityPriority",
    "unassignActivity",
    "undoBoardChange",
)
REQUESTS_PER_FIELD = 3
SEED = 4
# It takes every refusal of a made-up id or date for a fault.
NOT_APPLICABLE = "positive_data_acceptance"


def main() -> int:
    """Print a line for each query and mutation."""
    named = [f"--{{}}-name=Mutation.{name}" for name in DISPATCHERS]
    failed = [
        asked("demo-manager", *(name.format("exclude") for name in named)),
        asked("demo-dispatcher", *(name.format("include") for name in named)),
    ]
    return int(any(failed))


def asked(token: str, *which: str) -> bool:
    """Whether something failed for whoever has the token."""
    report_file = FOLDER / f"{token}.json"
    done = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            "run",
            f"{os.environ['TAVLE_URL']}/graphql",
            "--checks=all",
            f"--exclude-checks={NOT_APPLICABLE}",
            f"--header=Authorization: Bearer {token}",
            f"--max-examples={REQUESTS_PER_FIELD}",
            f"--seed={SEED}",
            "--continue-on-failure",
            # A busy machine is no fault of the server's.
            "--suppress-health-check=all",
            "--request-timeout=60",
            "--no-color",
            "--warnings=off",
            f"--report-json-path={report_file}",
            *which,
        ],
        env={**os.environ, "SCHEMATHESIS_HOOKS": "tests.conformance.python.fuzz_scalars"},
        cwd=FOLDER,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    report = json.loads(report_file.read_text("utf-8"))
    fields = report["operations"]
    bad = {str(field) for failure in report["failures"] for field in failure["operations"]}
    # Of the tool itself, or of the connection.
    bad |= {error["title"] for error in report["errors"]}
    untested = fields["selected"] - fields["tested"]
    if done.returncode or bad or untested:
        print(done.stdout)
    for number in range(fields["tested"] - len(bad)):
        print(f"ok field {number + 1} of {fields['selected']}, as {token}")
    for field in sorted(bad):
        print(f"not ok {field}")
    return done.returncode != 0 or bool(bad) or untested != 0


if __name__ == "__main__":
    sys.exit(main())
