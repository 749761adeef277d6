"""Rows: organisations and their account trees."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from tortoise import fields

from bss.transaction.rows import AccountRow, OrganisationRow


class OrganisationModel(OrganisationRow):
    """An organisation; `organisation_id` is its own id, so that the one policy serves."""

    name: str = fields.TextField()
    slug: str = fields.TextField()
    zone: str = fields.TextField()
    currency: str = fields.TextField()
    root_account_id: UUID = fields.UUIDField()
    modules: Any = fields.JSONField()
    billing_grace_days: int | None = fields.IntField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "organisation"


class AccountModel(AccountRow):
    """An account; `path` ends with its own label. `mirrored`: copied from a reseller's BSS and locked here."""

    parent_id: UUID | None = fields.UUIDField(null=True)
    kind: str = fields.TextField()
    name: str = fields.TextField()
    accounting_number: str = fields.TextField(default="")
    email: str = fields.TextField(default="")
    billing_address: str = fields.TextField(default="")
    legal_address: str = fields.TextField(default="")
    mirrored = fields.BooleanField(default=False)
    managed_by: str = fields.TextField(default="")
    version: int = fields.BigIntField(default=1)
    created_at: datetime = fields.DatetimeField()
    closed_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "account"


class AccountPlacementModel(AccountRow):
    """Where an account stood when: append-only, `recorded_to` is set once.

    `place` is the path that it had; `path` the one that it has, as on every row.
    """

    account_id: UUID = fields.UUIDField()
    parent_id: UUID | None = fields.UUIDField(null=True)
    place: str = fields.TextField()
    effective_from: datetime = fields.DatetimeField()
    effective_to: datetime | None = fields.DatetimeField(null=True)
    recorded_from: datetime = fields.DatetimeField()
    recorded_to: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "account_placement"
