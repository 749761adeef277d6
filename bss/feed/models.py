"""Rows: what is told, and how far it has been numbered."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tortoise import fields

from bss.transaction.rows import AccountRow, OrganisationRow


class FeedEntryModel(AccountRow):
    """One thing to tell, at the place of its subject; `seller_path` is an invoice's second one.

    The position is given once, after the commit.
    """

    seller_path: str | None = fields.TextField(null=True)
    topic: str = fields.TextField()
    subject_id: UUID = fields.UUIDField()
    recorded_at: datetime = fields.DatetimeField()
    position: int | None = fields.BigIntField(null=True)

    class Meta:
        table = "feed_entry"


class FeedHeadModel(OrganisationRow):
    """The last position of an organisation that was given, and the last whose entry is no longer kept."""

    position: int = fields.BigIntField()
    forgotten: int = fields.BigIntField()

    class Meta:
        table = "feed_head"
