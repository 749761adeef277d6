"""Verify: whether the audit is what was sealed, and if not, from which position on.

Owns: every question about a whole chain. Does not own: what a link is (`chain`), or putting anything right.

What it cannot find: a row that was deleted before it was sealed, and a chain that whoever owns the database has made
anew from some position on, head included. The first is a matter of seconds; the second needs a head that was kept
elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bss.audit.chain import Break, Head, beginning, followed
from bss.audit.rows import AUDIT_COLUMNS, entry_of
from bss.permission import Permission
from bss.transaction.begin import Transaction, reading
from bss.transaction.scope import IN_SCOPE
from bss.viewer import Viewer, requires

LONGEST_UNSEALED = timedelta(hours=1)
"""Workers seal within seconds; what has waited for so long is not being sealed at all."""
_ROWS = 10_000


@dataclass(frozen=True)
class Verified:
    """How far the chain holds, how many entries are not sealed yet, and what is wrong first, if anything is."""

    holds: Head
    waiting: int
    broken: Break | None


@requires(Permission.AUDIT_VIEW)
async def verify(viewer: Viewer, *, now: datetime) -> Verified:
    """Go along the organisation's whole chain, and look whether it is being continued."""
    async with reading(viewer) as tx:
        head = await _head(tx)
        holds, broken = await _followed(tx, head)
        broken = broken or _at_head(holds, head) or await _beyond(tx) or await _unsealed(tx, holds, now)
        waiting: int = await tx.connection.fetchval(
            f"SELECT count(*) FROM audit WHERE {IN_SCOPE} AND position IS NULL", *_scope(tx)
        )
    return Verified(holds, waiting, broken)


def _scope(tx: Transaction) -> tuple[object, str]:
    return tx.organisation_id, tx.viewer.path


async def _head(tx: Transaction) -> Head:
    row = await tx.connection.fetchrow(
        "SELECT position, link FROM audit_chain WHERE organisation_id = $1", tx.organisation_id
    )
    return beginning(tx.organisation_id) if row is None else Head(row["position"], row["link"])


async def _followed(tx: Transaction, head: Head) -> tuple[Head, Break | None]:
    """Along the rows up to the head, which was read before them: what is sealed meanwhile lies beyond it."""
    holds = beginning(tx.organisation_id)
    while holds.position < head.position:
        rows = await tx.connection.fetch(
            f"SELECT {AUDIT_COLUMNS} FROM audit WHERE {IN_SCOPE} AND position > $3 AND position <= $4"
            f" ORDER BY position LIMIT {_ROWS}",
            *(*_scope(tx), holds.position, head.position),
        )
        if not rows:
            return holds, Break(holds.position + 1, None, f"the chain ends before it, and went on to {head.position}")
        holds, broken = followed(holds, map(entry_of, rows))
        if broken is not None:
            return holds, broken
    return holds, None


def _at_head(holds: Head, head: Head) -> Break | None:
    if holds == head:
        return None
    return Break(head.position, None, "its entry is not the last one that was sealed")


async def _beyond(tx: Transaction) -> Break | None:
    """One statement, so that the head and the rows are of one instant."""
    row = await tx.connection.fetchrow(
        f"SELECT id, position FROM audit WHERE {IN_SCOPE} AND position > coalesce("
        "(SELECT c.position FROM audit_chain c WHERE c.organisation_id = $1), 0) ORDER BY position LIMIT 1",
        *_scope(tx),
    )
    return None if row is None else Break(row["position"], row["id"], "its entry is beyond the end of the chain")


async def _unsealed(tx: Transaction, holds: Head, now: datetime) -> Break | None:
    row = await tx.connection.fetchrow(
        f"SELECT id, recorded_at FROM audit WHERE {IN_SCOPE} AND position IS NULL AND recorded_at < $3"
        " ORDER BY recorded_at, id LIMIT 1",
        *(*_scope(tx), now - LONGEST_UNSEALED),
    )
    if row is None:
        return None
    since = f"{row['recorded_at']:%Y-%m-%d %H:%M}Z"
    return Break(holds.position + 1, row["id"], f"an entry has waited to be sealed there since {since}")
