"""Step: ask for a job, inside the caller's transaction.

Owns: coalescing. A job that is due already is not asked for twice; one that is running is run again after it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bss.identifier import uuid7
from bss.jobs.job import JobKind
from bss.transaction.begin import Transaction

_ENQUEUE = """
INSERT INTO job (id, organisation_id, kind, key, state, due_at, created_at)
SELECT id, $1, $2, key, 'due', $5, $5 FROM unnest($3::uuid[], $4::text[]) AS asked (id, key) ORDER BY key
ON CONFLICT (organisation_id, kind, key) DO UPDATE SET wanted = job.wanted + 1,
  state = CASE job.state WHEN 'done' THEN 'due' ELSE job.state END,
  due_at = CASE job.state WHEN 'done' THEN excluded.due_at ELSE job.due_at END
"""
# A job that waits for an instant waits for the first of those that it was told.
_EXPECT = _ENQUEUE.replace("ELSE job.due_at END", "WHEN 'due' THEN least(job.due_at, $5) ELSE job.due_at END")


async def enqueue(tx: Transaction, kind: JobKind, key: str, *, now: datetime) -> None:
    """Make the job due. One row per (organisation, kind, key); a parked job stays parked until it is resumed."""
    await enqueue_all(tx, kind, (key,), now=now)


async def enqueue_all(tx: Transaction, kind: JobKind, keys: Collection[str], *, now: datetime) -> None:
    """The same for each of the keys, which differ; one statement."""
    await _write(tx, _ENQUEUE, kind, keys, now)


async def expect(tx: Transaction, kind: JobKind, key: str, *, at: datetime) -> None:
    """Make the job due at an instant to come, or earlier if it is due before."""
    await _write(tx, _EXPECT, kind, (key,), at)


async def _write(tx: Transaction, statement: str, kind: JobKind, keys: Collection[str], at: datetime) -> None:
    ids = [uuid7() for _ in keys]
    await tx.connection.execute(statement, *(tx.organisation_id, kind.value, ids, list(keys), at))
    tx.has_news = bool(keys) or tx.has_news
