"""Rows: invitations."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tortoise import fields

from bss.transaction.rows import AccountRow


class InvitationModel(AccountRow):
    """A way in for a member, once, at a host; `path` is the membership's. Only the SHA-256 of its secret is stored."""

    membership_id: UUID = fields.UUIDField()
    host: str = fields.TextField()
    secret_hash: str = fields.TextField()
    made_at: datetime = fields.DatetimeField()
    ends_at: datetime = fields.DatetimeField()
    taken_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "invitation"
