"""Rows: hosts and brands."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tortoise import fields

from bss.transaction.rows import AccountRow


class HostModel(AccountRow):
    """A host at which the people of an account, and of those below it, come in. The directory has its name, too."""

    account_id: UUID = fields.UUIDField()
    name: str = fields.TextField()
    added_at: datetime = fields.DatetimeField()

    class Meta:
        table = "host"


class BrandModel(AccountRow):
    """How an account shows itself to its people: one at most for each account. `logo` is a PNG."""

    account_id: UUID = fields.UUIDField()
    name: str = fields.TextField()
    colour: str = fields.TextField()
    accent: str = fields.TextField()
    logo: bytes | None = fields.BinaryField(null=True)
    updated_at: datetime = fields.DatetimeField()

    class Meta:
        table = "brand"
