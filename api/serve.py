"""The process of a server: `python -m api.serve WORKERS`, which `tavle serve` becomes."""

import sys

# structlog draws tracebacks with Rich, and looks for greenlets, wherever it finds them installed. Here neither is used,
# and they are as large as everything it does.
sys.modules |= {"rich": None, "greenlet": None}  # type: ignore[dict-item]  # means: cannot be imported

from api.server import run  # noqa: E402
from api.settings import SettingsError, load_settings  # noqa: E402


def main() -> None:
    """Serve, with the settings of the environment."""
    try:
        settings = load_settings()
        run(settings, workers=int(sys.argv[1]), started=lambda port: _say(f"http://{settings.host}:{port}/graphql"))
    except (SettingsError, OSError) as error:
        sys.exit(str(error))


def _say(address: str) -> None:
    sys.stderr.write(f"Serving {address}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()
