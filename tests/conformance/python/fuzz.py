"""schemathesis: made-up requests for every query and mutation, under every check but one."""

import json
import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(os.environ["TAVLE_FOLDER"])
REPORT = FOLDER / "schemathesis.json"
REQUESTS_PER_FIELD = 3
SEED = 4
# It takes every refusal of a made-up id or date for a fault.
NOT_APPLICABLE = "positive_data_acceptance"


def main() -> int:
    """Print a line for each query and mutation."""
    done = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            "run",
            f"{os.environ['TAVLE_URL']}/graphql",
            "--checks=all",
            f"--exclude-checks={NOT_APPLICABLE}",
            "--header=Authorization: Bearer demo-manager",
            f"--max-examples={REQUESTS_PER_FIELD}",
            f"--seed={SEED}",
            "--continue-on-failure",
            # A busy machine is no fault of the server's.
            "--suppress-health-check=all",
            "--request-timeout=60",
            "--no-color",
            "--warnings=off",
            f"--report-json-path={REPORT}",
        ],
        env={**os.environ, "SCHEMATHESIS_HOOKS": "tests.conformance.python.fuzz_scalars"},
        cwd=FOLDER,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    report = json.loads(REPORT.read_text("utf-8"))
    fields = report["operations"]
    bad = {str(field) for failure in report["failures"] for field in failure["operations"]}
    # Of the tool itself, or of the connection.
    bad |= {error["title"] for error in report["errors"]}
    if done.returncode or bad or fields["tested"] != fields["total"]:
        print(done.stdout)
    for number in range(fields["tested"] - len(bad)):
        print(f"ok field {number + 1} of {fields['total']}")
    for field in sorted(bad):
        print(f"not ok {field}")
    return int(done.returncode != 0 or bool(bad) or fields["tested"] != fields["total"])


if __name__ == "__main__":
    sys.exit(main())
