"""Settings: what the environment says, and what is answered when it says something wrong."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api.settings import PREFIX, SECRET_BYTES, Settings, SettingsError, describe_settings, load_settings

SECRET = "a secret of the tests, thirty-two bytes and more"


@pytest.fixture(autouse=True)
def state(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The only setting that is made: the folder where the program keeps its secret."""
    for variable in os.environ:
        if variable.startswith(PREFIX):
            monkeypatch.delenv(variable)
    folder = tmp_path / "var"
    monkeypatch.setenv("TAVLE_STATE_DIR", str(folder))
    return folder


def refusal(given: dict[str, object] | None = None) -> str:
    with pytest.raises(SettingsError) as refused:
        load_settings(given)
    return str(refused.value)


# --- values ----------------------------------------------------------------------------------------------------------


def test_the_defaults_suit_a_developer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("TAVLE_STATE_DIR")
    monkeypatch.chdir(tmp_path)

    settings = load_settings()

    assert settings.database_url == "sqlite://var/tavle.db"
    assert (settings.host, settings.port, settings.mode) == ("127.0.0.1", 8000, "development")
    assert (settings.log_format, settings.log_level) == ("auto", "info")
    assert settings.state_dir == Path("var")
    assert (tmp_path / "var" / "secret").is_file()


def test_the_environment_says_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "DATABASE_URL": "postgresql://tavle@db/tavle",
        "HOST": "0.0.0.0",  # noqa: S104 - nothing listens here
        "PORT": "9000",
        "MODE": "Production",
        "SECRET": SECRET,
        "LOG_FORMAT": "JSON",
        "LOG_LEVEL": "WARNING",
        "EXPLORER": "true",
    }.items():
        monkeypatch.setenv(PREFIX + name, value)

    settings = load_settings()

    assert settings.database_url == "postgresql://tavle@db/tavle"
    assert (settings.host, settings.port, settings.mode) == ("0.0.0.0", 9000, "production")  # noqa: S104
    assert settings.secret.get_secret_value() == SECRET
    assert (settings.log_format, settings.log_level) == ("json", "warning")
    assert (settings.explorer, settings.introspection) == (True, None)


def test_what_is_given_goes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAVLE_PORT", "9000")
    monkeypatch.setenv("TAVLE_HOST", "192.0.2.1")

    settings = load_settings({"port": 9001, "host": None})

    assert (settings.port, settings.host) == (9001, "192.0.2.1")


def test_an_empty_variable_is_no_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAVLE_PORT", "")
    monkeypatch.setenv("TAVLE_SECRET", "")

    settings = load_settings()

    assert settings.port == 8000
    assert len(settings.secret.get_secret_value()) >= SECRET_BYTES


@pytest.mark.parametrize(
    ("mode", "chosen", "on"),
    [
        ("demo", None, True),
        ("development", None, True),
        ("production", None, False),
        ("production", "on", True),
        ("demo", "off", False),
    ],
)
def test_production_hides_the_schema_unless_asked_for(
    monkeypatch: pytest.MonkeyPatch,
    mode: str,
    chosen: str | None,
    on: bool,  # noqa: FBT001 - a test's row
) -> None:
    monkeypatch.setenv("TAVLE_SECRET", SECRET)
    for name in ("INTROSPECTION", "EXPLORER"):
        monkeypatch.setenv(PREFIX + name, chosen or "")

    settings = load_settings({"mode": mode})

    assert (settings.allows_introspection, settings.serves_explorer) == (on, on)


# --- mistakes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value", "answer"),
    [
        ("MODE", "prod", "TAVLE_MODE: must be demo, development or production, not prod."),
        ("PORT", "tcp://10.0.0.1:8000", "TAVLE_PORT: must be a whole number, not tcp://10.0.0.1:8000."),
        ("PORT", "70000", "TAVLE_PORT: must be at most 65535, not 70000."),
        ("PORT", "-1", "TAVLE_PORT: must be at least 0, not -1."),
        ("LOG_FORMAT", "xml", "TAVLE_LOG_FORMAT: must be json, console or auto, not xml."),
        ("LOG_LEVEL", "loud", "TAVLE_LOG_LEVEL: must be debug, info, warning or error, not loud."),
        ("INTROSPECTION", "maybe", "TAVLE_INTROSPECTION: must be true or false, not maybe."),
        (
            "DATABASE_URL",
            "mysql://root:hunter2@db/tavle",
            "TAVLE_DATABASE_URL: must be sqlite://FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME.",
        ),
        (
            "DATABASE_URL",
            "sqlite://",
            "TAVLE_DATABASE_URL: must be sqlite://FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME.",
        ),
    ],
)
def test_a_mistake_is_answered_with_what_to_write(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, answer: str
) -> None:
    monkeypatch.setenv(PREFIX + name, value)

    assert refusal() == answer


def test_every_mistake_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAVLE_MODE", "prod")
    monkeypatch.setenv("TAVLE_PORT", "x")

    assert refusal().splitlines() == [
        "TAVLE_PORT: must be a whole number, not x.",
        "TAVLE_MODE: must be demo, development or production, not prod.",
    ]


# --- the secret ------------------------------------------------------------------------------------------------------


def test_production_does_not_start_without_a_secret(state: Path) -> None:
    load_settings()

    answer = refusal({"mode": "production"})

    assert answer.splitlines() == [
        "TAVLE_SECRET is missing: in production the key that signs access tokens must be set.",
        'Make one with: python -c "import secrets; print(secrets.token_urlsafe(48))"',
    ]
    assert (state / "secret").is_file()  # there is one, but it is not for production


@pytest.mark.parametrize("mode", ["demo", "development", "production"])
def test_a_short_secret_is_refused_and_not_repeated(monkeypatch: pytest.MonkeyPatch, mode: str) -> None:
    monkeypatch.setenv("TAVLE_SECRET", "hunter2-hunter2-hunter2-hunter2")

    answer = refusal({"mode": mode})

    assert answer.startswith("TAVLE_SECRET is too short: 31 bytes, it needs at least 32.\nMake one with: ")
    assert "hunter2" not in answer


@pytest.mark.parametrize("mode", ["demo", "development"])
def test_a_secret_is_made_once_for_its_owner_only(state: Path, mode: str) -> None:
    first, second = load_settings({"mode": mode}), load_settings({"mode": mode})

    secret = first.secret.get_secret_value()
    assert secret == second.secret.get_secret_value() == (state / "secret").read_text().strip()
    assert len(secret) == 64
    assert stat.S_IMODE((state / "secret").stat().st_mode) == 0o600
    assert [path.name for path in state.iterdir()] == ["secret"]


def test_a_secret_that_others_could_read_is_closed(state: Path) -> None:
    load_settings()
    (state / "secret").chmod(0o644)

    load_settings()

    assert stat.S_IMODE((state / "secret").stat().st_mode) == 0o600


def test_processes_that_start_together_agree_on_one_secret(state: Path) -> None:
    with ThreadPoolExecutor(8) as together:
        made = set(together.map(lambda _: load_settings().secret.get_secret_value(), range(40)))

    assert len(made) == 1
    assert [path.name for path in state.iterdir()] == ["secret"]


def test_a_process_that_comes_second_takes_the_secret_of_the_first(
    monkeypatch: pytest.MonkeyPatch, state: Path
) -> None:
    first = load_settings()
    monkeypatch.setattr(Path, "exists", lambda _: False)  # as it was when the second one looked

    assert load_settings().secret == first.secret
    assert [path.name for path in state.iterdir()] == ["secret"]


def test_a_secret_set_from_outside_is_not_written_down(monkeypatch: pytest.MonkeyPatch, state: Path) -> None:
    monkeypatch.setenv("TAVLE_SECRET", SECRET)

    load_settings()

    assert not state.exists()


def test_a_damaged_secret_is_named(state: Path) -> None:
    state.mkdir()
    (state / "secret").write_text("too short\n")

    assert refusal() == (
        f"The secret in {state / 'secret'} is too short: it needs at least 32 bytes."
        " Delete the file, and another is made."
    )


def test_a_folder_that_cannot_be_written_is_named(state: Path) -> None:
    state.write_text("a file in the way")

    answer = refusal()

    assert answer.startswith(f"The secret cannot be kept in {state / 'secret'}")
    assert "Set TAVLE_SECRET, or TAVLE_STATE_DIR to a folder that can be written." in answer


def test_neither_secret_nor_database_password_shows_when_printed() -> None:
    settings = load_settings({"secret": SECRET, "database_url": "postgresql://tavle:hunter2@db/tavle"})

    assert SECRET not in repr(settings) + str(settings)
    assert "hunter2" not in repr(settings) + str(settings)


# --- the list --------------------------------------------------------------------------------------------------------


def test_every_setting_is_listed_with_a_description() -> None:
    described = {setting.variable: setting for setting in describe_settings()}

    assert list(described) == [PREFIX + name.upper() for name in Settings.model_fields]
    assert len(described) == 19
    assert all(setting.description.endswith(".") for setting in described.values())
    assert described["TAVLE_MODE"].choices == ("demo", "development", "production")
    assert (described["TAVLE_PORT"].default, described["TAVLE_PORT"].choices) == ("8000", ())
    assert (described["TAVLE_SECRET"].default, described["TAVLE_EXPLORER"].default) == ("", "")
