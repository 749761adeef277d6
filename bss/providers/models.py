"""Rows: identity providers, and the identities that somebody has at them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import fields

from bss.transaction.rows import AccountRow


class ProviderModel(AccountRow):
    """A provider by which people come in at the hosts of its account. The secret is sealed; null: it needs none."""

    account_id: UUID = fields.UUIDField()
    name: str = fields.TextField()
    issuer: str = fields.TextField()
    client_id: str = fields.TextField()
    secret_sealed: str | None = fields.TextField(null=True)
    scopes: str = fields.TextField()
    groups_claim: str = fields.TextField()
    domains: Any = fields.JSONField()
    rules: Any = fields.JSONField()
    added_at: datetime = fields.DatetimeField()
    retired_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "identity_provider"


class IdentityModel(AccountRow):
    """As whom an issuer knows a person who came in at an account's hosts: by issuer and subject, never by e-mail."""

    account_id: UUID = fields.UUIDField()
    issuer: str = fields.TextField()
    subject: str = fields.TextField()
    person_id: UUID = fields.UUIDField()
    added_at: datetime = fields.DatetimeField()

    class Meta:
        table = "identity"
