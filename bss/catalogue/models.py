"""Rows: vendors, products, offerings, bundles, meters, price lists and their published versions."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from tortoise import fields

from bss.transaction.rows import AccountRow, QuantityField


class VendorModel(AccountRow):
    """Whom the organisation buys from without a link; `path` is its root account's."""

    code: str = fields.TextField()
    name: str = fields.TextField()

    class Meta:
        table = "vendor"


class ProductModel(AccountRow):
    """A product; `path` is its owner account's."""

    owner_id: UUID = fields.UUIDField()
    vendor_id: UUID | None = fields.UUIDField(null=True)
    code: str = fields.TextField()
    name: str = fields.TextField()
    kind: str = fields.TextField(default="xaas")
    characteristics: Any = fields.JSONField(default=list)

    class Meta:
        table = "product"


class OfferingModel(AccountRow):
    """A plan that is sold. `supply_offering_id` is the distributor's offering, the identity across a link.

    `vendor_id` and `characteristics` are the product's, copied onto the row.
    """

    owner_id: UUID = fields.UUIDField()
    product_id: UUID = fields.UUIDField()
    code: str = fields.TextField()
    name: str = fields.TextField()
    unit: str = fields.TextField(default="")
    cycle: str = fields.TextField(default="P1M")
    kind: str = fields.TextField(default="plan")
    term_months: int = fields.IntField(default=1)
    trial_days: int = fields.IntField(default=0)
    cancellation_days: int | None = fields.IntField(null=True)
    vendor_id: UUID | None = fields.UUIDField(null=True)
    supply_link_id: UUID | None = fields.UUIDField(null=True)
    supply_offering_id: UUID | None = fields.UUIDField(null=True)
    characteristics: Any = fields.JSONField(default=list)
    category: str = fields.TextField(default="")
    in_storefront = fields.BooleanField(default=True)
    private_to: Any = fields.JSONField(default=list)

    class Meta:
        table = "offering"


class BundleModel(AccountRow):
    """What an account (`owner_id`, `path`) sells together; append-only."""

    owner_id: UUID = fields.UUIDField()
    code: str = fields.TextField()
    name: str = fields.TextField()

    class Meta:
        table = "bundle"


class BundleComponentModel(AccountRow):
    """An offering in a bundle, and how much of it is in one; `path` is the bundle's."""

    bundle_id: UUID = fields.UUIDField()
    offering_id: UUID = fields.UUIDField()
    quantity: Decimal = QuantityField()

    class Meta:
        table = "bundle_component"


class MeterModel(AccountRow):
    """A meter. Usage is stored in its base unit; `divisor` base units make one unit that a price names."""

    code: str = fields.TextField()
    name: str = fields.TextField()
    unit: str = fields.TextField()
    divisor: int = fields.BigIntField(default=1)
    kind: str = fields.TextField()

    class Meta:
        table = "meter"


class PriceListModel(AccountRow):
    """A price list in one currency. `received`: the distributor's, read-only here, written by sync only.

    `vendor_id`: the vendor at whose prices the organisation buys by it; nothing is sold by it.
    """

    owner_id: UUID = fields.UUIDField()
    code: str = fields.TextField()
    name: str = fields.TextField()
    currency: str = fields.TextField()
    vendor_id: UUID | None = fields.UUIDField(null=True)
    received = fields.BooleanField(default=False)

    class Meta:
        table = "price_list"


class PriceVersionModel(AccountRow):
    """A published, immutable version, in force from `valid_from` until the next version's."""

    price_list_id: UUID = fields.UUIDField()
    number: int = fields.IntField()
    valid_from: datetime = fields.DatetimeField()
    published_at: datetime = fields.DatetimeField()
    received = fields.BooleanField(default=False)

    class Meta:
        table = "price_version"


class PriceModel(AccountRow):
    """One charge of an offering in a version: one-time, recurring or usage, with its price model."""

    version_id: UUID = fields.UUIDField()
    offering_id: UUID = fields.UUIDField()
    charge: str = fields.TextField()
    kind: str = fields.TextField()
    description: str = fields.TextField()
    meter: str | None = fields.TextField(null=True)
    model: Any = fields.JSONField()

    class Meta:
        table = "price"
