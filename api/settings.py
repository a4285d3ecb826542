"""Settings from the environment, with an answer to every mistake that can be made in them."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal, get_args

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "TAVLE_"
SECRET_BYTES = 32
_DATABASES = ("sqlite://", "postgres://", "postgresql://")
_MAKE_ONE = 'Make one with: python -c "import secrets; print(secrets.token_urlsafe(48))"'

_PROBLEMS = {
    "int_parsing": "must be a whole number",
    "greater_than_equal": "must be at least 0",
    "less_than_equal": "must be at most {le}",
    "greater_than": "must be more than 0",
    "float_parsing": "must be a number",
    "bool_parsing": "must be true or false",
}

TrustMode = Literal["off", "accept", "only"]
Mode = Literal["demo", "development", "production"]
LogFormat = Literal["json", "console", "auto"]
LogLevel = Literal["debug", "info", "warning", "error"]


class SettingsError(Exception):
    """Settings with which the program cannot start; the text says which, why, and what to do."""


class Settings(BaseSettings):
    """What can be set from outside, each as the environment variable `TAVLE_` and its name."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_ignore_empty=True, frozen=True, extra="ignore")

    database_url: str = Field(
        default="sqlite://var/tavle.db",
        repr=False,
        description="The database: sqlite://FILE, or postgresql://USER:PASSWORD@HOST:PORT/NAME.",
    )
    host: str = Field(default="127.0.0.1", description="The address to listen on; 0.0.0.0 is every one.")
    port: int = Field(default=8000, ge=0, le=65535, description="The port to listen on; 0 takes a free one.")
    mode: Mode = Field(
        default="development",
        description="demo accepts the demo tokens, production needs a secret and hides the schema's introspection.",
    )
    secret: SecretStr = Field(
        default=SecretStr(""),
        description="Signs access tokens, at least 32 bytes. Outside production one is made and kept by itself.",
    )
    log_format: LogFormat = Field(
        default="auto", description="json for machines, console for people, auto: console in a terminal."
    )
    log_level: LogLevel = Field(default="info", description="The least severe level that is logged.")
    introspection: bool | None = Field(
        default=None, description="Whether clients may ask for the schema; unset: yes, but not in production."
    )
    explorer: bool | None = Field(
        default=None, description="Whether the explorer page is served; unset: yes, but not in production."
    )
    trusted_documents: TrustMode = Field(
        default="off",
        description="Documents asked for by id: off, accept (beside others), only (no others are executed).",
    )
    documents: Path = Field(
        default=Path("var/documents"),
        description="The trusted documents: a folder of .graphql files and JSON manifests, or one manifest.",
    )
    cost_per_minute: int = Field(
        default=1_000_000,
        ge=0,
        description="What one user, program or anonymous address may use of each process in a minute; 0: no limit.",
    )
    sign_in_attempts: int = Field(
        default=10,
        ge=0,
        description="Failed sign-ins of an account from one address in 15 minutes; an address may 5 times as many, "
        "an account from anywhere 10 times; 0: no limit.",
    )
    operation_seconds: float = Field(
        default=10.0, gt=0, le=600, description="After so many seconds an operation is given up."
    )
    trusted_proxies: str = Field(
        default="",
        description="Addresses or networks, separated by commas, whose X-Forwarded-For is believed; behind a proxy "
        "that is not named here, all who are not signed in share one limit.",
    )
    keep_events_days: int | None = Field(
        default=None,
        ge=1,
        description="Events older than so many days leave the log, which is the audit trail too; unset: they are kept.",
    )
    tracing: bool = Field(
        default=False,
        description="Send OpenTelemetry traces to OTEL_EXPORTER_OTLP_ENDPOINT; needs the extra tavle[tracing].",
    )
    state_dir: Path = Field(
        default=Path("var"), description="The folder for files the program keeps, such as its secret."
    )

    @field_validator("mode", "log_format", "log_level", "trusted_documents", mode="before")
    @classmethod
    def _in_any_case(cls, value: object) -> object:
        return value.strip().lower() if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _known_networks(cls, value: str) -> str:
        for part in value.split(","):
            try:
                ip_network(part.strip() or "0.0.0.0/0")
            except ValueError:
                raise ValueError("must be addresses or networks, separated by commas") from None
        return value

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        start = next((start for start in _DATABASES if value.startswith(start)), None)
        if start is None or value == start:
            raise ValueError("must be sqlite://FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME")
        return value

    @property
    def allows_introspection(self) -> bool:
        """Whether clients may ask for the schema."""
        return self.mode != "production" if self.introspection is None else self.introspection

    @property
    def serves_explorer(self) -> bool:
        """Whether the explorer page is served."""
        if self.explorer is None:
            # The explorer's documents are its user's own.
            return self.mode != "production" and self.trusted_documents != "only"
        return self.explorer


@dataclass(frozen=True, slots=True)
class SettingDescription:
    """One setting, as the documentation and the command's help show it."""

    variable: str
    default: str
    choices: tuple[str, ...]
    description: str


def describe_settings() -> list[SettingDescription]:
    """Every setting, in the order of the class."""
    described = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default is None or name == "secret" else str(field.default)
        choices = tuple(str(choice) for choice in get_args(field.annotation)) if name in _CHOICES else ()
        described.append(SettingDescription(_variable(name), default, choices, field.description or ""))
    return described


_CHOICES = ("mode", "log_format", "log_level", "trusted_documents")


def load_settings(given: Mapping[str, Any] | None = None) -> Settings:
    """The settings of the environment; what is `given` and not None goes before it. The secret is always there.

    Raises:
        SettingsError: a value cannot be used, or production has no secret.
    """
    try:
        settings = Settings(**{name: value for name, value in (given or {}).items() if value is not None})
    except ValidationError as error:
        raise SettingsError("\n".join(_sentence(detail) for detail in error.errors())) from None
    if settings.explorer and settings.trusted_documents == "only":
        message = "TAVLE_EXPLORER: cannot be true while TAVLE_TRUSTED_DOCUMENTS is only:"
        raise SettingsError(f"{message} what people write in the explorer would not be executed.")
    secret = settings.secret.get_secret_value()
    if not secret and settings.mode == "production":
        message = "TAVLE_SECRET is missing: in production the key that signs access tokens must be set."
        raise SettingsError(f"{message}\n{_MAKE_ONE}")
    if not secret:
        secret = _kept_secret(settings.state_dir / "secret")
    elif len(secret.encode()) < SECRET_BYTES:
        message = f"TAVLE_SECRET is too short: {len(secret.encode())} bytes, it needs at least {SECRET_BYTES}."
        raise SettingsError(f"{message}\n{_MAKE_ONE}")
    return settings.model_copy(update={"secret": SecretStr(secret)})


def _kept_secret(file: Path) -> str:
    """The secret in `file`, made at the first use; processes that start together agree on one."""
    try:
        if not file.exists():
            _make_secret(file)
        if file.stat().st_mode & 0o077:
            file.chmod(0o600)
        secret = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        message = f"The secret cannot be kept in {file} ({error}). Set TAVLE_SECRET, or TAVLE_STATE_DIR to a folder "
        raise SettingsError(f"{message}that can be written.\n{_MAKE_ONE}") from error
    if len(secret.encode()) < SECRET_BYTES:
        message = f"The secret in {file} is too short: it needs at least {SECRET_BYTES} bytes."
        raise SettingsError(f"{message} Delete the file, and another is made.")
    return secret


def _make_secret(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(6)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(secrets.token_urlsafe(48) + "\n")
    try:
        # A link appears complete or not at all, and the first one wins.
        file.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _variable(name: str) -> str:
    return PREFIX + name.upper()


def _sentence(detail: ErrorDetails) -> str:
    """What is wrong with one setting; addresses and secrets are not repeated."""
    name = str(detail["loc"][0])
    if detail["type"] == "literal_error":
        problem = f"must be {detail['ctx']['expected'].replace(chr(39), '')}"
    else:
        known = _PROBLEMS.get(detail["type"])
        limits = {name: f"{limit:g}" for name, limit in detail.get("ctx", {}).items() if name == "le"}
        problem = known.format(**limits) if known else detail["msg"].removeprefix("Value error, ")
    shown = "" if name in {"database_url", "secret"} else f", not {detail['input']}"
    return f"{_variable(name)}: {problem}{shown}."
