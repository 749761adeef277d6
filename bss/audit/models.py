"""Rows: the head of each organisation's chain. The audit's own rows stand in `bss.transaction.models`."""

from __future__ import annotations

from datetime import datetime

from tortoise import fields

from bss.transaction.rows import OrganisationRow


class AuditChainModel(OrganisationRow):
    """How far the chain over an organisation's audit goes."""

    position: int = fields.BigIntField()
    link: str = fields.TextField()
    sealed_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "audit_chain"
