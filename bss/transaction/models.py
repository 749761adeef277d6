"""Rows: the durable job table, the outbox, idempotency keys and the audit."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from tortoise import fields

from bss.transaction.rows import AccountRow, OrganisationRow


class JobModel(OrganisationRow):
    """One job per (organisation, kind, key)."""

    kind: str = fields.TextField()
    key: str = fields.TextField()
    state: str = fields.TextField()
    due_at: datetime = fields.DatetimeField()
    lease_until: datetime | None = fields.DatetimeField(null=True)
    attempts: int = fields.IntField(default=0)
    faults: int = fields.IntField(default=0)
    claims: int = fields.BigIntField(default=0)
    wanted: int = fields.BigIntField(default=1)
    reason: str | None = fields.TextField(null=True)
    created_at: datetime = fields.DatetimeField()

    class Meta:
        table = "job"


class EventModel(OrganisationRow):
    """The outbox."""

    name: str = fields.TextField()
    subject_id: UUID = fields.UUIDField()
    recorded_at: datetime = fields.DatetimeField()
    relayed_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "event"


class IdempotencyModel(OrganisationRow):
    """An idempotency key with the digest of the input and the id of the result."""

    actor_id: UUID = fields.UUIDField()
    operation: str = fields.TextField()
    key: str = fields.TextField()
    input_digest: str = fields.TextField()
    object_id: UUID | None = fields.UUIDField(null=True)
    recorded_at: datetime = fields.DatetimeField()

    class Meta:
        table = "idempotency"


class AuditModel(AccountRow):
    """Who did what, and by which delegation for whom; append-only. Its place in the chain is given once, later."""

    actor_id: UUID = fields.UUIDField()
    actor_name: str = fields.TextField()
    operation: str = fields.TextField()
    object_id: UUID = fields.UUIDField()
    input_digest: str = fields.TextField()
    idempotency_key: str | None = fields.TextField(null=True)
    recorded_at: datetime = fields.DatetimeField()
    acting_as: UUID | None = fields.UUIDField(null=True)
    acting_as_name: str | None = fields.TextField(null=True)
    position: int | None = fields.BigIntField(null=True)
    link: str | None = fields.TextField(null=True)

    class Meta:
        table = "audit"
