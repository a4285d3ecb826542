"""Signing in with a password and going on with a refresh token."""

from domain.access import rules
from domain.access.operations import OpenSession, RefreshSession, StartSession, refresh_session, start_session
from domain.access.passwords import match_password
from domain.access.queries import candidate_for
from domain.core.actor import ANONYMOUS
from domain.core.errors import Code, Refused
from domain.core.operation import Done, perform


async def sign_in(email: str, password: str) -> Done[OpenSession]:
    """A new session for the user whom e-mail address and password name.

    An unknown address, a wrong password and an inactive user take equally long and get the same answer. The password is
    verified before the transaction begins: it takes longer than all the rest.

    Raises:
        Refused: WRONG_CREDENTIALS.
    """
    wrong = Refused(Code.WRONG_CREDENTIALS, rules.WRONG_CREDENTIALS)
    try:
        candidate = await candidate_for(rules.check_email(email))
    except Refused:
        candidate = None
    stored = None if candidate is None else candidate.password_hash
    match = await match_password(password, stored)
    if candidate is None or stored is None or not match.is_right:
        raise wrong
    command = StartSession(candidate.user_id, stored, match.renewed)
    return await perform(start_session, command, actor=candidate.actor)


async def refresh(refresh_token: str, key: str) -> Done[OpenSession]:
    """The session that `refresh_token` continues, with the refresh token that replaces it, made with the secret `key`.

    Raises:
        Refused: WRONG_CREDENTIALS.
    """
    command = RefreshSession(refresh_token, rules.successor_of(refresh_token, key))
    done = await perform(refresh_session, command, actor=ANONYMOUS)
    if done.result is None:
        raise Refused(Code.WRONG_CREDENTIALS, rules.REFRESH_REFUSED, ("refreshToken",))
    return Done(done.result, done.cursor)
