"""Step: count staged readings once: the one statement that dedupes, keeps and rolls up.

Owns: that (source, event id) decides what is counted, and that concurrent writers neither double nor deadlock.
Does not own: what may be staged (`stage`). An event id that is known with another content refuses the whole batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bss.metering.findings import Numbering
from bss.metering.reading import MOST_PROBLEMS, EventIdReused
from bss.transaction.begin import Transaction

# A hash of values and not of text: 1.0 is 1, and an instant is the same in every zone.
_FINGERPRINT = (
    "hash_record_extended(ROW(r.subscription_id, r.meter, r.resource, r.starts_at, r.ends_at, r.whole, r.quantity), 0)"
)

# Keys are taken and hours are changed in the order of their keys, and all keys before the first hour: two writers
# of the same readings wait for each other and never in a circle.
_COUNT = f"""
WITH keys AS (
  INSERT INTO usage_key (organisation_id, path, source, event_id, fingerprint, hour)
  SELECT $1, s.path, $2, r.event_id, {_FINGERPRINT}, r.hour
  FROM usage_stage r JOIN usage_subject s USING (subscription_id)
  WHERE r.part = 0 AND NOT r.repeated
  ORDER BY r.event_id
  ON CONFLICT DO NOTHING
  RETURNING event_id, path, fingerprint
), events AS (
  INSERT INTO usage_event (organisation_id, path, source, event_id, subscription_id, meter, resource,
    hour, quantity, recorded_at)
  SELECT $1, k.path, $2, r.event_id, r.subscription_id, r.meter, r.resource, r.hour, r.quantity, $3
  FROM usage_stage r JOIN keys k USING (event_id)
  WHERE NOT r.repeated
  RETURNING subscription_id, meter, resource, hour, quantity
), hours AS (
  INSERT INTO usage_hour AS h (organisation_id, path, subscription_id, meter, resource, hour,
    quantity, samples, mirrored)
  SELECT $1, s.path, e.subscription_id, e.meter, e.resource, e.hour, e.quantity, e.samples, s.mirrored
  FROM (SELECT subscription_id, meter, resource, hour, sum(quantity) AS quantity, count(*) AS samples
        FROM events GROUP BY subscription_id, meter, resource, hour) AS e
  JOIN usage_subject s USING (subscription_id)
  ORDER BY e.subscription_id, e.meter, e.resource, e.hour
  ON CONFLICT (organisation_id, subscription_id, meter, resource, hour) DO UPDATE
  SET quantity = h.quantity + excluded.quantity, samples = h.samples + excluded.samples, revision = h.revision + 1
)
SELECT count(*) AS accepted, coalesce(sum(fingerprint), 0) AS fingerprints FROM keys
"""
# The statement has waited for every writer of the same ids, so that this one sees what they have committed. An id
# that is known outside the writer's scope is not visible, and counts as used for something else.
_REUSED = f"""
SELECT count(*) OVER () AS count, r.place, r.event_id
FROM usage_stage r
LEFT JOIN usage_key k ON k.organisation_id = $1 AND k.source = $2 AND k.event_id = r.event_id
WHERE r.part = 0 AND k.fingerprint IS DISTINCT FROM {_FINGERPRINT}
ORDER BY r.place LIMIT {MOST_PROBLEMS}
"""


@dataclass(frozen=True)
class Counted:
    """How many readings were new, and the sum of their fingerprints."""

    accepted: int
    fingerprints: Decimal


async def count(tx: Transaction, source: str, numbering: Numbering, received: int, *, now: datetime) -> Counted:
    """Write what is new of the `received` readings in `usage_stage`.

    Raises `EventIdReused`; then the transaction must not commit.
    """
    row = await tx.connection.fetchrow(_COUNT, tx.organisation_id, source, now)
    assert row is not None, "an aggregate has one row"
    counted = Counted(**dict(row))
    if counted.accepted < received:
        await _refuse_reused(tx, source, numbering)
    return counted


async def _refuse_reused(tx: Transaction, source: str, numbering: Numbering) -> None:
    reused = await tx.connection.fetch(_REUSED, tx.organisation_id, source)
    if reused:
        problems = (
            numbering.problem(row["place"], "eventId", f"{row['event_id']!r} has another content already.")
            for row in reused
        )
        raise EventIdReused(reused[0]["count"], problems)
