"""An entry of the audit: who did what to what, and where it stands in the chain.

Owns: the values. Does not own: the row's way into the table (`bss.transaction.audit`), or the chain (`chain`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Entry:
    """What was recorded and stays so; `acting_as` is the delegation by which it was done for another account.

    The row's path is no part of it: an account that moves takes its rows along.
    """

    id: UUID
    actor_id: UUID
    actor_name: str
    operation: str
    object_id: UUID
    input_digest: str
    idempotency_key: str | None
    recorded_at: datetime
    acting_as: UUID | None
    acting_as_name: str | None


@dataclass(frozen=True)
class AuditEntry:
    """An entry with its place in the organisation's chain; without one until it is sealed."""

    recorded: Entry
    position: int | None
    link: str | None

    @property
    def id(self) -> UUID:
        return self.recorded.id
