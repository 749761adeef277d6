"""Seal: give the entries of the audit their positions and links, after they were committed.

Owns: the one way in which the chain grows. Does not own: the entries (`bss.transaction.audit`), or when this is
called (`workers.attend`). It is no command, and writes no entry itself.

Entries are found by their state, as events are, because one that was recorded earlier may be committed later. Nobody
but another sealer waits for the head of the chain: a command takes no lock on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate

from bss.audit.chain import Head, after, beginning
from bss.audit.entry import Entry
from bss.audit.rows import ENTRY_COLUMNS, recorded_of
from bss.failpoint import fp
from bss.transaction.begin import Transaction, begin, reading
from bss.transaction.scope import IN_SCOPE
from bss.viewer import Viewer

MOST_AT_ONCE = 1000


async def seal(viewer: Viewer, *, now: datetime) -> int:
    """Seal the oldest entries that are not; returns how many. One statement when there are none.

    None, too, while another sealer is at it: which rows are sealed is decided by whoever holds the head.
    """
    if not await _wait(viewer):
        return 0
    async with begin(viewer) as tx:
        head = await _held_head(tx)
        if head is None:
            return 0
        entries = await _waiting(tx)
        head, *heads = accumulate(entries, after, initial=head)
        await _write(tx, entries, heads)
        fp("audit.after_links_before_head")
        await _advance(tx, [head, *heads][-1], now)
        fp("audit.before_commit")
    return len(entries)


async def _wait(viewer: Viewer) -> bool:
    async with reading(viewer) as tx:
        found: bool = await tx.connection.fetchval(
            f"SELECT EXISTS (SELECT FROM audit WHERE {IN_SCOPE} AND position IS NULL)",
            *(viewer.organisation_id, viewer.path),
        )
    return found


async def _held_head(tx: Transaction) -> Head | None:
    """The head of the chain, locked; None while another sealer holds it. The first sealer makes it."""
    first = beginning(tx.organisation_id)
    await tx.connection.execute(
        "INSERT INTO audit_chain (id, organisation_id, position, link) VALUES ($1, $1, $2, $3) ON CONFLICT DO NOTHING",
        *(tx.organisation_id, first.position, first.link),
    )
    row = await tx.connection.fetchrow(
        "SELECT position, link FROM audit_chain WHERE organisation_id = $1 FOR UPDATE SKIP LOCKED", tx.organisation_id
    )
    return None if row is None else Head(row["position"], row["link"])


async def _waiting(tx: Transaction) -> tuple[Entry, ...]:
    rows = await tx.connection.fetch(
        f"SELECT {ENTRY_COLUMNS} FROM audit WHERE {IN_SCOPE} AND position IS NULL"
        f" ORDER BY recorded_at, id LIMIT {MOST_AT_ONCE}",
        *(tx.organisation_id, tx.viewer.path),
    )
    return tuple(map(recorded_of, rows))


async def _write(tx: Transaction, entries: Sequence[Entry], heads: Sequence[Head]) -> None:
    await tx.connection.execute(
        "UPDATE audit SET position = sealed.position, link = sealed.link"
        " FROM unnest($2::uuid[], $3::bigint[], $4::text[]) AS sealed (id, position, link)"
        " WHERE audit.organisation_id = $1 AND audit.id = sealed.id",
        *(tx.organisation_id, [entry.id for entry in entries]),
        *([head.position for head in heads], [head.link for head in heads]),
    )


async def _advance(tx: Transaction, head: Head, now: datetime) -> None:
    await tx.connection.execute(
        "UPDATE audit_chain SET position = $2, link = $3, sealed_at = $4 WHERE organisation_id = $1",
        *(tx.organisation_id, head.position, head.link, now),
    )
