"""Readings of the links themselves: for `bss sync status`, the operations screen and `doctor`."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.permission import Permission
from bss.transaction.begin import reading
from bss.transaction.page import Page, PageRequest, paged
from bss.transaction.value import valued
from bss.viewer import Viewer, requires
from sync.link import Side

# Counted by link once, and not for each link: a page of them reads the messages and the pairs in one pass.
_STATUS = """
SELECT l.id, l.link_key, l.side, l.peer_name, l.next_sequence - 1 AS sent_through, l.received_through,
  l.last_error, coalesce(o.pending, 0) AS pending, coalesce(o.sent, 0) AS sent, coalesce(o.parked, 0) AS parked,
  coalesce(o.acknowledged, 0) AS acknowledged, o.waiting_since, coalesce(p.pairs, 0) AS pairs,
  coalesce(p.refused_pairs, 0) AS refused_pairs
FROM link l
LEFT JOIN (
  SELECT link_id, count(*) FILTER (WHERE state = 'pending') AS pending, count(*) FILTER (WHERE state = 'sent') AS sent,
    count(*) FILTER (WHERE state = 'parked') AS parked,
    count(*) FILTER (WHERE state = 'acknowledged') AS acknowledged,
    min(created_at) FILTER (WHERE state IN ('pending', 'sent')) AS waiting_since
  FROM outbound WHERE organisation_id = $1 {among} GROUP BY link_id) AS o ON o.link_id = l.id
LEFT JOIN (
  SELECT link_id, count(*) AS pairs, count(refusal) AS refused_pairs FROM pair
  WHERE organisation_id = $1 AND subject IN ('account', 'subscription') {among} GROUP BY link_id) AS p
  ON p.link_id = l.id
WHERE l.organisation_id = $1
"""
_OF_ALL = _STATUS.format(among="")
_OF_SOME = f"{_STATUS.format(among='AND link_id = ANY($2)')} AND l.id = ANY($2)"


@dataclass(frozen=True)
class LinkStatus:
    """How one side of a link stands.

    `pending`, `sent`, `parked`, `acknowledged` count messages; sent ones have no result yet. `waiting_since` is the
    age of the oldest that waits. Sequences up to `sent_through` were given out here; all up to `received_through`
    have arrived here. `last_error` is that of the last attempt to send, None when it went well.
    """

    id: UUID
    link_key: UUID
    side: Side
    peer_name: str
    sent_through: int
    received_through: int
    last_error: str | None
    pending: int
    sent: int
    parked: int
    acknowledged: int
    waiting_since: datetime | None
    pairs: int
    refused_pairs: int

    def as_text(self) -> str:
        """One line for a terminal."""
        waiting = self.pending + self.sent
        facts = [
            f"{self.pairs} pairs",
            f"{self.refused_pairs} refused",
            f"{waiting} waiting"
            if self.waiting_since is None
            else f"{waiting} waiting since {self.waiting_since:%F %H:%M}",
            f"{self.parked} parked",
            f"sent through {self.sent_through}",
            f"received through {self.received_through}",
        ]
        error = "" if self.last_error is None else f"; last error: {self.last_error}"
        return f"{self.side} of {self.peer_name}: {', '.join(facts)}{error}"


@dataclass(frozen=True)
class ParkedMessage:
    """A message that the peer refused, with its reason; `resumeOutbound` sends it again."""

    id: UUID
    link_id: UUID
    subject: str
    pair_id: UUID
    version: int
    reason: str
    created_at: datetime


_status_of = valued(LinkStatus, side=Side)
_parked_of = valued(ParkedMessage)


@requires(Permission.LINK_VIEW)
async def link_statuses(viewer: Viewer) -> tuple[LinkStatus, ...]:
    """The organisation's links, oldest first. One statement."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(f"{_OF_ALL} ORDER BY l.id", tx.organisation_id)
    return tuple(_status_of(row) for row in rows)


@requires(Permission.LINK_VIEW)
async def link_page(viewer: Viewer, request: PageRequest) -> Page[LinkStatus]:
    """The organisation's links, oldest first, page by page."""
    return await paged(viewer, _OF_ALL, (viewer.organisation_id,), request, _status_of)


@requires(Permission.LINK_VIEW)
async def links_by_id(viewer: Viewer, link_ids: Collection[UUID]) -> dict[UUID, LinkStatus]:
    """The organisation's links among these, by id. One statement."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(_OF_SOME, tx.organisation_id, list(link_ids))
    return {row["id"]: _status_of(row) for row in rows}


@requires(Permission.LINK_VIEW)
async def parked_messages(viewer: Viewer, request: PageRequest) -> Page[ParkedMessage]:
    """What the peers refused and nothing newer has replaced, oldest first."""
    select = (
        "SELECT id, link_id, subject, pair_id, version, reason, created_at FROM outbound"
        " WHERE organisation_id = $1 AND state = 'parked'"
    )
    return await paged(viewer, select, (viewer.organisation_id,), request, _parked_of)
