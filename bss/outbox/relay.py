"""Turn events into jobs: the outbox's way out.

Owns: that every committed event becomes its jobs exactly once. Does not own: which jobs those are (a table in
`workers` is passed in), or doing them (`bss.jobs`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.failpoint import fp
from bss.jobs.enqueue import enqueue
from bss.jobs.job import JobKind
from bss.outbox.event import EventName
from bss.transaction.begin import begin
from bss.viewer import Viewer

_BATCH = 200


@dataclass(frozen=True)
class Event:
    """A recorded event of the viewer's organisation."""

    id: UUID
    name: EventName
    subject_id: UUID


Reaction = Callable[[Event], Iterable[tuple[JobKind, str]]]
"""From an event to the jobs that it causes: kind and key."""


async def relay(viewer: Viewer, react: Reaction, *, now: datetime) -> int:
    """Relay one batch of the organisation's events that nobody else is relaying; returns how many.

    Events are found by their state and never by "greater than the last id seen": ids are minted before the
    commit, so that a reader in between would pass over a row that commits late.
    """
    async with begin(viewer) as tx:
        rows = await tx.connection.fetch(
            "SELECT id, name, subject_id FROM event WHERE organisation_id = $1 AND relayed_at IS NULL"
            " ORDER BY recorded_at, id LIMIT $2 FOR UPDATE SKIP LOCKED",
            *(tx.organisation_id, _BATCH),
        )
        events = [Event(row["id"], EventName(row["name"]), row["subject_id"]) for row in rows]
        wanted = dict.fromkeys(job for event in events for job in react(event))
        for kind, key in wanted:
            await enqueue(tx, kind, key, now=now)
        fp("outbox.after_jobs_before_mark")
        await tx.connection.execute(
            "UPDATE event SET relayed_at = $2 WHERE organisation_id = $1 AND id = ANY($3)",
            *(tx.organisation_id, now, [event.id for event in events]),
        )
        fp("outbox.before_commit")
    return len(events)
