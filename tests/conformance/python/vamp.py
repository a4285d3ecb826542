"""vamp-graphql-audit on a server in production mode: whatever it finds is mended, or waived here with a reason."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

URL = f"{os.environ['TAVLE_URL']}/graphql"
REPORT = Path(os.environ["TAVLE_FOLDER"]) / "vamp.json"
PHASES = frozenset(range(1, 12))

# By the type of the finding. Those of the severity INFO are facts and need none.
WAIVERS = {
    "Insecure Transport": "The server speaks plain HTTP behind a proxy that speaks TLS; here it is asked on loopback.",
    "GQL-HOTCHOC-001 Recursive Fragment DoS": (
        "The circle is refused by validation (`Cannot spread fragment … within itself`); the audit looks for the words "
        "of another server."
    ),
    "GQL-APOLLO-001 Fragment Amplification": (
        "A chain of 15 fragments costs 15 visits: each is measured once, however often it is spread, and depth, fields "
        "and cost are bounded. The audit takes every answer for a lack of limits."
    ),
    "GQL-HASURA-001 Row-Level Permission Bypass": (
        "`{ __typename }` is answered to everybody, and the header `x-hasura-role` means nothing here."
    ),
}
# Only with the schema can it make requests for phases 2, 3 and 5; the price is what it says of the schema itself.
NEED_SCHEMA = frozenset({2, 3, 5})
WAIVERS_WITH_SCHEMA = {
    "Introspection Enabled": "Switched on for this run; in production mode it is off unless asked for.",
    "Sensitive Field Exposure": "Names such as `email` and `token` are no values: who may read them is tested by role.",
    "Custom Directive Disclosure": "`@oneOf` is a directive of GraphQL itself.",
    "BOLA / IDOR": "Every made-up id was answered with null, which the audit takes for data.",
    "Subscription Auth Check Required": "A reminder, no finding: live fields ask who follows them.",
    "Token Exposure over HTTP": "As for the transport: a proxy speaks TLS.",
    "Missing Rate Limiting on Auth Mutation": "It sends five attempts, which a person may need; many are slowed down.",
}
# It looks for `49` anywhere in an answer, and finds it in the request ids of refusals.
BY_CHANCE = ("SSTI — Server-Side Template Injection", "BAD_USER_INPUT")


def main() -> int:
    """Print a line for each phase, finding and waiver."""
    headers = {"Authorization": f"Bearer {access_token()}"}
    done = subprocess.run(
        [
            Path(sys.executable).with_name("vamp-graphql-audit"),
            f"--target={URL}",
            f"--header=Authorization: {headers['Authorization']}",
            f"--json={REPORT}",
        ],
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=False,
    )
    with_schema = sys.argv[1] == "open"
    waivers = WAIVERS | WAIVERS_WITH_SCHEMA if with_schema else WAIVERS
    # Without a connection it reports that nothing was found.
    phases = {
        number
        for number in PHASES
        if f" FASE {number} " in done.stdout and f"omitiendo fase {number}" not in done.stdout
    }
    findings = json.loads(REPORT.read_text("utf-8"))["findings"]
    serious = {
        finding["type"]: finding
        for finding in findings
        if finding["severity"] != "INFO"
        and not (finding["type"] == BY_CHANCE[0] and BY_CHANCE[1] in (finding["evidence"] or ""))
    }
    faults = [f"{kind}: {serious[kind]['title']}" for kind in sorted(serious.keys() - waivers.keys())]
    faults += [f"nothing needs the waiver of {kind} any more" for kind in sorted(waivers.keys() - serious.keys())]
    faults += [f"phase {number} did not run" for number in PHASES - phases - (set() if with_schema else NEED_SCHEMA)]
    for number in sorted(phases):
        print(f"ok phase {number}")
    for kind in sorted(waivers.keys() & serious.keys()):
        print(f"ok waived {kind}: {waivers[kind]}")
    for fault in faults:
        print(f"not ok {fault}")
    return 1 if faults else 0


def access_token() -> str:
    """The token of somebody who has signed in; the demo's own tokens do not work in production."""
    document = "mutation SignIn($input: SignInInput!) { signIn(input: $input) { session { accessToken } } }"
    account = {"email": "manager@nordlift.example", "password": "nordlift-demo"}
    body = json.dumps({"query": document, "variables": {"input": account}}).encode()
    request = urllib.request.Request(URL, body, {"Content-Type": "application/json"})  # noqa: S310 - our own server
    with urllib.request.urlopen(request) as answer:  # noqa: S310
        token: str = json.load(answer)["data"]["signIn"]["session"]["accessToken"]
    return token


if __name__ == "__main__":
    sys.exit(main())
