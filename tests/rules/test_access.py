"""Who may be a user, what is a password, and when a session goes on."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.access.rules import (
    LOST_ANSWER,
    SESSION_LIFE,
    Refresh,
    SessionState,
    check_email,
    check_manager_remains,
    check_password,
    check_role,
    check_role_change,
    check_token_expiry,
    is_open,
    judge_refresh,
    successor_of,
)
from domain.core.actor import Role
from domain.core.errors import Code, Path, Refused

NOW = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
PEOPLE = [role for role in Role if role is not Role.INTEGRATION]


def refusal(refused: pytest.ExceptionInfo[Refused]) -> tuple[Code, Path]:
    (only,) = refused.value.refusals
    return only.code, only.path


# --- e-mail addresses and passwords ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("mette@nordlys.example", "mette@nordlys.example"),
        ("  Mette.Holm@Nordlys.EXAMPLE ", "mette.holm@nordlys.example"),
        ("søren@blåbær.example", "søren@blåbær.example"),
    ],
)
def test_an_email_address_is_stored_in_lower_case(typed: str, stored: str) -> None:
    assert check_email(typed) == stored


@pytest.mark.parametrize(
    "typed", ["", "  ", "mette", "mette@", "@nordlys.example", "mette@nordlys", "a b@c.example", "a@b@c.example"]
)
def test_what_is_no_email_address_is_refused(typed: str) -> None:
    with pytest.raises(Refused) as refused:
        check_email(typed)

    assert refusal(refused) == (Code.INVALID, ("email",))


def test_an_email_address_longer_than_its_column_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        check_email("m" * 190 + "@nordlys.example")

    assert refusal(refused) == (Code.INVALID, ("email",))


@pytest.mark.parametrize("length", [10, 11, 200])
def test_a_password_has_10_to_200_characters(length: int) -> None:
    check_password("å" * length)


@pytest.mark.parametrize("password", ["", "x" * 9, " " * 12, "x" * 201])
def test_a_password_too_short_too_long_or_blank_is_refused(password: str) -> None:
    with pytest.raises(Refused) as refused:
        check_password(password)

    assert refusal(refused) == (Code.INVALID, ("password",))


def test_a_refused_password_is_not_repeated() -> None:
    with pytest.raises(Refused) as refused:
        check_password("hunter2")

    assert "hunter2" not in str(refused.value)


# --- roles -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "worker_id", "customer_id"),
    [
        (Role.SERVICE_MANAGER, None, None),
        (Role.SERVICE_MANAGER, 7, None),
        (Role.DISPATCHER, None, None),
        (Role.DISPATCHER, 7, None),
        (Role.TECHNICIAN, 7, None),
        (Role.CUSTOMER, None, 3),
        (Role.INTEGRATION, None, None),
    ],
)
def test_what_a_role_goes_with(role: Role, worker_id: int | None, customer_id: int | None) -> None:
    check_role(role, worker_id=worker_id, customer_id=customer_id, has_password=role is not Role.INTEGRATION)


@pytest.mark.parametrize(
    ("role", "worker_id", "customer_id", "expected"),
    [
        (Role.TECHNICIAN, None, None, (Code.WORKER_REQUIRED, ("workerId",))),
        (Role.TECHNICIAN, 7, 3, (Code.INVALID, ("customerId",))),
        (Role.CUSTOMER, None, None, (Code.INVALID, ("customerId",))),
        (Role.CUSTOMER, 7, 3, (Code.INVALID, ("workerId",))),
        (Role.DISPATCHER, None, 3, (Code.INVALID, ("customerId",))),
        (Role.SERVICE_MANAGER, 7, 3, (Code.INVALID, ("customerId",))),
        (Role.INTEGRATION, 7, None, (Code.INVALID, ("workerId",))),
        (Role.INTEGRATION, None, 3, (Code.INVALID, ("customerId",))),
    ],
)
def test_what_a_role_does_not_go_with(
    role: Role, worker_id: int | None, customer_id: int | None, expected: tuple[Code, Path]
) -> None:
    with pytest.raises(Refused) as refused:
        check_role(role, worker_id=worker_id, customer_id=customer_id, has_password=False)

    assert refusal(refused) == expected


def test_a_program_has_no_password() -> None:
    with pytest.raises(Refused) as refused:
        check_role(Role.INTEGRATION, worker_id=None, customer_id=None, has_password=True)

    assert refusal(refused) == (Code.INVALID, ("password",))


@pytest.mark.parametrize("before", [None, *PEOPLE])
@pytest.mark.parametrize("after", PEOPLE)
def test_a_person_may_take_any_role_of_a_person(before: Role | None, after: Role) -> None:
    check_role_change(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [(None, Role.INTEGRATION), (Role.DISPATCHER, Role.INTEGRATION), (Role.INTEGRATION, Role.DISPATCHER)],
)
def test_a_person_is_no_program(before: Role | None, after: Role) -> None:
    with pytest.raises(Refused) as refused:
        check_role_change(before, after)

    assert refusal(refused) == (Code.INVALID, ("role",))


def test_a_program_stays_one() -> None:
    check_role_change(Role.INTEGRATION, Role.INTEGRATION)


@pytest.mark.parametrize(
    ("role", "active", "path"),
    [
        (Role.SERVICE_MANAGER, False, ("active",)),
        (Role.DISPATCHER, True, ("role",)),
        (Role.DISPATCHER, False, ("active",)),
    ],
)
def test_the_last_service_manager_stays(role: Role, active: bool, path: Path) -> None:  # noqa: FBT001 - a test's row
    with pytest.raises(Refused) as refused:
        check_manager_remains(was_manager=True, role=role, active=active, others=0)

    assert refusal(refused) == (Code.IN_USE, path)


@pytest.mark.parametrize(
    ("was_manager", "role", "active", "others"),
    [
        (True, Role.SERVICE_MANAGER, True, 0),
        (True, Role.DISPATCHER, True, 1),
        (True, Role.SERVICE_MANAGER, False, 1),
        (False, Role.DISPATCHER, False, 0),
    ],
)
def test_others_may_go(was_manager: bool, role: Role, active: bool, others: int) -> None:  # noqa: FBT001 - a test's row
    check_manager_remains(was_manager=was_manager, role=role, active=active, others=others)


# --- sessions and API tokens -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("expires_at", [None, NOW + SECOND])
def test_a_token_expires_later_or_never(expires_at: datetime | None) -> None:
    check_token_expiry(expires_at, NOW)


@pytest.mark.parametrize("expires_at", [NOW, NOW - SECOND, (NOW + SECOND).replace(tzinfo=None)])
def test_a_token_that_would_have_expired_is_refused(expires_at: datetime) -> None:
    with pytest.raises(Refused) as refused:
        check_token_expiry(expires_at, NOW)

    assert refusal(refused) == (Code.INVALID, ("expiresAt",))


@pytest.mark.parametrize(
    ("expires_at", "ended_at", "good"),
    [
        (None, None, True),
        (NOW + SECOND, None, True),
        (NOW, None, False),
        (None, NOW - SECOND, False),
        (NOW + SECOND, NOW - SECOND, False),
    ],
)
def test_what_is_open(expires_at: datetime | None, ended_at: datetime | None, good: bool) -> None:  # noqa: FBT001
    assert is_open(expires_at=expires_at, ended_at=ended_at, now=NOW) is good


def session(**changed: object) -> SessionState:
    plain: dict[str, object] = {
        "refresh_hash": "newest",
        "previous_hash": "before",
        "expires_at": NOW + SESSION_LIFE,
        "ended_at": None,
        "user_active": True,
    }
    return SessionState(**(plain | changed))  # type: ignore[arg-type]


def test_the_newest_refresh_token_goes_on() -> None:
    assert judge_refresh(session(), "newest", "next", NOW) is Refresh.ROTATE


def test_the_refresh_token_before_it_gives_a_theft_away() -> None:
    later = NOW + LOST_ANSWER + SECOND
    assert judge_refresh(session(), "before", "newest", later) is Refresh.REUSED
    # With another successor than it had it was not answered by us.
    assert judge_refresh(session(), "before", "other", NOW) is Refresh.REUSED


def test_the_refresh_token_before_it_is_answered_again_for_a_moment() -> None:
    for since in (timedelta(), LOST_ANSWER):
        assert judge_refresh(session(), "before", "newest", NOW + since) is Refresh.REPEATED


def test_a_refresh_token_has_one_successor_and_nobody_knows_it_without_the_key() -> None:
    assert successor_of("token", "key") == successor_of("token", "key")
    assert len({successor_of(token, key) for token in ("token", "tokem") for key in ("key", "kez")}) == 4


@pytest.mark.parametrize("changed", [{"ended_at": NOW - SECOND}, {"expires_at": NOW}, {"user_active": False}])
@pytest.mark.parametrize("presented", ["newest", "before"])
def test_a_session_that_is_over_stays_over(changed: dict[str, object], presented: str) -> None:
    assert judge_refresh(session(**changed), presented, "newest", NOW) is Refresh.REFUSED


@given(presented=st.text().filter(lambda text: text not in {"newest", "before"}))
def test_any_other_refresh_token_is_refused(presented: str) -> None:
    assert judge_refresh(session(), presented, "newest", NOW) is Refresh.REFUSED
    assert judge_refresh(session(previous_hash=None), presented, "newest", NOW) is Refresh.REFUSED
