"""The process of a server: `python -m api.serve WORKERS`, which `tavle serve` becomes."""

import socket
import sys

# structlog draws tracebacks with Rich, and looks for greenlets, wherever it finds them installed. Here neither is used,
# and they are as large as everything it does.
sys.modules |= {"rich": None, "greenlet": None}  # type: ignore[dict-item]  # means: cannot be imported

from api.settings import Settings, SettingsError, load_settings  # noqa: E402
from api.workers import DidNotStart  # noqa: E402


def main() -> None:
    """Serve, with the settings of the environment."""
    arguments = [int(argument) for argument in sys.argv[1:]]
    try:
        settings = load_settings()
        if len(arguments) > 1:
            _serve_as_worker(settings, *arguments)
        elif arguments == [1]:
            _serve(settings)
        else:
            _serve_with_workers(settings, *arguments)
    except (SettingsError, DidNotStart, OSError) as error:
        sys.exit(str(error))


def _serve(settings: Settings) -> None:
    from api.server import run

    run(settings, started=lambda port: _say(settings, port))


def _serve_with_workers(settings: Settings, count: int) -> None:
    # Of a server its parent needs nothing.
    from api.listening import bound_together
    from api.logs import configure_logs
    from api.workers import keep_workers

    configure_logs(settings)
    listeners = bound_together(settings.host, settings.port, count)
    port = listeners[0].getsockname()[1]
    keep_workers(listeners, started=lambda: _say(settings, port))


def _serve_as_worker(settings: Settings, listener: int, line: int) -> None:
    from api.server import run
    from api.workers import beat

    run(settings, listener=socket.socket(fileno=listener), beat=lambda: beat(line))


def _say(settings: Settings, port: int) -> None:
    sys.stderr.write(f"Serving http://{settings.host}:{port}/graphql\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
