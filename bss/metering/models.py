"""Rows: usage batches. Events and roll-ups are written and read by sets only and have no model."""

from __future__ import annotations

from datetime import datetime

from tortoise import fields

from bss.transaction.rows import AccountRow


class UsageBatchModel(AccountRow):
    """One import: what was received, and what became of it. received = accepted + duplicate."""

    source: str = fields.TextField()
    received: int = fields.BigIntField()
    accepted: int = fields.BigIntField()
    duplicate: int = fields.BigIntField()
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "usage_batch"
