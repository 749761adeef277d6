"""Rows: issuers, their number series, selling edges and supply edges."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import fields

from bss.transaction.rows import AccountRow


class IssuerModel(AccountRow):
    """A legal entity that issues documents, with its card and brand; `path` is its owner account's."""

    owner_id: UUID = fields.UUIDField()
    name: str = fields.TextField()
    card: Any = fields.JSONField()
    due_days: int = fields.IntField(default=30)
    country: str = fields.TextField(default="")
    sends = fields.BooleanField(default=False)

    class Meta:
        table = "issuer"


class IssuerLogoModel(AccountRow):
    """The logo of an issuer, as it is printed; `path` is the issuer's."""

    issuer_id: UUID = fields.UUIDField()
    media_type: str = fields.TextField()
    content: bytes = fields.BinaryField()
    sha256: str = fields.TextField()
    recorded_at: datetime = fields.DatetimeField()

    class Meta:
        table = "issuer_logo"


class SeriesModel(AccountRow):
    """A gap-free number series of an issuer; the row lock of the running one serialises numbering."""

    issuer_id: UUID = fields.UUIDField()
    prefix: str = fields.TextField()
    last_number: int = fields.BigIntField(default=0)
    ended_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "series"


class EdgeModel(AccountRow):
    """A selling edge (seller → buyer), or a supply edge at which the organisation itself buys.

    `path` is the buyer's: the buyer sees its own terms and nobody below it does. It holds in `[valid_from, valid_to)`;
    None is without a bound.
    """

    kind: str = fields.TextField()
    seller_account_id: UUID | None = fields.UUIDField(null=True)
    buyer_account_id: UUID = fields.UUIDField()
    price_list_id: UUID = fields.UUIDField()
    currency: str = fields.TextField()
    zone: str = fields.TextField()
    policy: str = fields.TextField()
    billing_day: int = fields.IntField()
    bill_to_account_id: UUID = fields.UUIDField()
    issuer_id: UUID | None = fields.UUIDField(null=True)
    link_id: UUID | None = fields.UUIDField(null=True)
    vendor_id: UUID | None = fields.UUIDField(null=True)
    received = fields.BooleanField(default=False)
    terms_since: datetime | None = fields.DatetimeField(null=True)
    created_at: datetime = fields.DatetimeField()
    valid_from: datetime | None = fields.DatetimeField(null=True)
    valid_to: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "edge"


class PastTermsModel(AccountRow):
    """The terms of a selling edge for the billing periods that start before `valid_until`; append-only."""

    edge_id: UUID = fields.UUIDField()
    price_list_id: UUID = fields.UUIDField()
    policy: str = fields.TextField()
    billing_day: int = fields.IntField()
    bill_to_account_id: UUID = fields.UUIDField()
    issuer_id: UUID = fields.UUIDField()
    valid_from: datetime | None = fields.DatetimeField(null=True)
    valid_until: datetime = fields.DatetimeField()
    actor_name: str = fields.TextField()
    recorded_at: datetime = fields.DatetimeField()

    class Meta:
        table = "past_terms"
