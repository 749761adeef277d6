"""Rows: usage batches, corrections, manual readings.

Events, roll-ups and spans are written and read by sets only and have no model.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from tortoise import fields

from bss.transaction.rows import AccountRow, QuantityField


class UsageBatchModel(AccountRow):
    """One import: what was received, and what became of it. received = accepted + duplicate."""

    source: str = fields.TextField()
    received: int = fields.BigIntField()
    accepted: int = fields.BigIntField()
    duplicate: int = fields.BigIntField()
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "usage_batch"


class UsageCorrectionModel(AccountRow):
    """An hour was wrong: what it was, what it is since, and why. Append-only."""

    subscription_id: UUID = fields.UUIDField()
    meter: str = fields.TextField()
    resource: str = fields.TextField()
    hour: datetime = fields.DatetimeField()
    before: Decimal = QuantityField()
    quantity: Decimal = QuantityField()
    revision: int = fields.BigIntField()
    reason: str = fields.TextField()
    recorded_at: datetime = fields.DatetimeField()

    class Meta:
        table = "usage_correction"


class ManualReadingModel(AccountRow):
    """A reading that a person took, with the evidence for it. Its id is the event's id of the source "manual"."""

    subscription_id: UUID = fields.UUIDField()
    meter: str = fields.TextField()
    resource: str = fields.TextField()
    starts_at: datetime = fields.DatetimeField()
    ends_at: datetime = fields.DatetimeField()
    value: Decimal = QuantityField()
    note: str = fields.TextField()
    evidence: str = fields.TextField()
    recorded_at: datetime = fields.DatetimeField()

    class Meta:
        table = "manual_reading"
