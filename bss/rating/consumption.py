"""Consumption: what a subscription was, what it used, and where it stood, within one billing period.

Owns: the one reading of segments and hourly usage from which every edge is rated, and what of it lies in a part of the
period. Does not own: what is charged for it (`bss.rating.charges`), or the rows that it reads
(`bss.subscriptions`, `bss.metering`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from asyncpg import Record

from bss.period import Period
from bss.rating.history import History, histories
from bss.rating.stretch import Place, Stretch, Window, cut, stretches_of
from bss.transaction.begin import Transaction

FIRST = UUID(int=0)
"""Before every subscription."""


@dataclass(frozen=True, slots=True)
class Consumption:
    """One subscription in one period.

    `started_at` is the first instant, in whatever period, after its trial; None for what was paid for elsewhere and
    transferred here. `usage` are pairs of a meter's code and the sum over the period's hours, in the meter's base unit.
    `provisioned` tells whether the service ever ran, and `refusal` why a supplier refuses it.

    `places` is empty when the account stands at `path` all the period. Where it moved, `metered` has the usage from
    each turn of the channel on, and a part of the period (`within`) has its first and last instant as `window`.
    `history` is there where something may be due by another cycle than the month, or in advance.
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
    places: tuple[Place, ...] = ()
    metered: tuple[tuple[datetime, str, Decimal], ...] = ()
    window: Window | None = None
    history: History | None = None

    def within(self, windows: tuple[Window, ...]) -> Consumption:
        """What of it lies in these windows, which begin and end at turns of the channel."""
        stretches = tuple(part for window in windows for part in cut(self.stretches, *window))
        metered = tuple(one for one in self.metered if any(start <= one[0] < end for start, end in windows))
        window = windows[0][0], windows[-1][1]
        if metered and not stretches and self.stretches:
            # Used when nothing was in service: charged at the prices of what was, as in a period that is not parted.
            stretches = (self.stretches[-1]._replace(start=window[0], end=window[0]),)
        return replace(self, stretches=stretches, usage=_totals(metered), metered=metered, window=window)

    def among(self, offering_ids: Collection[UUID]) -> Consumption:
        """What of it was of these offerings; its usage stays whole, where they were in service in the period."""
        kept = tuple(stretch for stretch in self.stretches if stretch.offering_id in offering_ids)
        history = None if self.history is None else self.history.among(offering_ids)
        usage = self.usage if kept else ()
        return replace(self, stretches=kept, usage=usage, history=history)


def _totals(metered: Iterable[tuple[datetime, str, Decimal]]) -> tuple[tuple[str, Decimal], ...]:
    totals: dict[str, Decimal] = {}
    for _, meter, quantity in metered:
        totals[meter] = totals.get(meter, Decimal(0)) + quantity
    return tuple(sorted(totals.items()))


_BELOW = "path >= $2 AND path < $2 || '~'"
_AMONG = "id = ANY($2)"
_PLAIN = f"""
WITH chunk AS MATERIALIZED (
  SELECT id, path, account_id, removed_at, provisioned_at IS NOT NULL AS provisioned, refusal,
    predecessor_id FROM subscription
  WHERE organisation_id = $1 AND {_BELOW} AND id > $3 ORDER BY id LIMIT $4),
lasting AS (
  SELECT g.subscription_id, g.offering_id, g.status, g.quantity, g.cycle, g.effective_from, g.effective_to,
    g.effective_from < $6 AND (g.effective_to IS NULL OR g.effective_to > $5) AS within
  FROM segment g WHERE g.organisation_id = $1 AND g.subscription_id IN (SELECT id FROM chunk)
    AND g.recorded_from <= $7 AND (g.recorded_to IS NULL OR g.recorded_to > $7)
  ORDER BY g.subscription_id, g.effective_from),
timeline AS (
  SELECT subscription_id, min(effective_from) FILTER (WHERE status <> 'trial') AS started_at,
    array_agg(offering_id) FILTER (WHERE within) AS offerings,
    array_agg(status) FILTER (WHERE within) AS statuses,
    array_agg(quantity) FILTER (WHERE within) AS quantities,
    array_agg(cycle) FILTER (WHERE within) AS cycles,
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
  CASE WHEN chunk.predecessor_id IS NULL OR NOT EXISTS (SELECT FROM segment b WHERE b.organisation_id = $1
    AND b.subscription_id = chunk.predecessor_id AND b.status <> 'trial' AND b.recorded_to IS NULL)
    THEN t.started_at END AS started_at, t.offerings, t.statuses, t.quantities,
  t.cycles, t.starts, t.ends, u.meters, u.totals, chunk.provisioned, chunk.refusal
FROM chunk LEFT JOIN timeline t ON t.subscription_id = chunk.id LEFT JOIN used u ON u.subscription_id = chunk.id
ORDER BY chunk.id
"""

# The same with the places of each account from the period's start on, and its usage parted at the turns ($8). Only the
# usage of accounts that came to where they are after the period's start is parted.
_TURNED = (
    _PLAIN.replace(
        "lasting AS (",
        """placed AS (
  SELECT account_id, array_agg(place ORDER BY effective_from) AS places,
    array_agg(effective_from ORDER BY effective_from) AS arrivals
  FROM account_placement p WHERE organisation_id = $1 AND account_id IN (SELECT account_id FROM chunk)
    AND recorded_from <= $7 AND (recorded_to IS NULL OR recorded_to > $7)
    AND (effective_to IS NULL OR effective_to > $5) GROUP BY account_id),
arrived AS (
  SELECT chunk.id FROM chunk JOIN placed p ON p.account_id = chunk.account_id
  WHERE p.arrivals[cardinality(p.arrivals)] > $5),
lasting AS (""",
        1,
    )
    .replace(
        "SELECT subscription_id, meter, sum(quantity)",
        """SELECT subscription_id, meter, CASE WHEN subscription_id IN (SELECT id FROM arrived)
    THEN coalesce(($8::timestamptz[])[width_bucket(hour, $8::timestamptz[])], $5) ELSE $5 END AS since,
    sum(quantity)""",
        1,
    )
    .replace("GROUP BY subscription_id, meter ORDER", "GROUP BY subscription_id, meter, since ORDER", 1)
    .replace("array_agg(quantity) AS totals", "array_agg(quantity) AS totals, array_agg(since) AS since", 1)
    .replace("u.totals, ", "u.totals, u.since, p.places, p.arrivals, ", 1)
    .replace("\nORDER BY chunk.id", " LEFT JOIN placed p ON p.account_id = chunk.account_id\nORDER BY chunk.id", 1)
)

# What moved is written down where it stood before, and no edge ends or begins but for a move.
_TURNS = """
SELECT turn FROM (
  SELECT effective_to AS turn FROM account_placement
    WHERE organisation_id = $1 AND recorded_to IS NULL AND effective_to IS NOT NULL AND effective_to > $2
  UNION SELECT valid_to FROM edge WHERE organisation_id = $1 AND valid_to IS NOT NULL AND valid_to > $2) AS turns
ORDER BY turn
"""


async def consumption(
    tx: Transaction, period: Period, *, under: str, after: UUID, most: int, known_at: datetime
) -> tuple[Consumption, ...]:
    """The next `most` subscriptions below the path, by id, with what each was and used in the period.

    The segments, and the places of accounts, are those that were on record at `known_at`. Three to six statements.
    """
    return await _read(tx, period, known_at, _BELOW, (under, after, most))


async def consumption_of(
    tx: Transaction, period: Period, subscription_ids: Collection[UUID], *, known_at: datetime
) -> tuple[Consumption, ...]:
    """The same of these subscriptions, by id."""
    return await _read(tx, period, known_at, _AMONG, (list(subscription_ids), FIRST, len(subscription_ids)))


async def _read(
    tx: Transaction, period: Period, known_at: datetime, which: str, chunk: tuple[object, UUID, int]
) -> tuple[Consumption, ...]:
    turns = [row["turn"] for row in await tx.connection.fetch(_TURNS, tx.organisation_id, period.start)]
    arguments = (tx.organisation_id, *chunk, period.start, period.end, known_at)
    if turns:
        rows = await tx.connection.fetch(_TURNED.replace(_BELOW, which, 1), *arguments, turns)
        return await _with_histories(tx, tuple(_parted(row, period) for row in rows), period, known_at)
    rows = await tx.connection.fetch(_PLAIN.replace(_BELOW, which, 1), *arguments)
    return await _with_histories(tx, tuple(_consumption_of(row) for row in rows), period, known_at)


async def _with_histories(
    tx: Transaction, found: tuple[Consumption, ...], period: Period, known_at: datetime
) -> tuple[Consumption, ...]:
    known = await histories(tx, [one.subscription_id for one in found], period, known_at=known_at)
    return tuple(replace(one, history=known.get(one.subscription_id)) for one in found) if known else found


def _consumption_of(row: Record) -> Consumption:
    identity = row["id"], row["path"], row["account_id"], row["removed_at"], row["started_at"]
    usage = () if row["meters"] is None else tuple(zip(row["meters"], row["totals"], strict=True))
    return Consumption(*identity, stretches_of(row), usage, row["provisioned"], row["refusal"])


def _parted(row: Record, period: Period) -> Consumption:
    """The consumption with its places, when its account stood elsewhere or came within the period or later."""
    whole = _consumption_of(row)
    metered = () if row["meters"] is None else tuple(zip(row["since"], row["meters"], row["totals"], strict=True))
    whole = replace(whole, usage=_totals(metered))
    if row["places"] is None or (row["arrivals"][-1] <= period.start and row["places"][-1] == row["path"]):
        return whole
    places = tuple(_places(row["places"], row["arrivals"], period))
    return replace(whole, places=places, metered=metered)


def _places(paths: list[str], arrivals: list[datetime], period: Period) -> Iterable[Place]:
    """The places within the period; before its first one an account is taken to have stood there."""
    starts = [period.start, *arrivals[1:]]
    for path, start, end in zip(paths, starts, [*arrivals[1:], period.end], strict=True):
        if start < min(end, period.end):
            yield Place(path, start, min(end, period.end))
