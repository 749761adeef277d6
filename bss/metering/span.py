"""Step: note from when to when a meter of a subscription has spoken, by source.

Owns: `usage_span`, which tells at once whether usage is fresh and where it may have gaps. Does not own: the hours
themselves (`count`, `exchange`), or what a gap is (`freshness`).

Hours are changed before spans in every transaction, both in the order of their keys: writers wait, never in a circle.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from bss.transaction.begin import Transaction

OVER_THE_LINK = ""
"""The source of hours that another organisation measured: which of its sources did, it does not say."""

_WIDEN = """
ON CONFLICT (organisation_id, subscription_id, meter, source) DO UPDATE
SET first_hour = least(u.first_hour, excluded.first_hour), last_at = greatest(u.last_at, excluded.last_at)
WHERE excluded.first_hour < u.first_hour OR excluded.last_at > u.last_at
"""
_STAGED = f"""
INSERT INTO usage_span AS u (organisation_id, path, subscription_id, meter, source, first_hour, last_at)
SELECT $1, s.path, r.subscription_id, r.meter, $2, min(r.hour), max(r.ends_at)
FROM usage_stage r JOIN usage_subject s USING (subscription_id)
GROUP BY s.path, r.subscription_id, r.meter ORDER BY r.subscription_id, r.meter
{_WIDEN}
"""
_RECEIVED = f"""
INSERT INTO usage_span AS u (organisation_id, path, subscription_id, meter, source, first_hour, last_at)
SELECT $1, s.path, r.subscription_id, r.meter, $5, min(r.hour), max(r.hour)
FROM unnest($2::uuid[], $3::text[], $4::timestamptz[]) AS r (subscription_id, meter, hour)
JOIN subscription s ON s.organisation_id = $1 AND s.id = r.subscription_id
GROUP BY s.path, r.subscription_id, r.meter ORDER BY r.subscription_id, r.meter
{_WIDEN}
"""


async def note_staged(tx: Transaction, source: str) -> None:
    """The staged readings of a batch (`stage`) were counted."""
    await tx.connection.execute(_STAGED, tx.organisation_id, source)


async def note_received(tx: Transaction, rows: Collection[tuple[UUID, str, object]]) -> None:
    """Hours came over the link: (subscription, meter, hour). They are known to the hour, not to the sample."""
    columns = ([row[place] for row in rows] for place in range(3))
    await tx.connection.execute(_RECEIVED, tx.organisation_id, *columns, OVER_THE_LINK)
