"""Give what is to be told its positions, after it was committed: per organisation, from 1 without a gap.

Owns: the one way in which a feed grows. Does not own: the entries (`announce`), or when this is called
(`workers.attend`, and whoever has readers that wait). It is no command, and writes nothing into the audit.

Entries are found by their state, as events are: ids are minted before the commit, and a reader of "later than the last
id" would pass over what commits late. A reader sees a position only when every smaller one is there to be seen, because
positions and head are written in one transaction, and only its writer holds the head.
"""

from __future__ import annotations

from bss.failpoint import fp
from bss.transaction.begin import Transaction, begin
from bss.viewer import Viewer

MOST_AT_ONCE = 5_000


async def number(viewer: Viewer) -> int:
    """Number the oldest entries that are not; returns how many. None, too, while somebody else is at it."""
    async with begin(viewer) as tx:
        head = await _held_head(tx)
        if head is None:
            return 0
        count = await _write(tx, head)
        fp("feed.after_positions_before_head")
        await tx.connection.execute(
            "UPDATE feed_head SET position = $2 WHERE organisation_id = $1", tx.organisation_id, head + count
        )
        fp("feed.before_commit")
    return count


async def _held_head(tx: Transaction) -> int | None:
    """The last position, locked; None while somebody else holds it. Whoever comes first makes the head."""
    await tx.connection.execute(
        "INSERT INTO feed_head (id, organisation_id, position, forgotten) VALUES ($1, $1, 0, 0) ON CONFLICT DO NOTHING",
        tx.organisation_id,
    )
    head: int | None = await tx.connection.fetchval(
        "SELECT position FROM feed_head WHERE organisation_id = $1 FOR UPDATE SKIP LOCKED", tx.organisation_id
    )
    return head


async def _write(tx: Transaction, head: int) -> int:
    """In the order of their ids: what one transaction did after another had committed has the later id."""
    written: int = await tx.connection.fetchval(
        "WITH waiting AS (SELECT id, row_number() OVER (ORDER BY id) AS place FROM feed_entry"
        " WHERE organisation_id = $1 AND position IS NULL ORDER BY id LIMIT $3),"
        " numbered AS (UPDATE feed_entry SET position = $2 + waiting.place FROM waiting"
        " WHERE feed_entry.organisation_id = $1 AND feed_entry.id = waiting.id RETURNING true)"
        " SELECT count(*) FROM numbered",
        *(tx.organisation_id, head, MOST_AT_ONCE),
    )
    return written
