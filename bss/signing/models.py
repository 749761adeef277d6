"""Rows: sessions."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tortoise import fields

from bss.transaction.rows import AccountRow


class SessionModel(AccountRow):
    """Somebody signed in as a membership, on one host, until it ends. `path` is the membership's; never deleted."""

    person_id: UUID = fields.UUIDField()
    membership_id: UUID = fields.UUIDField()
    host: str = fields.TextField()
    started_at: datetime = fields.DatetimeField()
    ends_at: datetime = fields.DatetimeField()
    ended_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "session"
