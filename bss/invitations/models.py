"""Rows: invitations."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import fields

from bss.transaction.rows import AccountRow


class InvitationModel(AccountRow):
    """A way in for a member, once, at a host; `path` is the membership's. Only the SHA-256 of its secret is stored.

    `allowed`: what the membership allowed when somebody who may do that made it.
    """

    membership_id: UUID = fields.UUIDField()
    host: str = fields.TextField()
    secret_hash: str = fields.TextField()
    allowed: Any = fields.JSONField()
    made_at: datetime = fields.DatetimeField()
    ends_at: datetime = fields.DatetimeField()
    taken_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "invitation"
