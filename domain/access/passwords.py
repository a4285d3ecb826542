"""Hashing passwords: argon2id in threads of its own, before a transaction begins and never inside one."""

import asyncio
import hashlib
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from domain.access.rules import check_password
from domain.core.actor import Actor, Permission
from domain.core.operation import check_permission

ResultT = TypeVar("ResultT")


def _recommended() -> PasswordHasher:
    # By OWASP for argon2id: 19 MiB, two passes.
    return PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


_hasher = _recommended()
# They bound how much memory a rush of sign-ins can take.
_threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="argon2")
_SALT_BYTES = 16


@dataclass(frozen=True, slots=True)
class HashedPassword:
    """A password as it is stored."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Match:
    """Whether a password is the stored one, and its new hash when the stored one was made with older settings."""

    is_right: bool
    renewed: HashedPassword | None = None


async def prepare_password(password: str, *, actor: Actor, key: str | None = None) -> HashedPassword:
    """`password` ready for `create_user` and `change_user`, for an actor who may maintain users.

    With an idempotency key the salt follows from it, so that a repeat of the request is the same request.

    Raises:
        NotSignedIn, NotPermitted: the actor may not.
        Refused: INVALID.
    """
    check_permission(actor, Permission.MAINTAIN_USERS)
    check_password(_normal(password))
    salt = None
    if key is not None:
        salt = hashlib.sha256(f"{actor.key}:{key}".encode()).digest()[:_SALT_BYTES]
    return await _in_thread(lambda: _hash(password, salt))


async def match_password(password: str, stored: str | None) -> Match:
    """Compare `password` with a stored hash; without one it takes as long and does not match."""
    return await _in_thread(lambda: _match(password, stored))


async def _in_thread(work: Callable[[], ResultT]) -> ResultT:
    return await asyncio.get_running_loop().run_in_executor(_threads, work)


def _match(password: str, stored: str | None) -> Match:
    # Made by the first sign-in of any kind, so that its cost tells nothing either.
    nobodys = _nobodys_hash()
    try:
        _hasher.verify(stored or nobodys, _bytes(password))
    except (VerificationError, InvalidHashError):
        return Match(is_right=False)
    if stored is None:
        return Match(is_right=False)
    return Match(is_right=True, renewed=_hash(password, None) if _hasher.check_needs_rehash(stored) else None)


def _hash(password: str, salt: bytes | None) -> HashedPassword:
    return HashedPassword(_hasher.hash(_bytes(password), salt=salt))


@cache
def _nobodys_hash() -> str:
    return _hasher.hash(secrets.token_bytes(32))


def _normal(password: str) -> str:
    # Keyboards differ in how they compose letters such as å; the same letters are the same password.
    return unicodedata.normalize("NFKC", password)


def _bytes(password: str) -> bytes:
    return _normal(password).encode("utf-8", "surrogatepass")
