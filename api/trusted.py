"""Trusted documents: what a company's own programs were built with, asked for by its hash in place of its text."""

import hashlib
import time
from collections.abc import Mapping
from pathlib import Path

import orjson
import structlog

from api.documents import RequestRefused
from api.masking import ErrorCode
from api.settings import TrustMode

_LOOK_AGAIN_SECONDS = 1.0
_log = structlog.get_logger("tavle.documents")


class DocumentsError(Exception):
    """Trusted documents that cannot be read; the text says which file and why."""


def id_of(text: str) -> str:
    """The id under which a document is asked for: what its text hashes to."""
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def read_documents(path: Path) -> dict[str, str]:
    """The documents of a manifest, or of every `.graphql` and `.json` file of a folder, by id.

    A manifest's own keys name its documents too: Relay and graphql-codegen send them as they wrote them.

    Raises:
        DocumentsError: something is missing, or is of another form.
    """
    found: dict[str, str] = {}
    try:
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            if file.suffix == ".json" or file == path:
                found |= _manifest(file)
            elif file.suffix in {".graphql", ".gql"}:
                text = file.read_text("utf-8")
                found[id_of(text)] = text
    except (OSError, UnicodeDecodeError) as error:
        raise DocumentsError(f"The trusted documents cannot be read: {error}.") from error
    return found


def _manifest(file: Path) -> dict[str, str]:
    """The documents of one JSON file, as graphql-codegen and Relay write it ({id: text}) or as Apollo does."""
    try:
        content = orjson.loads(file.read_bytes())
    except orjson.JSONDecodeError as error:
        raise DocumentsError(f"{file} is not valid JSON: {error}.") from error
    entries = content
    if isinstance(content, dict) and isinstance(content.get("operations"), list):
        entries = {each.get("id"): each.get("body") for each in content["operations"] if isinstance(each, dict)}
    if not isinstance(entries, dict) or not all(isinstance(part, str) for each in entries.items() for part in each):
        raise DocumentsError(f"{file} is no manifest: it must be a JSON object of ids and documents.")
    found: dict[str, str] = {}
    for key, text in entries.items():
        by_hash = id_of(text)
        if key.startswith("sha256:") and key != by_hash:
            raise DocumentsError(f"{file}: the document under {key} hashes to {by_hash}.")
        found[key] = found[by_hash] = text
    return found


class TrustedDocuments:
    """The trusted documents of one process; what is added to the files meanwhile is found when it is asked for."""

    def __init__(self, mode: TrustMode = "off", path: Path | None = None) -> None:
        """Read the documents, unless the mode is `off`.

        Raises:
            DocumentsError: they cannot be read.
        """
        self.mode = mode
        self._path = path
        self._by_id: Mapping[str, str] = {}
        self._texts: frozenset[str] = frozenset()
        self._seen: object = None
        self._looked_at = 0.0
        if mode != "off" and path is not None:
            self._seen = _state(path)
            self._take(read_documents(path))

    def __len__(self) -> int:
        return len(self._texts)

    def text_of(self, text: str | None, document_id: str | None) -> str:
        """The document that a request asks for, by its text or by its id.

        Raises: RequestRefused.
        """
        if text is not None and document_id is not None:
            raise _refused("Give either `query` or `documentId`, not both.", ErrorCode.BAD_USER_INPUT)
        if document_id is not None:
            return self._of_id(document_id)
        if text is None:
            raise _refused("Give `query` or `documentId`.", ErrorCode.BAD_USER_INPUT)
        if self.mode == "only" and text not in self._texts and not (self._has_news() and text in self._texts):
            message = "Only documents that are known here beforehand are executed: ask for one by its documentId."
            raise _refused(message, ErrorCode.DOCUMENT_NOT_ALLOWED)
        return text

    def _of_id(self, document_id: str) -> str:
        if self.mode == "off":
            message = "Documents are not known by ids here: send the document as `query`."
            raise _refused(message, ErrorCode.DOCUMENT_NOT_FOUND)
        found = self._by_id.get(document_id)
        if found is None and self._has_news():
            found = self._by_id.get(document_id)
        if found is None:
            raise _refused("No document is known by this documentId.", ErrorCode.DOCUMENT_NOT_FOUND)
        return found

    def _has_news(self) -> bool:
        """Read the files again if they have changed since, looking at most once a second."""
        now = time.monotonic()
        if self._path is None or now - self._looked_at < _LOOK_AGAIN_SECONDS:
            return False
        self._looked_at = now
        seen = _state(self._path)
        if seen == self._seen:
            return False
        self._seen = seen
        try:
            self._take(read_documents(self._path))
        except DocumentsError as error:
            # Those read before go on serving.
            _log.warning("trusted_documents_unreadable", error=str(error))
            return False
        return True

    def _take(self, found: Mapping[str, str]) -> None:
        self._by_id = found
        self._texts = frozenset(found.values())


def _state(path: Path) -> object:
    """What changes when a file is written, added or removed."""
    try:
        files = sorted(path.iterdir()) if path.is_dir() else [path]
        return [(file.name, (stat := file.stat()).st_mtime_ns, stat.st_size) for file in files]
    except OSError:
        return None


def _refused(message: str, code: ErrorCode) -> RequestRefused:
    return RequestRefused(400, [{"message": message, "extensions": {"code": code}}])
