"""Consumption: what a subscription was, and what it used, within one billing period.

Owns: the one reading of segments and hourly usage from which every edge is rated. Does not own: what is
charged for it (`bss.invoicing.charges`), or the rows that it reads (`bss.subscriptions`, `bss.metering`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from asyncpg import Record

from bss.period import Period
from bss.subscriptions.timeline import SegmentStatus
from bss.transaction.begin import Transaction

FIRST = UUID(int=0)
"""Before every subscription."""


class Stretch(NamedTuple):
    """A segment that lies at least partly in the period; not cut to it. `end` is None while none is known."""

    offering_id: UUID
    status: SegmentStatus
    quantity: Decimal
    cycle_months: int
    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Consumption:
    """One subscription in one period.

    `started_at` is the first instant, in whatever period, at which it was active; None for what was transferred
    here. `usage` are pairs of a meter's code and the sum over the period's hours, in the meter's base unit.
    `provisioned` tells whether the service ever ran, and `refusal` why a supplier refuses it.
    """

    subscription_id: UUID
    path: str
    account_id: UUID
    removed_at: datetime | None
    started_at: datetime | None
    stretches: tuple[Stretch, ...]
    usage: tuple[tuple[str, Decimal], ...]
    provisioned: bool = True
    refusal: str | None = None


_SELECT = """
WITH chunk AS MATERIALIZED (
  SELECT id, path, account_id, removed_at, provisioned_at IS NOT NULL AS provisioned, refusal,
    predecessor_id FROM subscription
  WHERE organisation_id = $1 AND path >= $2 AND path < $2 || '~' AND id > $3 ORDER BY id LIMIT $4),
lasting AS (
  SELECT g.subscription_id, g.offering_id, g.status, g.quantity, g.cycle_months, g.effective_from, g.effective_to,
    g.effective_from < $6 AND (g.effective_to IS NULL OR g.effective_to > $5) AS within
  FROM segment g WHERE g.organisation_id = $1 AND g.subscription_id IN (SELECT id FROM chunk)
    AND g.recorded_from <= $7 AND (g.recorded_to IS NULL OR g.recorded_to > $7)
  ORDER BY g.subscription_id, g.effective_from),
timeline AS (
  SELECT subscription_id, min(effective_from) FILTER (WHERE status = 'active') AS started_at,
    array_agg(offering_id) FILTER (WHERE within) AS offerings,
    array_agg(status) FILTER (WHERE within) AS statuses,
    array_agg(quantity) FILTER (WHERE within) AS quantities,
    array_agg(cycle_months) FILTER (WHERE within) AS cycles,
    array_agg(effective_from) FILTER (WHERE within) AS starts,
    array_agg(effective_to) FILTER (WHERE within) AS ends
  FROM lasting GROUP BY subscription_id),
metered AS (
  SELECT subscription_id, meter, sum(quantity) AS quantity FROM usage_hour
  WHERE organisation_id = $1 AND subscription_id IN (SELECT id FROM chunk) AND hour >= $5 AND hour < $6
  GROUP BY subscription_id, meter ORDER BY subscription_id, meter),
used AS (
  SELECT subscription_id, array_agg(meter) AS meters, array_agg(quantity) AS totals
  FROM metered GROUP BY subscription_id)
SELECT chunk.id, chunk.path, chunk.account_id, chunk.removed_at,
  CASE WHEN chunk.predecessor_id IS NULL THEN t.started_at END AS started_at, t.offerings, t.statuses, t.quantities,
  t.cycles, t.starts, t.ends, u.meters, u.totals, chunk.provisioned, chunk.refusal
FROM chunk LEFT JOIN timeline t ON t.subscription_id = chunk.id LEFT JOIN used u ON u.subscription_id = chunk.id
ORDER BY chunk.id
"""


async def consumption(
    tx: Transaction, period: Period, *, under: str, after: UUID, most: int, known_at: datetime
) -> tuple[Consumption, ...]:
    """The next `most` subscriptions below the path, by id, with what each was and used in the period.

    The segments are those that were on record at `known_at`. One statement.
    """
    arguments = (tx.organisation_id, under, after, most, period.start, period.end, known_at)
    rows = await tx.connection.fetch(_SELECT, *arguments)
    return tuple(_consumption_of(row) for row in rows)


def _consumption_of(row: Record) -> Consumption:
    identity = row["id"], row["path"], row["account_id"], row["removed_at"], row["started_at"]
    stretches: tuple[Stretch, ...] = ()
    if row["offerings"] is not None:
        statuses = map(SegmentStatus, row["statuses"])
        columns = (row["offerings"], statuses, row["quantities"], row["cycles"], row["starts"], row["ends"])
        stretches = tuple(map(Stretch, *columns))
    usage = () if row["meters"] is None else tuple(zip(row["meters"], row["totals"], strict=True))
    return Consumption(*identity, stretches, usage, row["provisioned"], row["refusal"])
