"""Rows: bill runs, billable lines, invoices, their files and deliveries."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from tortoise import fields

from bss.transaction.rows import AccountRow, AmountField, OrganisationRow, QuantityField


class BillRunModel(OrganisationRow):
    """A run that closes every billing period that ended by `until`."""

    until: datetime = fields.DatetimeField()
    state: str = fields.TextField()
    lines: int = fields.BigIntField(default=0)
    invoices: int = fields.BigIntField(default=0)
    created_at: datetime = fields.DatetimeField()
    finished_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "bill_run"


class BillableLineModel(AccountRow):
    """A rated line on one edge; `path` is the buyer's of that edge. `id` is derived from its natural key.

    `invoice_id` is derived too (issuer, Bill-To, currency, billing period); supply lines have none.
    """

    edge_id: UUID = fields.UUIDField()
    edge_kind: str = fields.TextField()
    subscription_id: UUID = fields.UUIDField()
    account_id: UUID = fields.UUIDField()
    offering_id: UUID = fields.UUIDField()
    charge: str = fields.TextField()
    charge_kind: str = fields.TextField()
    description: str = fields.TextField()
    kind: str = fields.TextField()
    service_start: datetime = fields.DatetimeField()
    service_end: datetime = fields.DatetimeField()
    billing_start: datetime = fields.DatetimeField()
    billing_end: datetime = fields.DatetimeField()
    quantity: Decimal = QuantityField()
    unit: str = fields.TextField()
    amount: Decimal = AmountField()
    currency: str = fields.TextField()
    explanation: Any = fields.JSONField()
    invoice_id: UUID | None = fields.UUIDField(null=True)
    recorded_at: datetime = fields.DatetimeField()

    class Meta:
        table = "billable_line"


class InvoiceModel(AccountRow):
    """An issued invoice, frozen. `path` is the buyer's, `seller_path` the seller's: visible through either."""

    seller_path: str = fields.TextField()
    issuer_id: UUID = fields.UUIDField()
    bill_to_account_id: UUID = fields.UUIDField()
    billing_start: datetime = fields.DatetimeField()
    billing_end: datetime = fields.DatetimeField()
    currency: str = fields.TextField()
    total: Decimal = AmountField()
    number: str = fields.TextField()
    issued_on: date = fields.DateField()
    due_on: date | None = fields.DateField(null=True)
    document: bytes = fields.BinaryField()
    digest: str = fields.TextField()
    recorded_at: datetime = fields.DatetimeField()

    class Meta:
        table = "invoice"


class InvoiceFileModel(AccountRow):
    """A rendered file of an invoice, with its checksum."""

    seller_path: str = fields.TextField()
    invoice_id: UUID = fields.UUIDField()
    media_type: str = fields.TextField()
    content: bytes = fields.BinaryField()
    sha256: str = fields.TextField()
    recorded_at: datetime = fields.DatetimeField()

    class Meta:
        table = "invoice_file"


class DeliveryModel(AccountRow):
    """An issued invoice that is to be sent to an e-mail address."""

    seller_path: str = fields.TextField()
    invoice_id: UUID = fields.UUIDField()
    address: str = fields.TextField()
    state: str = fields.TextField()
    recorded_at: datetime = fields.DatetimeField()

    class Meta:
        table = "delivery"
