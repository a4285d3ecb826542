"""The explorer: GraphiQL served from our own files, with examples that run."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import BaseRoute, Route

FOLDER = Path(__file__).parent
BUNDLE = FOLDER / "static"
EXAMPLES = FOLDER / "examples.json"

# The editor writes its styles at run time and carries its fonts and pictures as data.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; "
    "worker-src 'self'; connect-src 'self' ws: wss:; "
    "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
# The page answers a browser under the address where programs get JSON.
PAGE_HEADERS = {**SECURITY_HEADERS, "Cache-Control": "no-cache", "Vary": "Accept"}
# The name of a file holds the hash of its content.
FILE_HEADERS = {**SECURITY_HEADERS, "Cache-Control": "public, max-age=31536000, immutable"}
# Not guessed: a machine's own table of types can name a type that `nosniff` then forbids to run.
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css"}

PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tavle explorer</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{static}/{style}">
<script src="{static}/{script}" defer></script>
</head>
<body>
<div id="explorer" data-graphql-path="{graphql_path}"{headers}>Loading …</div>
<noscript>The explorer needs JavaScript.</noscript>
</body>
</html>
"""
MISSING_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Tavle explorer</title>
<link rel="icon" href="data:,">
</head>
<body>
<h1>The explorer is not built yet</h1>
<p>Run <code>make setup</code>, then load this page again. The API works without it.</p>
</body>
</html>
"""


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files that `build.mjs` made, as its manifest names them."""

    script: str
    style: str
    files: frozenset[str]


def read_bundle(folder: Path) -> Bundle | None:
    """Read which files the bundle has; None when it has not been built."""
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
    except FileNotFoundError:
        return None
    return Bundle(script=manifest["script"], style=manifest["style"], files=frozenset(manifest["files"]))


def explorer_response(
    request: Request,
    *,
    demo_token: str | None,
    graphql_path: str = "/graphql",
    folder: Path = BUNDLE,
) -> Response:
    """Answer with the explorer's page, or with a plain page that says what to run when the bundle is missing."""
    bundle = read_bundle(folder)
    if bundle is None:
        return HTMLResponse(MISSING_PAGE, status_code=503, headers=PAGE_HEADERS)
    root = request.scope.get("root_path", "")
    box = json.dumps({"Authorization": f"Bearer {demo_token}"}, indent=2) if demo_token else None
    page = PAGE.format(
        static=escape(f"{root}/explorer/static"),
        style=escape(bundle.style),
        script=escape(bundle.script),
        graphql_path=escape(f"{root}{graphql_path}"),
        headers=f' data-headers="{escape(box)}"' if box else "",
    )
    return HTMLResponse(page, headers=PAGE_HEADERS)


def explorer_routes(
    *,
    demo_token: str | None,
    graphql_path: str = "/graphql",
    folder: Path = BUNDLE,
) -> list[BaseRoute]:
    """Serve the page and its files; with a demo token the page's header box is filled in."""

    def page(request: Request) -> Response:
        return explorer_response(request, demo_token=demo_token, graphql_path=graphql_path, folder=folder)

    return [
        Route("/explorer", page, name="explorer"),
        Route("/explorer/static/{name}", _file_endpoint(folder), name="explorer_file"),
    ]


def _file_endpoint(folder: Path) -> Callable[[Request], Response]:
    def file(request: Request) -> Response:
        name = request.path_params["name"]
        bundle = read_bundle(folder)
        # Only what the manifest names: no path of a caller's making reaches the disk.
        if bundle is None or name not in bundle.files:
            raise HTTPException(404)
        path = folder / "assets" / name
        return FileResponse(path, media_type=MEDIA_TYPES.get(path.suffix), headers=FILE_HEADERS)

    return file
