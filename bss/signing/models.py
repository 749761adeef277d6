"""Rows: sessions."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tortoise import fields

from bss.transaction.rows import AccountRow


class SessionModel(AccountRow):
    """Somebody signed in as a membership, on one host, until it ends. `path` is the membership's; never deleted.

    The provider, the identity at it and the provider's own session (`sid`) are those that somebody came in by.
    """

    person_id: UUID = fields.UUIDField()
    membership_id: UUID = fields.UUIDField()
    host: str = fields.TextField()
    provider_id: UUID | None = fields.UUIDField(null=True)
    identity_id: UUID | None = fields.UUIDField(null=True)
    provider_session: str | None = fields.TextField(null=True)
    started_at: datetime = fields.DatetimeField()
    ends_at: datetime = fields.DatetimeField()
    ended_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "session"
