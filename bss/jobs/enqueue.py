"""Step: ask for a job, inside the caller's transaction.

Owns: coalescing. A job that is due already is not asked for twice; one that is running is run again after it.
"""

from __future__ import annotations

from datetime import datetime

from bss.identifier import uuid7
from bss.jobs.job import JobKind
from bss.transaction.begin import Transaction


async def enqueue(tx: Transaction, kind: JobKind, key: str, *, now: datetime) -> None:
    """Make the job due. One row per (organisation, kind, key); a parked job stays parked until it is resumed."""
    await tx.connection.execute(
        "INSERT INTO job (id, organisation_id, kind, key, state, due_at, created_at)"
        " VALUES ($1, $2, $3, $4, 'due', $5, $5)"
        " ON CONFLICT (organisation_id, kind, key) DO UPDATE SET wanted = job.wanted + 1,"
        "   state = CASE job.state WHEN 'done' THEN 'due' ELSE job.state END,"
        "   due_at = CASE job.state WHEN 'done' THEN excluded.due_at ELSE job.due_at END",
        *(uuid7(), tx.organisation_id, kind.value, key, now),
    )
    tx.has_news = True
