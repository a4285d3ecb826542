"""Tables of sign-in: users, their sessions, and tokens of programs."""

from typing import Any

from tortoise import fields
from tortoise.models import Model

from domain.core.actor import Role


class User(Model):
    """A person who signs in, or a program that holds an API token (role INTEGRATION, no password)."""

    id = fields.IntField(primary_key=True)
    email = fields.CharField(max_length=200, unique=True)
    name = fields.CharField(max_length=120)
    role = fields.CharEnumField(Role, max_length=20)
    password_hash = fields.CharField(max_length=200, null=True)
    active = fields.BooleanField(default=True)
    worker: Any = fields.ForeignKeyField("tavle.Worker", null=True, related_name="users", on_delete=fields.RESTRICT)
    worker_id: int | None
    customer: Any = fields.ForeignKeyField("tavle.Customer", null=True, related_name="users", on_delete=fields.RESTRICT)
    customer_id: int | None
    version = fields.IntField(default=1)

    class Meta:
        table = "user_account"


class Session(Model):
    """One sign-in, whose refresh token is kept only as a hash and is replaced at every use."""

    id = fields.IntField(primary_key=True)
    user: Any = fields.ForeignKeyField("tavle.User", related_name="sessions", on_delete=fields.CASCADE)
    user_id: int
    refresh_hash = fields.CharField(max_length=64, unique=True)
    previous_hash = fields.CharField(max_length=64, null=True, db_index=True)
    started_at = fields.DatetimeField()
    expires_at = fields.DatetimeField()
    ended_at = fields.DatetimeField(null=True)

    class Meta:
        table = "session"


class ApiToken(Model):
    """A long-lived token of a program, kept only as a hash."""

    id = fields.IntField(primary_key=True)
    user: Any = fields.ForeignKeyField("tavle.User", related_name="tokens", on_delete=fields.CASCADE)
    user_id: int
    name = fields.CharField(max_length=120, unique=True)
    token_hash = fields.CharField(max_length=64, unique=True)
    scopes: list[str] = fields.JSONField()
    expires_at = fields.DatetimeField(null=True)
    ended_at = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField()

    class Meta:
        table = "api_token"
