"""Step: the hours that travel between two organisations: received from the one that measures, sent to the origin.

Owns: that the greatest revision of an hour wins, and which revision was sent. Does not own: messages, pairs and
retries (`sync`), or readings that are taken here (`append`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from bss.feed.announce import announce
from bss.feed.topic import Topic
from bss.metering.span import note_received
from bss.refusal import NotFound
from bss.transaction.begin import Transaction


class HourRow(NamedTuple):
    """One hour of one resource as it travels; the quantity is in the meter's base unit."""

    subscription_id: UUID
    meter: str
    resource: str
    hour: datetime
    revision: int
    quantity: Decimal
    samples: int


async def receive_hours(tx: Transaction, rows: Sequence[HourRow], *, now: datetime) -> int:
    """Write the rows whose revision is greater than the one known here; returns how many were.

    Raises `NotFound` when a subscription is not in scope; then the caller's transaction must not commit.
    """
    known = await tx.connection.fetchval(
        "SELECT count(*) FROM subscription WHERE organisation_id = $1 AND id = ANY($2)",
        *(tx.organisation_id, list({row.subscription_id for row in rows})),
    )
    if known != len({row.subscription_id for row in rows}):
        raise NotFound("subscription")
    written = await tx.connection.fetch(_RECEIVE, tx.organisation_id, *_columns(rows))
    await note_received(tx, [(row.subscription_id, row.meter, row.hour) for row in rows])
    await announce(tx, Topic.USAGE_ROLLED_UP, sorted({row["subscription_id"] for row in written}), now=now)
    return len(written)


async def unsent_hours(tx: Transaction, subscription_ids: Collection[UUID], most: int) -> tuple[HourRow, ...]:
    """Up to `most` hours of these mirrored subscriptions whose present revision was not sent yet."""
    rows = await tx.connection.fetch(
        "SELECT subscription_id, meter, resource, hour, revision, quantity, samples FROM usage_hour"
        " WHERE organisation_id = $1 AND subscription_id = ANY($2) AND mirrored AND revision > sent_revision"
        " ORDER BY subscription_id, meter, resource, hour LIMIT $3",
        *(tx.organisation_id, list(subscription_ids), most),
    )
    return tuple(HourRow(**dict(row)) for row in rows)


async def mark_sent(tx: Transaction, rows: Sequence[HourRow]) -> None:
    """The other side has these revisions. An hour that has changed since stays unsent."""
    await tx.connection.execute(_MARK_SENT, tx.organisation_id, *_columns(rows))


def _columns(rows: Sequence[HourRow]) -> tuple[list[object], ...]:
    return tuple([row[place] for row in rows] for place in range(len(HourRow._fields)))


_SENT = (
    "unnest($2::uuid[], $3::text[], $4::text[], $5::timestamptz[], $6::bigint[], $7::numeric[], $8::bigint[])"
    " AS r (subscription_id, meter, resource, hour, revision, quantity, samples)"
)
# Of several revisions of one hour in the same rows the greatest counts; the order keeps two receivers from a deadlock.
_RECEIVE = f"""
INSERT INTO usage_hour AS h (organisation_id, path, subscription_id, meter, resource, hour,
  quantity, samples, revision, mirrored)
SELECT DISTINCT ON (r.subscription_id, r.meter, r.resource, r.hour)
  $1, s.path, r.subscription_id, r.meter, r.resource, r.hour, r.quantity, r.samples, r.revision, s.mirrored
FROM {_SENT} JOIN subscription s ON s.organisation_id = $1 AND s.id = r.subscription_id
ORDER BY r.subscription_id, r.meter, r.resource, r.hour, r.revision DESC
ON CONFLICT (organisation_id, subscription_id, meter, resource, hour) DO UPDATE
SET quantity = excluded.quantity, samples = excluded.samples, revision = excluded.revision
WHERE h.revision < excluded.revision
RETURNING subscription_id
"""
_MARK_SENT = f"""
UPDATE usage_hour AS h SET sent_revision = r.revision FROM {_SENT}
WHERE h.organisation_id = $1 AND h.subscription_id = r.subscription_id AND h.meter = r.meter
  AND h.resource = r.resource AND h.hour = r.hour AND h.sent_revision < r.revision
"""
