"""Step: record a domain event in the transaction in which it happened.

Owns: the outbox row. Does not own: relaying it (`bss.outbox.relay`) or reacting to it (`workers`).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bss.identifier import uuid7
from bss.outbox.event import EventName
from bss.transaction.begin import Transaction


async def record(tx: Transaction, name: EventName, subject_id: UUID, *, now: datetime) -> None:
    """Write the event. It is true when the transaction commits, and never happened when it does not."""
    await tx.connection.execute(
        "INSERT INTO event (id, organisation_id, name, subject_id, recorded_at) VALUES ($1, $2, $3, $4, $5)",
        *(uuid7(), tx.organisation_id, name.value, subject_id, now),
    )
    tx.has_news = True
