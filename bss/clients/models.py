"""Rows: API clients, and the keys by which organisations sign."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import fields

from bss.transaction.rows import AccountRow, OrganisationRow


class ClientModel(AccountRow):
    """An API client of a membership: with the SHA-256 of its secret, or with its public keys, never with both."""

    membership_id: UUID = fields.UUIDField()
    name: str = fields.TextField()
    secret_hash: str | None = fields.TextField(null=True)
    keys: Any = fields.JSONField(default=list)
    scopes: Any = fields.JSONField()
    created_at: datetime = fields.DatetimeField()
    retired_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "client"


class SigningKeyModel(OrganisationRow):
    """A key by which an organisation signs access tokens: next, active or retired; the private part is sealed."""

    key_id: str = fields.TextField()
    public: Any = fields.JSONField()
    private_sealed: str | None = fields.TextField(null=True)
    created_at: datetime = fields.DatetimeField()
    signs_from: datetime | None = fields.DatetimeField(null=True)
    signs_until: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "signing_key"


class RevokedAccessModel(OrganisationRow):
    """An access token, by its `jti`, that was revoked before it ended; kept until then."""

    ends_at: datetime = fields.DatetimeField()

    class Meta:
        table = "revoked_access"
