"""Job body at the reseller: what was not paid for so far is looked at again where it may be now.

Owns: which subscriptions those are, when prices or places change and no subscription is written. Does not own: whether
they are paid for (`sync.crossing`), or what is sent (`sync.capture_desired`).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bss.jobs.enqueue import enqueue_all
from bss.jobs.job import JobKind
from bss.transaction.begin import Transaction, begin
from bss.viewer import Viewer

_UNMIRRORED = """
SELECT s.id FROM subscription s
WHERE s.organisation_id = $1 AND NOT s.mirrored AND (s.ends_at IS NULL OR s.ends_at > $3)
  AND NOT EXISTS (SELECT FROM pair p WHERE p.organisation_id = $1 AND p.local_id = s.id)
  AND EXISTS (SELECT FROM segment g JOIN offering o ON o.organisation_id = $1 AND o.id = g.offering_id
    WHERE g.organisation_id = $1 AND g.subscription_id = s.id AND g.recorded_to IS NULL
    AND o.supply_link_id IS NOT NULL AND {asked})
"""
_PRICED = """EXISTS (SELECT FROM price_version v JOIN price ON price.organisation_id = $1 AND price.version_id = v.id
  WHERE v.organisation_id = $1 AND v.price_list_id = $2 AND price.offering_id = o.id)"""
_BELOW = "s.path >= $2 AND s.path < $2 || '~'"


async def capture_paid(viewer: Viewer, key: str, *, now: datetime) -> None:
    """Look again at what has a price on the list and is mirrored nowhere; `key` is the price list's id."""
    async with begin(viewer) as tx:
        await _look_again(tx, _PRICED, UUID(key), now)


async def look_again_below(tx: Transaction, path: str, now: datetime) -> None:
    """Step: look again at what is sold at the place or below it and is mirrored nowhere."""
    await _look_again(tx, _BELOW, path, now)


async def _look_again(tx: Transaction, asked: str, by: UUID | str, now: datetime) -> None:
    rows = await tx.connection.fetch(_UNMIRRORED.format(asked=asked), *(tx.organisation_id, by, now))
    await enqueue_all(tx, JobKind.SYNC_CAPTURE_SUBSCRIPTION, [str(row["id"]) for row in rows], now=now)
