"""Rows: people, memberships, roles, delegations and API tokens."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import fields

from bss.transaction.rows import AccountRow, OrganisationRow


class RoleModel(OrganisationRow):
    """A role of the organisation's own; the standard ones are code (`bss.role`)."""

    code: str = fields.TextField()
    name: str = fields.TextField()
    kind: str = fields.TextField()
    permissions: Any = fields.JSONField()
    version: int = fields.BigIntField(default=1)
    created_at: datetime = fields.DatetimeField()
    retired_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "role"


class PersonModel(AccountRow):
    """A person or an API client; `path` is the account that it belongs to."""

    name: str = fields.TextField()
    email: str = fields.TextField(default="")
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "person"


class MembershipModel(AccountRow):
    """A person's role over an account and everything below it (`path`), until it is ended; never deleted.

    `identity_id`: given by a sign-in, for the groups that somebody is in; `lost_at_sign_in`: and ended by one.
    """

    person_id: UUID = fields.UUIDField()
    account_id: UUID = fields.UUIDField()
    role: str = fields.TextField()
    identity_id: UUID | None = fields.UUIDField(null=True)
    lost_at_sign_in: Any = fields.BooleanField(default=False)
    ended_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "membership"


class DelegationModel(AccountRow):
    """That another account's people may act for this one (`path`), until an end; never deleted."""

    account_id: UUID = fields.UUIDField()
    to_account_id: UUID = fields.UUIDField()
    role: str = fields.TextField()
    reason: str = fields.TextField()
    starts_at: datetime = fields.DatetimeField()
    ends_at: datetime = fields.DatetimeField()
    ended_at: datetime | None = fields.DatetimeField(null=True)
    granted_by: UUID = fields.UUIDField()
    granted_by_name: str = fields.TextField()
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "delegation"


class ApiTokenModel(AccountRow):
    """A bearer token of a membership. Only its SHA-256 is stored."""

    membership_id: UUID = fields.UUIDField()
    name: str = fields.TextField()
    token_hash: str = fields.TextField()
    created_at: datetime = fields.DatetimeField()
    expires_at: datetime | None = fields.DatetimeField(null=True)
    revoked_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "api_token"
