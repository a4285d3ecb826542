"""Another client, in a process of its own: asks all the while, and says how long it had to wait.

`python -m tests.hostile.witness PORT TOKEN` asks until its input ends, then prints what it saw as JSON.
"""

import http.client
import json
import sys
import threading
import time

_QUERIES = (
    "{ viewer { name } }",
    "{ serviceActivities(first: 20) { nodes { id number title order { number customer { name } } } } }",
    'query { dispatchBoard(input: {from: "2026-11-23"}) { teams { name } activities { id } } }',
)
_PAUSE_SECONDS, _PATIENCE_SECONDS = 0.05, 10.0


def main(port: int, token: str) -> None:
    """Ask until told to stop."""
    stop = threading.Event()

    def listen() -> None:
        sys.stdin.read()
        stop.set()

    threading.Thread(target=listen, daemon=True).start()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=_PATIENCE_SECONDS)
    waits: list[float] = []
    stalls: list[float] = []
    failures: list[str] = []
    while not stop.is_set():
        body = json.dumps({"query": _QUERIES[len(waits) % len(_QUERIES)]})
        began = time.perf_counter()
        try:
            connection.request("POST", "/graphql", body, headers)
            answer = json.loads(connection.getresponse().read())
            if "errors" in answer:
                failures.append(answer["errors"][0]["message"])
        except (OSError, http.client.HTTPException, ValueError) as error:
            failures.append(repr(error))
            connection.close()
        waits.append(time.perf_counter() - began)
        # How much later than asked this process is woken is the machine's doing.
        slept = time.perf_counter()
        time.sleep(_PAUSE_SECONDS)
        stalls.append(time.perf_counter() - slept - _PAUSE_SECONDS)
    waits.sort()
    sys.stdout.write(
        json.dumps(
            {
                "asked": len(waits),
                "median": waits[len(waits) // 2],
                "p99": waits[int(len(waits) * 0.99)],
                "longest": waits[-1],
                "stall": max(stalls),
                "failures": failures[:5],
            }
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
