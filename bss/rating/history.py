"""History: all the life of the subscriptions that are charged by a cycle of their own, or in advance.

Owns: which subscriptions these are, the reading of them, and what stands charged of them: the one reading of stored
lines here. Does not own: those lines (`bss.invoicing.write_lines`), what lies in one billing period of all others
(`bss.rating.consumption`), or what is due (`bss.rating.cycles`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from asyncpg import Record

from bss.period import Period
from bss.rating.charged import ChargedLine
from bss.rating.stretch import Place, Stretch, Window, cut, stretches_of
from bss.subscriptions.timeline import SegmentStatus
from bss.transaction.begin import Transaction

EVER = datetime.max.replace(tzinfo=UTC)
"""After everything."""


@dataclass(frozen=True, slots=True)
class History:
    """`first` is when the subscription was first paid for; places cover all of its stretches.

    Stretches that differ in nothing that is charged, and touch, are one. What ended by `since` is settled: nothing of
    it was learned after the billing period began. `charged` has the lines of earlier billing periods, on all edges.
    """

    first: datetime
    since: datetime
    stretches: tuple[Stretch, ...]
    places: tuple[Place, ...]
    charged: tuple[ChargedLine, ...] = ()

    @property
    def offering_ids(self) -> frozenset[UUID]:
        """Of what it was, and what was charged of it."""
        return frozenset({*(each.offering_id for each in self.stretches), *(line.offering_id for line in self.charged)})

    def within(self, windows: Iterable[Window]) -> History:
        """What of it lies in these windows; what lasts until the end of the last one lasts on."""
        parts = (part for window in windows for part in cut(self.stretches, *window))
        lasting = (part._replace(end=None) if part.end == EVER else part for part in parts)
        return replace(self, stretches=tuple(lasting))

    def among(self, offering_ids: Collection[UUID]) -> History:
        """What of it was of these offerings."""
        return replace(self, stretches=tuple(each for each in self.stretches if each.offering_id in offering_ids))

    def on(self, edge_id: UUID, closed: datetime) -> tuple[ChargedLine, ...]:
        """The lines on the edge of the periods that began before the instant up to which it is closed."""
        return tuple(line for line in self.charged if line.edge_id == edge_id and line.billing_start < closed)


_BY_CYCLE = """
SELECT id FROM offering WHERE organisation_id = $1 AND cycle <> 'P1M'
UNION SELECT offering_id FROM price WHERE organisation_id = $1 AND kind = 'recurring_in_advance'
"""

# What was learned after the period began may concern what earlier periods charged, even where nothing lasts any more.
_CONCERNED = """
SELECT subscription_id, min(effective_from) FILTER (WHERE learned) AS since FROM (
  SELECT subscription_id, effective_from, effective_to, recorded_to,
    recorded_from > $4 OR (recorded_to > $4 AND recorded_to <= $6) AS learned
  FROM segment WHERE organisation_id = $1 AND subscription_id = ANY($2) AND offering_id = ANY($3)
    AND effective_from < $5 AND recorded_from <= $6) AS known
WHERE learned OR ((effective_to IS NULL OR effective_to > $4) AND (recorded_to IS NULL OR recorded_to > $6))
GROUP BY subscription_id
"""

_LIVED = """
WITH lived AS (
  SELECT g.subscription_id, array_agg(g.offering_id) AS offerings, array_agg(g.status) AS statuses,
    array_agg(g.quantity) AS quantities, array_agg(g.cycle) AS cycles, array_agg(g.effective_from) AS starts,
    array_agg(g.effective_to) AS ends
  FROM (SELECT * FROM segment WHERE organisation_id = $1 AND subscription_id = ANY($2)
    AND recorded_from <= $3 AND (recorded_to IS NULL OR recorded_to > $3) ORDER BY effective_from) AS g
  GROUP BY g.subscription_id),
placed AS (
  SELECT account_id, array_agg(place ORDER BY effective_from) AS places,
    array_agg(effective_from ORDER BY effective_from) AS arrivals
  FROM account_placement WHERE organisation_id = $1 AND recorded_from <= $3
    AND (recorded_to IS NULL OR recorded_to > $3)
    AND account_id IN (SELECT account_id FROM subscription WHERE organisation_id = $1 AND id = ANY($2))
  GROUP BY account_id)
SELECT s.id, s.path, s.removed_at, lived.offerings, lived.statuses, lived.quantities, lived.cycles, lived.starts,
  lived.ends, placed.places, placed.arrivals
FROM subscription s LEFT JOIN lived ON lived.subscription_id = s.id LEFT JOIN placed ON placed.account_id = s.account_id
WHERE s.organisation_id = $1 AND s.id = ANY($2)
"""

_CHARGED = """
SELECT l.subscription_id, l.edge_id, l.charge, l.offering_id, l.kind, l.service_start, l.service_end, l.billing_start,
  l.quantity, (l.explanation ->> 'price_version')::uuid AS version_id, l.explanation #>> '{policy,name}' AS policy,
  coalesce(l.explanation ->> 'kept', l.explanation ->> 'share') AS share,
  l.charge_kind = 'recurring_in_advance' OR o.cycle <> 'P1M' AS by_cycle
FROM billable_line l JOIN offering o ON o.organisation_id = $1 AND o.id = l.offering_id
WHERE l.organisation_id = $1 AND l.subscription_id = ANY($2) AND l.billing_start < $3
  AND l.charge_kind IN ('recurring', 'recurring_in_advance')
ORDER BY l.billing_start, l.kind <> 'credit', l.service_start
"""


async def offerings_by_cycle(tx: Transaction) -> frozenset[UUID]:
    """The offerings with another cycle than the month, and those with a price, of any list, that is due in advance."""
    rows = await tx.connection.fetch(_BY_CYCLE, tx.organisation_id)
    return frozenset(row["id"] for row in rows)


async def histories(
    tx: Transaction, among: Collection[UUID], period: Period, *, known_at: datetime
) -> dict[UUID, History]:
    """The histories of those subscriptions among these that are charged by cycle, as on record at `known_at`.

    Of them that are in service in the period, and of them of which anything was learned since it began.
    """
    by_cycle = await offerings_by_cycle(tx)
    if not by_cycle:
        return {}
    known = (list(among), list(by_cycle), period.start, period.end, known_at)
    concerned = await tx.connection.fetch(_CONCERNED, tx.organisation_id, *known)
    since = {row["subscription_id"]: min(row["since"] or period.start, period.start) for row in concerned}
    if not since:
        return {}
    lines: dict[UUID, list[ChargedLine]] = {}
    for row in await tx.connection.fetch(_CHARGED, tx.organisation_id, list(since), period.start):
        lines.setdefault(row["subscription_id"], []).append(ChargedLine(*row[1:]))
    rows = await tx.connection.fetch(_LIVED, tx.organisation_id, list(since), known_at)
    return {row["id"]: _history_of(row, since[row["id"]], lines) for row in rows}


def _history_of(row: Record, since: datetime, lines: Mapping[UUID, list[ChargedLine]]) -> History:
    stretches = stretches_of(row)
    paid = [stretch.start for stretch in stretches if stretch.status is not SegmentStatus.TRIAL]
    if row["removed_at"] is not None and stretches:
        stretches = tuple(cut(stretches, stretches[0].start, row["removed_at"]))
    paths, arrivals = row["places"] or [row["path"]], row["arrivals"] or [since]
    # Before its first place an account is taken to have stood there.
    starts = [min([each.start for each in stretches[:1]] + arrivals[:1]), *arrivals[1:]]
    places = tuple(map(Place, paths, starts, [*arrivals[1:], EVER]))
    joined = _joined(stretches)
    if since in {stretch.start for stretch in stretches}:
        # A seam that is none any more: what stood up to it goes on, and is not settled.
        since = min([since, *(each.start for each in joined if each.end is None or each.end > since)])
    return History(min(paid, default=EVER), since, joined, places, tuple(lines.get(row["id"], ())))


def _joined(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    joined: list[Stretch] = []
    for stretch in stretches:
        last = joined[-1] if joined else None
        if last is not None and last.end == stretch.start and last[:4] == stretch[:4]:
            joined[-1] = last._replace(end=stretch.end)
        else:
            joined.append(stretch)
    return tuple(joined)
