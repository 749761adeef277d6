"""Faults that are planted in a child process, to see that the suite finds them. The product has no switch for them.

Each stands in for a mistake that is easily made, and does the rest of the step as the product does it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from bss.failpoint import fp
from bss.jobs.enqueue import enqueue
from bss.jobs.job import JobKind
from bss.outbox.event import EventName
from bss.outbox.relay import Event, Reaction
from bss.subscriptions import write_timeline
from bss.transaction.begin import Transaction, begin
from bss.transaction.database import Role, current
from bss.viewer import Viewer
from sync import receive
from sync.batch import Result
from sync.link import Link
from sync.message import Message
from workers import attend

_COLUMNS = "id, name, subject_id"
_MARK = "UPDATE event SET relayed_at = $2 WHERE organisation_id = $1 AND id = ANY($3)"


def skip_the_inbox() -> None:
    """Messages are applied, and the high-water mark rises, but nobody remembers which arrived."""

    async def remember(tx: Transaction, link: Link, message: Message, result: Result, *, now: datetime) -> None:
        await tx.connection.execute(
            "UPDATE link SET received_through = greatest(received_through, $3) WHERE organisation_id = $1 AND id = $2",
            *(tx.organisation_id, link.id, message.sequence),
        )

    receive.remember = remember  # type: ignore[attr-defined]


def mark_before_the_jobs() -> None:
    """Events are marked as relayed in a transaction of its own, and their jobs are written in the next one."""

    async def relay(viewer: Viewer, react: Reaction, *, now: datetime) -> int:
        async with begin(viewer) as tx:
            rows = await tx.connection.fetch(
                f"SELECT {_COLUMNS} FROM event WHERE organisation_id = $1 AND relayed_at IS NULL"
                " ORDER BY recorded_at, id FOR UPDATE SKIP LOCKED",
                tx.organisation_id,
            )
            await tx.connection.execute(_MARK, tx.organisation_id, now, [row["id"] for row in rows])
        fp("outbox.after_jobs_before_mark")
        await _write_jobs(viewer, rows, react, now)
        return len(rows)

    attend.relay = relay  # type: ignore[attr-defined]


def poll_by_id() -> None:
    """The relay remembers the greatest event id that it has seen, and reads only greater ones."""
    seen: dict[UUID, UUID] = {}

    async def relay(viewer: Viewer, react: Reaction, *, now: datetime) -> int:
        async with begin(viewer) as tx:
            rows = await tx.connection.fetch(
                f"SELECT {_COLUMNS} FROM event WHERE organisation_id = $1 AND id > $2 ORDER BY id",
                *(tx.organisation_id, seen.get(tx.organisation_id, UUID(int=0))),
            )
            await tx.connection.execute(_MARK, tx.organisation_id, now, [row["id"] for row in rows])
        await _write_jobs(viewer, rows, react, now)
        if rows:
            seen[viewer.organisation_id] = rows[-1]["id"]
        return len(rows)

    attend.relay = relay  # type: ignore[attr-defined]


def enqueue_before_commit() -> None:
    """A change asks for its job at once, in a transaction that is committed before the change is."""

    async def record(tx: Transaction, name: EventName, subject_id: UUID, *, now: datetime) -> None:
        async with current().pool(Role.APP).acquire() as connection, connection.transaction():
            await connection.execute(
                "SELECT set_config('bss.organisation', $1, true), set_config('bss.path', $2, true)",
                *(str(tx.organisation_id), tx.viewer.path),
            )
            apart = Transaction(tx.viewer, tx.role, connection, tx.db, writes=True, turn=tx.turn)  # type: ignore[arg-type]
            await enqueue(apart, JobKind.SYNC_CAPTURE_SUBSCRIPTION, str(subject_id), now=now)

    write_timeline.record = record  # type: ignore[attr-defined]


async def _write_jobs(viewer: Viewer, rows: list[Record], react: Reaction, now: datetime) -> None:
    async with begin(viewer) as tx:
        for row in rows:
            event = Event(row["id"], EventName(row["name"]), row["subject_id"])
            for kind, key in react(event):
                await enqueue(tx, kind, key, now=now)


FAULTS: dict[str, Callable[[], None]] = {
    "enqueue before commit": enqueue_before_commit,
    "mark before the jobs": mark_before_the_jobs,
    "poll by id": poll_by_id,
    "skip the inbox": skip_the_inbox,
}
