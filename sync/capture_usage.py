"""Job body at the distributor: hours that were metered on mirrors go to the resellers that own the origins.

Owns: which hours of which link are sent, and that each revision is sent once. Does not own: metering
(`bss.metering`), or sending (`sync.deliver`).

A message holds hours of one mirror, so that a reseller that refuses one holds up no other.
"""

from __future__ import annotations

from datetime import datetime
from itertools import groupby
from uuid import UUID

from bss.jobs.enqueue import enqueue
from bss.jobs.job import JobKind
from bss.metering.exchange import HourRow, mark_sent, unsent_hours
from bss.transaction.begin import Transaction, begin
from bss.viewer import Viewer
from sync import link as links
from sync import pair as pairs
from sync.link import Link, Side
from sync.message import Subject
from sync.observed import UsageDocument, UsageRecord, data_of
from sync.outbound import next_version, put

_MIRRORS = 200
_HOURS = 2000


async def capture_usage(viewer: Viewer, key: str, *, now: datetime) -> None:
    """Send every unsent hour of every mirror; `key` is the usage batch that asked for it.

    Works in short transactions: the job of another batch may run at the same time and finds what is left.
    """
    async with begin(viewer) as tx:
        sellers = [link for link in await links.links(tx) if link.side is Side.DISTRIBUTOR]
    for link in sellers:
        while await _capture_some(viewer, link.id, now):
            pass


async def _capture_some(viewer: Viewer, link_id: UUID, now: datetime) -> bool:
    async with begin(viewer) as tx:
        link = await links.locked(tx, link_id)
        hours = await unsent_hours(tx, await _mirrors_with_news(tx, link), _HOURS)
        pair_of = {
            pair.local_id: pair for pair in await pairs.of_locals(tx, link.id, {h.subscription_id for h in hours})
        }
        for subscription_id, group in groupby(hours, key=lambda hour: hour.subscription_id):
            pair_id = pair_of[subscription_id].pair_id
            version = await next_version(tx, link.id, Subject.USAGE, pair_id)
            data = data_of(UsageDocument(tuple(_record(hour) for hour in group)))
            await put(tx, link.id, Subject.USAGE, pair_id, version, data, now=now)
        if hours:
            await mark_sent(tx, hours)
            await enqueue(tx, JobKind.SYNC_DELIVER, str(link.id), now=now)
    return bool(hours)


async def _mirrors_with_news(tx: Transaction, link: Link) -> list[UUID]:
    rows = await tx.connection.fetch(
        "SELECT DISTINCT h.subscription_id FROM usage_hour h"
        " JOIN pair p ON p.organisation_id = $1 AND p.link_id = $2 AND p.local_id = h.subscription_id"
        " WHERE h.organisation_id = $1 AND h.mirrored AND h.revision > h.sent_revision LIMIT $3",
        *(tx.organisation_id, link.id, _MIRRORS),
    )
    return [row["subscription_id"] for row in rows]


def _record(hour: HourRow) -> UsageRecord:
    return UsageRecord(hour.meter, hour.resource, hour.hour, hour.revision, hour.quantity, hour.samples)
