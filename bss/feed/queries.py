"""Readings of the feed; each takes a viewer, and what lies outside its scope does not exist."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from asyncpg import Record

from bss.feed.entry import Entry, Reading, ResumeTooOld
from bss.feed.topic import Topic
from bss.permission import Permission
from bss.transaction.begin import reading
from bss.viewer import Viewer, requires

Question = Callable[[Viewer, int | None, int], Awaitable[Reading]]

# One statement, and so one snapshot: neither what is forgotten nor what is moved meanwhile is missed without a word.
_AFTER = """
SELECT coalesce(h.position, 0) AS head, coalesce(h.forgotten, 0) AS forgotten, s.placed,
  e.position, e.subject_id, e.recorded_at
FROM (SELECT EXISTS (SELECT FROM account WHERE organisation_id = $1 AND path = $2) AS placed) AS s
LEFT JOIN feed_head h ON h.organisation_id = $1
LEFT JOIN LATERAL (
  SELECT position, subject_id, recorded_at FROM feed_entry WHERE organisation_id = $1
    AND (path >= $2 AND path < $2 || '~' OR seller_path >= $2 AND seller_path < $2 || '~')
    AND topic = $3 AND position > $4 AND position <= h.position ORDER BY position LIMIT $5) AS e ON true
ORDER BY e.position
"""


class Displaced(Exception):
    """The account at the top of the viewer's scope stands elsewhere since the viewer was recognised."""


def _of(topic: Topic, permission: Permission) -> Question:
    """The reading of one topic: up to so many entries after a position; None is where the feed ends now."""

    @requires(permission)
    async def told(viewer: Viewer, after: int | None, most: int) -> Reading:
        async with reading(viewer) as tx:
            given = (tx.organisation_id, viewer.path, topic.value)
            rows = await tx.connection.fetch(_AFTER, *given, *((0, 0) if after is None else (after, most)))
        return _read(rows, after, most)

    TOLD[topic] = told
    return told


TOLD: dict[Topic, Question] = {}
"""The reading of every topic."""


def _read(rows: list[Record], after: int | None, most: int) -> Reading:
    """Raises `ResumeTooOld` for what is forgotten, and for what this feed never came to: then it was put back."""
    head, forgotten = rows[0]["head"], rows[0]["forgotten"]
    if not rows[0]["placed"]:
        raise Displaced
    if after is not None and not forgotten <= after <= head:
        raise ResumeTooOld
    entries = tuple(
        Entry(row["position"], row["subject_id"], row["recorded_at"]) for row in rows if row["position"] is not None
    )
    return Reading(entries, entries[-1].position if len(entries) == most and entries else head)


invoices_issued = _of(Topic.INVOICE_ISSUED, Permission.INVOICE_VIEW)
subscriptions_changed = _of(Topic.SUBSCRIPTION_CHANGED, Permission.SUBSCRIPTION_VIEW)
sync_changed = _of(Topic.SYNC_CHANGED, Permission.LINK_VIEW)
usage_rolled_up = _of(Topic.USAGE_ROLLED_UP, Permission.USAGE_VIEW)


@dataclass(frozen=True)
class Glance:
    """How the feed of a whole organisation stands: whether something waits for its position, and what is new."""

    waits: bool
    head: int
    news: tuple[tuple[Topic, str, str | None], ...]
    """Topic and places of each new entry; nothing when there are more than were asked for."""


async def glance(viewer: Viewer, after: int, most: int) -> Glance:
    """Look at the feed after a position, in one statement: for those who wake readers, and show nobody anything."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(_GLANCE, tx.organisation_id, viewer.path, after, most)
    first = rows[0]
    news = tuple((Topic(row["topic"]), row["path"], row["seller_path"]) for row in rows if row["topic"] is not None)
    return Glance(first["waits"], first["head"], news)


_GLANCE = """
SELECT h.position AS head, e.topic, e.path, e.seller_path,
  EXISTS (SELECT FROM feed_entry WHERE organisation_id = $1 AND position IS NULL) AS waits
FROM (SELECT coalesce((SELECT position FROM feed_head WHERE organisation_id = $1), 0) AS position) AS h
LEFT JOIN LATERAL (SELECT topic, path, seller_path FROM feed_entry WHERE organisation_id = $1
  AND path >= $2 AND path < $2 || '~' AND position > $3 AND position <= h.position
  ORDER BY position LIMIT $4) AS e ON true
"""
