"""Rows: subscriptions, the segments of their timelines, and the orders that made them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from tortoise import fields

from bss.transaction.rows import AccountRow, QuantityField


class SubscriptionModel(AccountRow):
    """A subscription of an account (`path`). `mirrored`: the copy of a reseller's, locked here.

    `refusal` is set on an origin whose mirror the distributor refused: sold, but not provisioned.
    """

    account_id: UUID = fields.UUIDField()
    offering_id: UUID = fields.UUIDField()
    name: str = fields.TextField()
    state: str = fields.TextField()
    quantity: Decimal = QuantityField()
    characteristics: Any = fields.JSONField()
    cycle: str = fields.TextField(default="P1M")
    term_months: int = fields.IntField(default=1)
    term_anchor: datetime | None = fields.DatetimeField(null=True)
    parent_id: UUID | None = fields.UUIDField(null=True)
    predecessor_id: UUID | None = fields.UUIDField(null=True)
    renews_automatically = fields.BooleanField(default=True)
    order_reference: str = fields.TextField(default="")
    starts_at: datetime = fields.DatetimeField()
    ends_at: datetime | None = fields.DatetimeField(null=True)
    activated_at: datetime | None = fields.DatetimeField(null=True)
    provisioned_at: datetime | None = fields.DatetimeField(null=True)
    removed_at: datetime | None = fields.DatetimeField(null=True)
    mirrored = fields.BooleanField(default=False)
    managed_by: str = fields.TextField(default="")
    refusal: str | None = fields.TextField(null=True)
    version: int = fields.BigIntField(default=1)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "subscription"


class SegmentModel(AccountRow):
    """A stretch of a subscription's life, effective and recorded: append-only, `recorded_to` is set once."""

    subscription_id: UUID = fields.UUIDField()
    offering_id: UUID = fields.UUIDField()
    status: str = fields.TextField()
    quantity: Decimal = QuantityField()
    characteristics: Any = fields.JSONField()
    cycle: str = fields.TextField(default="P1M")
    effective_from: datetime = fields.DatetimeField()
    effective_to: datetime | None = fields.DatetimeField(null=True)
    recorded_from: datetime = fields.DatetimeField()
    recorded_to: datetime | None = fields.DatetimeField(null=True)
    mirrored = fields.BooleanField(default=False)

    class Meta:
        table = "segment"


class OrderModel(AccountRow):
    """Who wanted what of a subscription, when and why: one row for each version."""

    subscription_id: UUID = fields.UUIDField()
    version: int = fields.BigIntField()
    verb: str = fields.TextField()
    actor_id: UUID = fields.UUIDField()
    actor_name: str = fields.TextField()
    reason: str = fields.TextField(default="")
    effective_at: datetime = fields.DatetimeField()
    recorded_at: datetime = fields.DatetimeField()

    class Meta:
        table = "subscription_order"
