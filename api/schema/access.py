"""Signing in; users and API tokens."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import strawberry
from tortoise.expressions import Q

from api.context import Context
from api.resolvers import access
from api.schema.customers import Customer
from api.schema.inputs import OMIT, OMIT_OR_CLEAR, VERSION, MutationInput, kept, kept_key
from api.schema.lists import listing
from api.schema.mutations import Payload, action, mutation
from api.schema.nodes import Node, find_node, key_of, node, optional_key
from api.schema.paging import OrderEnum
from api.schema.workforce import Worker
from api.selection import column, computed, identity, one
from domain.access import models, operations
from domain.access.queries import visible_api_tokens, visible_users
from domain.core.actor import Actor, Permission, Role, TokenScope
from domain.core.operation import Done, check_permission

Info = strawberry.Info[Context, None]
_PASSWORD = "10 to 200 characters, not all of them spaces."  # noqa: S105 - says what a password is like


def _address(email: str, role: Role) -> str | None:
    """The address a person signs in with; a program's is made up."""
    return None if role is Role.INTEGRATION else email


@node(
    models.User,
    prefix="usr",
    visible=visible_users,
    description="A person who signs in, or a program that holds an API token.",
)
class User(Node):
    """A user."""

    id: strawberry.ID = identity("usr")
    email: str | None = computed(
        needs=("email", "role"), value=_address, description="What the person signs in with; null for a program."
    )
    name: str = column(description="As shown to others.")
    role: Role = column(description="What the user is to the company.")
    active: bool = column(description="False once the user may not sign in any more.")
    worker: Worker | None = one(description="The worker the person is; null when they are none.")
    customer: Customer | None = one(
        description="The customer the person belongs to; null for the company's own people."
    )
    version: int = column(description="Grows with every change; send it back as `expectedVersion`.")


def _scopes(scopes: Sequence[str]) -> list[TokenScope]:
    return [TokenScope(scope) for scope in scopes]


@node(
    models.ApiToken,
    prefix="tok",
    visible=visible_api_tokens,
    description="A long-lived token with which a program signs in. Its secret is shown once, when it is made.",
)
class ApiToken(Node):
    """An API token."""

    id: strawberry.ID = identity("tok")
    name: str = column(description="What it is for; unique, also among those that have ended.")
    user: User = one(description="The user as which its program acts; the role is INTEGRATION.")
    scopes: list[TokenScope] = computed(needs=("scopes",), value=_scopes, description="What its program may do.")
    created_at: datetime = column(description="When it was made.")
    expires_at: datetime | None = column(description="When it stops working by itself; null: never.")
    ended_at: datetime | None = column(description="When it was ended; null while it was not.")


async def _viewer_user(self: "Viewer", info: Info) -> User | None:
    found: Any = None if self.actor.user_id is None else await find_node(info, self.actor.user_id, viewer=self.actor)
    user: User | None = found
    return user


async def _viewer_worker(self: "Viewer", info: Info) -> Worker | None:
    key = self.actor.worker_id
    found: Any = None if key is None else await find_node(info, key, viewer=self.actor)
    worker: Worker | None = found
    return worker


async def _viewer_customer(self: "Viewer", info: Info) -> Customer | None:
    key = self.actor.customer_id
    found: Any = None if key is None else await find_node(info, key, viewer=self.actor)
    customer: Customer | None = found
    return customer


@strawberry.type(description="Who is asking, and what they may do.")
class Viewer:
    """The caller."""

    actor: strawberry.Private[Actor]
    name: str = strawberry.field(description="As shown to others.")
    role: Role = strawberry.field(description="What you are to the company.")
    permissions: list[Permission] = strawberry.field(
        description="What you may do; for an API token, as far as its scopes grant it."
    )
    user: User | None = strawberry.field(resolver=_viewer_user, description="You as a user.")
    worker: Worker | None = strawberry.field(
        resolver=_viewer_worker, description="The worker you are; null when you are none."
    )
    customer: Customer | None = strawberry.field(
        resolver=_viewer_customer, description="The customer you belong to; null for the company's own people."
    )


def _viewer_of(actor: Actor) -> Viewer:
    if actor.role is None:
        raise TypeError("Nobody is signed in.")
    permissions = [permission for permission in Permission if actor.may(permission)]
    return Viewer(actor=actor, name=actor.name, role=actor.role, permissions=permissions)


def _viewer(self: None, info: Info) -> Viewer:  # noqa: ARG001
    check_permission(info.context.actor, Permission.SIGNED_IN)
    return _viewer_of(info.context.actor)


@strawberry.type(description="A sign-in that lasts until it is ended, or not refreshed in time.")
class Session:
    """The tokens of a session."""

    access_token: str = strawberry.field(description="Send it as `Authorization: Bearer …`, or in `connection_init`.")
    access_expires_at: datetime = strawberry.field(description="When the access token stops working.")
    refresh_token: str = strawberry.field(
        description="For `refreshSession`, once: using it a second time ends the session. Keep it secret."
    )
    refresh_expires_at: datetime = strawberry.field(description="When the session ends unless it is refreshed.")
    viewer: Viewer = strawberry.field(description="Who has signed in.")


def _session(self: Payload) -> Session | None:
    if self.done is None:
        return None
    begun: access.Begun = self.done.result
    return Session(
        access_token=begun.tokens.access_token,
        access_expires_at=begun.tokens.access_expires_at,
        refresh_token=begun.tokens.refresh_token,
        refresh_expires_at=begun.tokens.refresh_expires_at,
        viewer=_viewer_of(begun.actor),
    )


@strawberry.type(description="Answer of `signIn`.")
class SignInPayload(Payload):
    """The answer of signIn."""

    session: Session | None = strawberry.field(resolver=_session, description="The new session; null when refused.")


@strawberry.type(description="Answer of `refreshSession`.")
class RefreshSessionPayload(Payload):
    """The answer of refreshSession."""

    session: Session | None = strawberry.field(
        resolver=_session, description="The session with new tokens; null when refused."
    )


@strawberry.type(description="Answer of `signOut`.")
class SignOutPayload(Payload):
    """The answer of signOut."""


async def _new_token(self: Payload, info: Info) -> ApiToken | None:
    found: Any = None if self.done is None else await find_node(info, self.done.result.token_id)
    token: ApiToken | None = found
    return token


def _secret(self: Payload) -> str | None:
    return None if self.done is None else str(self.done.result.secret)


@strawberry.type(description="Answer of `createApiToken`.")
class CreateApiTokenPayload(Payload):
    """The answer of createApiToken."""

    api_token: ApiToken | None = strawberry.field(resolver=_new_token, description="The new token; null when refused.")
    secret: str | None = strawberry.field(
        resolver=_secret,
        description="What the program sends as its bearer token. It is shown this once. Null when refused.",
    )


@strawberry.input(description="E-mail address and password.")
class SignInInput:
    """For `signIn`; the answer is secret, so it is not kept for a repeat."""

    email: str = strawberry.field(description="The user's e-mail address, in any letter case.")
    password: str = strawberry.field(description="The user's password.")


@strawberry.input(description="The newest refresh token of a session.")
class RefreshSessionInput:
    """For `refreshSession`; the answer is secret, so it is not kept for a repeat."""

    refresh_token: str = strawberry.field(description="As it was last given to you.")


@strawberry.input(description="Nothing needs to be said to sign out.")
class SignOutInput(MutationInput):
    """For `signOut`."""


@strawberry.input(description="A new user for a person.")
class CreateUserInput(MutationInput):
    """For `createUser`."""

    email: str = strawberry.field(description="What the person signs in with; unique.")
    name: str = strawberry.field(description="As shown to others, at most 120 characters.")
    role: Role = strawberry.field(description="Any but INTEGRATION, which `createApiToken` is for.")
    password: str | None = strawberry.field(
        default=None, description=f"{_PASSWORD} Without one the person cannot sign in."
    )
    worker_id: strawberry.ID | None = strawberry.field(
        default=None, description="The worker the person is; required for a technician."
    )
    customer_id: strawberry.ID | None = strawberry.field(
        default=None, description="The customer the person belongs to; required for a customer."
    )

    def command(self) -> operations.CreateUser:
        """The command this asks for, apart from the password."""
        return operations.CreateUser(
            email=self.email,
            name=self.name,
            role=self.role,
            worker_id=optional_key(self.worker_id, "wrk", "worker", "workerId"),
            customer_id=optional_key(self.customer_id, "cus", "customer", "customerId"),
        )


@strawberry.input(description="What is to be different about a user.")
class ChangeUserInput(MutationInput):
    """For `changeUser`."""

    user_id: strawberry.ID = strawberry.field(description="Which user.")
    name: strawberry.Maybe[str] = strawberry.field(description=OMIT)
    role: strawberry.Maybe[Role] = strawberry.field(description=OMIT)
    active: strawberry.Maybe[bool] = strawberry.field(description="Omit to keep. False signs the user out for good.")
    worker_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    customer_id: strawberry.Maybe[strawberry.ID | None] = strawberry.field(description=OMIT_OR_CLEAR)
    password: strawberry.Maybe[str | None] = strawberry.field(
        description=f"Omit to keep; null to take it away. {_PASSWORD} Signs the user out everywhere else."
    )
    expected_version: int | None = strawberry.field(default=None, description=VERSION)

    def command(self) -> operations.ChangeUser:
        """The command this asks for, apart from the password."""
        return operations.ChangeUser(
            user_id=key_of(self.user_id, "usr", "user", "userId"),
            name=kept(self.name),
            role=kept(self.role),
            active=kept(self.active),
            worker_id=kept_key(self.worker_id, "wrk", "worker", "workerId"),
            customer_id=kept_key(self.customer_id, "cus", "customer", "customerId"),
            expected_version=self.expected_version,
        )


@strawberry.input(description="A new API token.")
class CreateApiTokenInput:
    """For `createApiToken`; the answer is secret, so it is not kept for a repeat."""

    name: str = strawberry.field(description="What it is for; unique, at most 120 characters.")
    expires_at: datetime | None = strawberry.field(
        default=None, description="When it stops working by itself; never unless given."
    )
    scopes: list[TokenScope] | None = strawberry.field(
        default=None, description="What its program may do, at least one; everything a program may unless given."
    )


@strawberry.input(description="An API token that is to stop working.")
class EndApiTokenInput(MutationInput):
    """For `endApiToken`."""

    token_id: strawberry.ID = strawberry.field(description="Which token.")

    def command(self) -> operations.EndApiToken:
        """The command this asks for."""
        return operations.EndApiToken(key_of(self.token_id, "tok", "API token", "tokenId"))


async def _sign_in(context: Context, input: SignInInput) -> Done[Any]:
    return await access.sign_in(context, input.email, input.password)


async def _refresh_session(context: Context, input: RefreshSessionInput) -> Done[Any]:
    return await access.refresh_session(context, input.refresh_token)


async def _sign_out(context: Context, input: SignOutInput) -> Done[Any]:
    return await access.sign_out(context, key=input.client_mutation_key)


async def _create_user(context: Context, input: CreateUserInput) -> Done[Any]:
    check_permission(context.actor, operations.create_user.requires)
    return await access.create_user(context, input.command(), input.password, key=input.client_mutation_key)


async def _change_user(context: Context, input: ChangeUserInput) -> Done[Any]:
    check_permission(context.actor, operations.change_user.requires)
    return await access.change_user(context, input.command(), kept(input.password), key=input.client_mutation_key)


async def _create_api_token(context: Context, input: CreateApiTokenInput) -> Done[Any]:
    scopes = tuple(TokenScope) if input.scopes is None else tuple(input.scopes)
    command = operations.CreateApiToken(input.name, input.expires_at, scopes)
    return await access.create_api_token(context, command)


@strawberry.input(description="Which users to list: those that meet every condition given.")
class UserFilter:
    """For `users`."""

    search: str | None = strawberry.field(
        default=None, description="Part of the name or the e-mail address, in any letter case."
    )
    role: list[Role] | None = strawberry.field(default=None, description="With one of these roles.")
    active: bool | None = strawberry.field(default=None, description="Only active ones, or only those that are not.")

    def where(self) -> Q:
        """The condition on users."""
        where = Q()
        if self.search:
            where &= Q(name__icontains=self.search) | Q(email__icontains=self.search)
        if self.role is not None:
            where &= Q(role__in=self.role)
        return where if self.active is None else where & Q(active=self.active)


class UserOrder(OrderEnum):
    """Orders of users."""

    NAME_ASC = ("name", "id"), "By name."
    NAME_DESC = ("-name", "-id"), "By name, the last first."
    EMAIL_ASC = ("email",), "By e-mail address."


@strawberry.input(description="Which API tokens to list: those that meet every condition given.")
class ApiTokenFilter:
    """For `apiTokens`."""

    search: str | None = strawberry.field(default=None, description="Part of the name, in any letter case.")
    ended: bool | None = strawberry.field(default=None, description="Only those that were ended, or only the others.")

    def where(self) -> Q:
        """The condition on API tokens."""
        where = Q(name__icontains=self.search) if self.search else Q()
        return where if self.ended is None else where & Q(ended_at__isnull=not self.ended)


class ApiTokenOrder(OrderEnum):
    """Orders of API tokens."""

    NAME_ASC = ("name",), "By name."
    CREATED_AT_DESC = ("-created_at", "-id"), "The newest first."


@strawberry.type
class AccessQueries:
    """Reading who may do what."""

    viewer: Viewer = strawberry.field(resolver=_viewer, description="You.")
    users = listing(
        User,
        UserFilter,
        UserOrder.NAME_ASC,
        "People and programs. Needs the permission MAINTAIN_USERS.",
        requires=Permission.MAINTAIN_USERS,
    )
    api_tokens = listing(
        ApiToken,
        ApiTokenFilter,
        ApiTokenOrder.NAME_ASC,
        "API tokens. Needs the permission MAINTAIN_USERS.",
        requires=Permission.MAINTAIN_USERS,
    )


@strawberry.type
class AccessMutations:
    """Signing in; changing users and API tokens."""

    sign_in = action(
        _sign_in,
        SignInInput,
        "Begins a session. Refused with WRONG_CREDENTIALS, whatever was wrong.",
        SignInPayload,
    )
    refresh_session = action(
        _refresh_session,
        RefreshSessionInput,
        "Gives a session new tokens. The refresh token that was sent gives the same one again for 30 seconds, should"
        " the answer be lost; later it ends the session.",
        RefreshSessionPayload,
    )
    sign_out = action(_sign_out, SignOutInput, "Ends the session you are in; its tokens stop working.", SignOutPayload)
    create_user = mutation(_create_user, CreateUserInput, "Creates a user for a person.", user=User)
    change_user = mutation(
        _change_user, ChangeUserInput, "Changes a user. The last active service manager stays one.", user=User
    )
    create_api_token = action(
        _create_api_token,
        CreateApiTokenInput,
        "Creates an API token, and the user of role INTEGRATION as which its program acts.",
        CreateApiTokenPayload,
        requires=Permission.MAINTAIN_USERS,
    )
    end_api_token = mutation(
        operations.end_api_token,
        EndApiTokenInput,
        "Ends an API token for good. A second time changes nothing.",
        api_token=ApiToken,
    )
