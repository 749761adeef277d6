"""Forget what was told long ago. Owns: the oldest position that is kept. Does not own: how long that is (`entry`)."""

from __future__ import annotations

from datetime import datetime

from bss.feed.entry import KEPT
from bss.transaction.begin import begin, reading
from bss.viewer import Viewer

MOST_AT_ONCE = 5_000


async def forget(viewer: Viewer, *, now: datetime) -> int:
    """Delete the oldest entries that are kept no longer; returns how many. One statement when there are none.

    What goes is the beginning of the feed, so that one position says what is no longer there.
    """
    until = now - KEPT
    async with reading(viewer) as tx:
        oldest = await tx.connection.fetchval(
            "SELECT recorded_at FROM feed_entry WHERE organisation_id = $1 AND position IS NOT NULL"
            " ORDER BY position LIMIT 1",
            tx.organisation_id,
        )
    if oldest is None or oldest >= until:
        return 0
    async with begin(viewer) as tx:
        gone: int = await tx.connection.fetchval(
            "WITH first AS (SELECT position, recorded_at FROM feed_entry WHERE organisation_id = $1"
            " AND position IS NOT NULL ORDER BY position LIMIT $3),"
            " gone AS (DELETE FROM feed_entry WHERE organisation_id = $1 AND position <= (SELECT max(position)"
            " FROM first) AND position < coalesce((SELECT min(position) FROM first WHERE recorded_at >= $2),"
            " 9223372036854775807) RETURNING position),"
            " head AS (UPDATE feed_head SET forgotten = greatest(forgotten, (SELECT max(position) FROM gone))"
            " WHERE organisation_id = $1)"
            " SELECT count(*) FROM gone",
            *(tx.organisation_id, until, MOST_AT_ONCE),
        )
    return gone
