"""The two kinds of tenant row, as the ORM sees them.

Owns: the columns that every tenant row has. Does not own: constraints, indexes and row-level security, which
are explicit operations of the migrations, because the ORM drops `Meta.constraints` of a new model silently.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from tortoise import fields
from tortoise.models import Model

from bss.identifier import uuid7


class OrganisationRow(Model):
    """A row of one organisation's books."""

    id: UUID = fields.UUIDField(primary_key=True, default=uuid7)
    organisation_id: UUID = fields.UUIDField()

    class Meta:
        abstract = True


class AccountRow(OrganisationRow):
    """A row that lies at a place in the organisation's account tree: visible in the scopes above it."""

    path: str = fields.TextField()

    class Meta:
        abstract = True


class QuantityField(fields.DecimalField[Decimal]):
    """NUMERIC(38, 9): quantities."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=38, decimal_places=9, **options)


class AmountField(fields.DecimalField[Decimal]):
    """NUMERIC(20, 4): amounts of money, quantised by the domain to the currency's minor unit."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=20, decimal_places=4, **options)
