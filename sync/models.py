"""Rows: links, pairs, what goes out and what came in."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tortoise import fields

from bss.transaction.rows import OrganisationRow


class LinkModel(OrganisationRow):
    """One side of the agreement and channel between a reseller's and a distributor's organisation.

    `link_key` is the same on both sides. `account_id` is, at the distributor, the reseller's account; at the
    reseller, its own root. The lease makes sure that one relay at a time sends on the link.
    """

    link_key: UUID = fields.UUIDField()
    side: str = fields.TextField()
    peer_name: str = fields.TextField()
    account_id: UUID = fields.UUIDField()
    epoch: int = fields.BigIntField(default=1)
    next_sequence: int = fields.BigIntField(default=1)
    received_through: int = fields.BigIntField(default=0)
    lease_until: datetime | None = fields.DatetimeField(null=True)
    last_error: str | None = fields.TextField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "link"


class PairModel(OrganisationRow):
    """The 1:1 bond of a local object with its counterpart; `pair_id` is minted by the reseller.

    `version` is the newest version of the half that was applied or captured here.
    """

    link_id: UUID = fields.UUIDField()
    pair_id: UUID = fields.UUIDField()
    subject: str = fields.TextField()
    local_id: UUID = fields.UUIDField()
    version: int = fields.BigIntField(default=0)
    acknowledged_version: int = fields.BigIntField(default=0)
    refusal: str | None = fields.TextField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "pair"


class OutboundModel(OrganisationRow):
    """A message to the peer: the full state of one half at a version; its sequence comes when it is sent."""

    link_id: UUID = fields.UUIDField()
    subject: str = fields.TextField()
    pair_id: UUID = fields.UUIDField()
    version: int = fields.BigIntField()
    body: bytes = fields.BinaryField()
    digest: str = fields.TextField()
    sequence: int | None = fields.BigIntField(null=True)
    state: str = fields.TextField()
    reason: str | None = fields.TextField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "outbound"


class InboxModel(OrganisationRow):
    """A message that was received, with the result that a repetition gets again."""

    link_id: UUID = fields.UUIDField()
    message_id: UUID = fields.UUIDField()
    sequence: int = fields.BigIntField()
    result: str = fields.TextField()
    reason: str | None = fields.TextField(null=True)
    received_at: datetime = fields.DatetimeField()

    class Meta:
        table = "inbox"
