"""History: all the life of the subscriptions that are charged by a cycle of their own, or in advance.

Owns: which subscriptions these are, and the reading of them. Does not own: what lies in one billing period of all
others (`bss.invoicing.consumption`), or what is due (`bss.invoicing.cycles`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from asyncpg import Record

from bss.invoicing.stretch import Place, Stretch, Window, cut, stretches_of
from bss.subscriptions.timeline import SegmentStatus
from bss.transaction.begin import Transaction

EVER = datetime.max.replace(tzinfo=UTC)
"""After everything."""


@dataclass(frozen=True, slots=True)
class History:
    """`first` is when the subscription was first paid for; places cover all of its stretches.

    Stretches that differ in nothing that is charged, and touch, are one.
    """

    first: datetime
    stretches: tuple[Stretch, ...]
    places: tuple[Place, ...]

    def within(self, windows: Iterable[Window]) -> History:
        """What of it lies in these windows; what lasts until the end of the last one lasts on."""
        parts = (part for window in windows for part in cut(self.stretches, *window))
        lasting = (part._replace(end=None) if part.end == EVER else part for part in parts)
        return replace(self, stretches=tuple(lasting))

    def among(self, offering_ids: Collection[UUID]) -> History:
        """What of it was of these offerings."""
        return replace(self, stretches=tuple(each for each in self.stretches if each.offering_id in offering_ids))


_BY_CYCLE = """
SELECT id FROM offering WHERE organisation_id = $1 AND cycle <> 'P1M'
UNION SELECT offering_id FROM price WHERE organisation_id = $1 AND kind = 'recurring_in_advance'
"""

_HISTORIES = """
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
SELECT s.id, s.path, s.removed_at, lived.*, placed.places, placed.arrivals
FROM subscription s JOIN lived ON lived.subscription_id = s.id LEFT JOIN placed ON placed.account_id = s.account_id
WHERE s.organisation_id = $1
"""


async def offerings_by_cycle(tx: Transaction) -> frozenset[UUID]:
    """The offerings with another cycle than the month, and those with a price, of any list, that is due in advance."""
    rows = await tx.connection.fetch(_BY_CYCLE, tx.organisation_id)
    return frozenset(row["id"] for row in rows)


async def histories(tx: Transaction, subscription_ids: Collection[UUID], *, known_at: datetime) -> dict[UUID, History]:
    """The histories of these subscriptions, as on record at `known_at`; none of one that was never paid for."""
    rows = await tx.connection.fetch(_HISTORIES, tx.organisation_id, list(subscription_ids), known_at)
    found = {row["id"]: _history_of(row) for row in rows}
    return {subscription_id: history for subscription_id, history in found.items() if history is not None}


def _history_of(row: Record) -> History | None:
    stretches = stretches_of(row)
    paid = [stretch.start for stretch in stretches if stretch.status is not SegmentStatus.TRIAL]
    if not paid:
        return None
    if row["removed_at"] is not None:
        stretches = tuple(cut(stretches, stretches[0].start, row["removed_at"]))
    paths, arrivals = row["places"] or [row["path"]], row["arrivals"] or [paid[0]]
    # Before its first place an account is taken to have stood there.
    starts = [min(stretches[0].start, arrivals[0]) if stretches else arrivals[0], *arrivals[1:]]
    places = tuple(map(Place, paths, starts, [*arrivals[1:], EVER]))
    return History(min(paid), _joined(stretches), places)


def _joined(stretches: Iterable[Stretch]) -> tuple[Stretch, ...]:
    joined: list[Stretch] = []
    for stretch in stretches:
        last = joined[-1] if joined else None
        if last is not None and last.end == stretch.start and last[:4] == stretch[:4]:
            joined[-1] = last._replace(end=stretch.end)
        else:
            joined.append(stretch)
    return tuple(joined)
