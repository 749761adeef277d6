"""Step: count staged readings once: take their keys, keep those that are new, and roll them up.

Owns: that (source, event id) decides what is counted, and that concurrent writers neither double nor deadlock.
Does not own: what may be staged (`stage`). An event id that is known with another content refuses the whole batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import asyncpg

from bss.metering.findings import Findings, Numbering
from bss.metering.reading import MOST_PROBLEMS, EventIdReused
from bss.transaction.begin import Transaction

_ANOTHER_CONTENT = "{!r} has another content already."
# A hash of values and not of text: 1.0 is 1, and an instant is the same in every zone.
_FINGERPRINT = (
    "hash_record_extended(ROW(r.subscription_id, r.meter, r.resource, r.starts_at, r.ends_at, r.whole, r.quantity), 0)"
)

_KEYS = f"""
INSERT INTO usage_key (organisation_id, path, source, event_id, fingerprint, hour)
SELECT $1, s.path, $2, r.event_id, {_FINGERPRINT}, r.hour
FROM usage_stage r JOIN usage_subject s USING (subscription_id)
WHERE r.part = 0 AND NOT r.known
ORDER BY r.event_id
"""
_TOTALS = "SELECT count(*) AS accepted, coalesce(sum(fingerprint), 0) AS fingerprints FROM taken"
# As a rule every id is new, and an insert that fails at the first known one is half the work of one that asks for
# each. Keys are taken and hours are changed in the order of their keys, and all keys before the first hour: two
# writers of the same readings wait for each other and never in a circle.
_TAKE_ALL = f"WITH taken AS ({_KEYS} RETURNING fingerprint) {_TOTALS}"
_MARK_REPEATED = """
UPDATE usage_stage AS r SET known = true
FROM (SELECT event_id, min(place) AS first FROM usage_stage GROUP BY event_id HAVING min(place) < max(place)) AS d
WHERE r.event_id = d.event_id AND r.place > d.first
"""
_TAKE_NEW = f"""
WITH taken AS ({_KEYS} ON CONFLICT DO NOTHING RETURNING event_id, fingerprint),
known AS (
  UPDATE usage_stage AS r SET known = true
  WHERE NOT r.known AND NOT EXISTS (SELECT FROM taken WHERE taken.event_id = r.event_id)
)
{_TOTALS}
"""
_ROLL_UP = """
WITH events AS (
  INSERT INTO usage_event (organisation_id, path, source, event_id, subscription_id, meter, resource,
    hour, quantity, recorded_at)
  SELECT $1, s.path, $2, r.event_id, r.subscription_id, r.meter, r.resource, r.hour, r.quantity, $3
  FROM usage_stage r JOIN usage_subject s USING (subscription_id)
  WHERE NOT r.known
)
INSERT INTO usage_hour AS h (organisation_id, path, subscription_id, meter, resource, hour,
  quantity, samples, mirrored)
SELECT $1, s.path, r.subscription_id, r.meter, r.resource, r.hour, r.quantity, r.samples, s.mirrored
FROM (SELECT subscription_id, meter, resource, hour, sum(quantity) AS quantity, count(*) AS samples
      FROM usage_stage WHERE NOT known GROUP BY subscription_id, meter, resource, hour) AS r
JOIN usage_subject s USING (subscription_id)
ORDER BY r.subscription_id, r.meter, r.resource, r.hour
ON CONFLICT (organisation_id, subscription_id, meter, resource, hour) DO UPDATE
SET quantity = h.quantity + excluded.quantity, samples = h.samples + excluded.samples, revision = h.revision + 1
"""
# Taking keys has waited for every writer of the same ids, so that this one sees what they have committed. An id
# that is known outside the writer's scope is not visible, and counts as used for something else.
_REUSED = f"""
SELECT count(*) OVER () AS count, r.place, r.event_id
FROM usage_stage r
LEFT JOIN usage_key k ON k.organisation_id = $1 AND k.source = $2 AND k.event_id = r.event_id
WHERE r.part = 0 AND k.fingerprint IS DISTINCT FROM {_FINGERPRINT}
ORDER BY r.place LIMIT {MOST_PROBLEMS}
"""
# For a batch that is refused anyway: it takes no key, for which other writers would wait. Without a known key the
# first reading in the batch is the one that the others have to be like.
_CLASHING = f"""
SELECT r.place, r.event_id
FROM (SELECT r.place, r.event_id, {_FINGERPRINT} AS fingerprint,
        first_value({_FINGERPRINT}) OVER (PARTITION BY r.event_id ORDER BY r.place) AS first
      FROM usage_stage r WHERE r.part = 0) AS r
LEFT JOIN usage_key k ON k.organisation_id = $1 AND k.source = $2 AND k.event_id = r.event_id
WHERE r.fingerprint <> coalesce(k.fingerprint, r.first)
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
    counted = await _take_all(tx, source) or await _take_new(tx, source)
    if counted.accepted < received:
        await _refuse_reused(tx, source, numbering)
    await tx.connection.execute(_ROLL_UP, tx.organisation_id, source, now)
    return counted


async def rolled_up(tx: Transaction) -> list[UUID]:
    """The subscriptions of which something staged was new."""
    rows = await tx.connection.fetch("SELECT DISTINCT subscription_id FROM usage_stage WHERE NOT known ORDER BY 1")
    return [row["subscription_id"] for row in rows]


async def find_clashes(tx: Transaction, source: str, findings: Findings) -> None:
    """Add what `count` would refuse to the findings, for a batch that has some already; nothing is written."""
    for row in await tx.connection.fetch(_CLASHING, tx.organisation_id, source):
        findings.add_of(row["place"], "eventId", _ANOTHER_CONTENT.format(row["event_id"]))


async def _take_all(tx: Transaction, source: str) -> Counted | None:
    """Nothing was taken when an id is known, or stands in the batch twice."""
    try:
        async with tx.connection.transaction():
            return await _taken(tx, _TAKE_ALL, source)
    except asyncpg.UniqueViolationError:
        return None


async def _take_new(tx: Transaction, source: str) -> Counted:
    """Take the ids that are new, and mark the readings of the others as known."""
    await tx.connection.execute(_MARK_REPEATED)
    return await _taken(tx, _TAKE_NEW, source)


async def _taken(tx: Transaction, statement: str, source: str) -> Counted:
    row = await tx.connection.fetchrow(statement, tx.organisation_id, source)
    assert row is not None, "an aggregate has one row"
    return Counted(**dict(row))


async def _refuse_reused(tx: Transaction, source: str, numbering: Numbering) -> None:
    reused = await tx.connection.fetch(_REUSED, tx.organisation_id, source)
    if reused:
        problems = (
            numbering.problem_of(row["place"], "eventId", _ANOTHER_CONTENT.format(row["event_id"])) for row in reused
        )
        raise EventIdReused(reused[0]["count"], problems)
