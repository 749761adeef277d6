"""So far: what an open billing period comes to on some edges, rated as a bill run would rate it, were it closed now.

Owns: the cut at `now`, whose consumption these edges charge, and how much is rated while somebody waits. Does not own:
what is due and what it costs: the same `PeriodRating` as a bill run's. Nothing is written.
"""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bss.agreements.edge import Edge
from bss.module import ALL_MODULES
from bss.period import Period
from bss.permission import Permission
from bss.rating.channel import channel_around
from bss.rating.consumption import Consumption, consumption_of
from bss.rating.cycle_prices import terms_of_period
from bss.rating.issue import Issue
from bss.rating.line import BillableLine
from bss.rating.rate_lines import PeriodRating
from bss.refusal import InvalidInput
from bss.transaction.begin import Transaction
from bss.viewer import Viewer

MOST_SUBSCRIPTIONS = 10_000
"""They are rated while the caller waits."""
_TO_RATE = frozenset(
    {Permission.CATALOGUE_VIEW, Permission.EDGE_VIEW, Permission.PRICE_VIEW, Permission.USAGE_VIEW},
)


@dataclass(frozen=True)
class SoFar:
    """What is due from the period's start to `until`; `subscriptions` is how many were looked at."""

    until: datetime
    lines: tuple[BillableLine, ...]
    issues: tuple[Issue, ...]
    subscriptions: int


def as_the_bill_run(viewer: Viewer) -> Viewer:
    """Who sees what a bill run of the viewer's organisation sees: the price lists lie above the buyer."""
    permissions = viewer.permissions | _TO_RATE
    return replace(viewer, path=viewer.root_path, permissions=permissions, modules=ALL_MODULES)


async def rated_so_far(
    tx: Transaction,
    edges: Collection[Edge],
    period: Period,
    now: datetime,
    open_since: Mapping[UUID, datetime],
    *,
    most: int = MOST_SUBSCRIPTIONS,
) -> SoFar:
    """The period on these edges up to now, or to its end when that has passed; `tx` sees as the bill run does.

    `open_since` has the edges of which an earlier period is, or may be, open, with the start of the first one.

    Raises `InvalidInput` when more than `most` subscriptions would have to be rated. The number of statements does not
    depend on how many there are.
    """
    until = min(now, period.end)
    if until == period.start:
        return SoFar(until, (), (), 0)
    places = {edge.path for edge in edges} | await _departed(tx, edges, period.start)
    consumers = await _consumers(tx, places, most)
    used = await consumption_of(tx, Period(period.start, until), consumers, known_at=now)
    channel = await channel_around(tx, places)
    terms = await terms_of_period(tx, edges, period, known_at=now)
    rating = PeriodRating(period, edges, channel, terms, now, open_since)
    lines, issues = await to_thread(_rated, rating, tx.organisation_id, used, until)
    return SoFar(until, tuple(lines), tuple(issues), len(used))


async def _departed(tx: Transaction, edges: Collection[Edge], since: datetime) -> set[str]:
    """The paths of accounts that stood below the buyers of these edges, and left after the instant."""
    rows = await tx.connection.fetch(
        "SELECT DISTINCT d.path FROM account_placement b JOIN account_placement d"
        " ON d.organisation_id = $1 AND d.place >= b.place AND d.place < b.place || '~'"
        " WHERE b.organisation_id = $1 AND b.recorded_to IS NULL AND b.account_id = ANY($2)"
        " AND d.recorded_to IS NULL AND d.effective_to > $3",
        *(tx.organisation_id, [edge.buyer_account_id for edge in edges], since),
    )
    return {row["path"] for row in rows}


async def _consumers(tx: Transaction, places: Collection[str], most: int) -> list[UUID]:
    """The subscriptions at and below these paths. Raises `InvalidInput` when there are more."""
    rows = await tx.connection.fetch(
        "SELECT DISTINCT s.id FROM unnest($2::text[]) AS top (path) JOIN subscription s"
        " ON s.organisation_id = $1 AND s.path >= top.path AND s.path < top.path || '~' LIMIT $3",
        *(tx.organisation_id, list(places), most + 1),
    )
    if len(rows) > most:
        raise InvalidInput.at(
            "accountId", f"More than {MOST_SUBSCRIPTIONS:,} subscriptions would have to be rated: the limit."
        )
    return [row["id"] for row in rows]


def _rated(
    rating: PeriodRating, organisation_id: UUID, used: Sequence[Consumption], until: datetime
) -> tuple[list[BillableLine], list[Issue]]:
    lines: list[BillableLine] = []
    issues: list[Issue] = []
    for one in used:
        some, wrong = rating.rated(organisation_id, _cut(one, until))
        lines += some
        issues += wrong
    return lines, issues


def _cut(used: Consumption, until: datetime) -> Consumption:
    """As if every stretch that lasts ended then."""
    cut = (
        stretch if stretch.end is not None and stretch.end <= until else stretch._replace(end=until)
        for stretch in used.stretches
    )
    return replace(used, stretches=tuple(cut))
