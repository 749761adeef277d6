"""Rows: API clients."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import fields

from bss.transaction.rows import AccountRow


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
