"""Which subscriptions run by a price list, or on an edge: those that a bill run would charge there.

Owns: the finding of them, for all at once. Does not own: the rule of the chain (`bss.agreements.edge.chain`), which is
said here once more, in SQL; subscriptions and edges, rows of higher packages, of which only counts and ids come out.

A subscription runs at and after an instant when a segment on record lasts longer, and its service is not removed
before. Trials and suspensions count: no subscription is charged while its offering has no price.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from bss.catalogue.rows import SUPPLIER
from bss.identifier import Kind, public
from bss.transaction.begin import Transaction

MOST_NAMED = 50
_STEP = 11
"""Letters of one account's step in a path, with its full stop."""


def _nearest_edge(place: str) -> str:
    """The path of the nearest selling edge at or above a place; a path sorts after each one that it begins with."""
    return f"""(SELECT max(near.path) FROM edge near
      WHERE near.organisation_id = $1 AND near.kind = 'selling' AND near.valid_to IS NULL AND near.path = ANY(
        ARRAY(SELECT left({place}, {_STEP} * step) FROM generate_series(1, length({place}) / {_STEP}) AS step)))"""


# An edge charges what is sold on it, and what its buyer sells on: the edges whose sellers have it as their nearest.
_CHARGED = f"""
WITH RECURSIVE candidate AS MATERIALIZED (
  SELECT g.subscription_id, g.offering_id, g.path, g.effective_from, g.effective_to
  FROM segment g JOIN subscription s ON s.organisation_id = $1 AND s.id = g.subscription_id
  WHERE g.organisation_id = $1 AND g.path >= $2 AND g.path < $2 || '~' AND g.recorded_to IS NULL
    AND {{which}}
), sold AS MATERIALIZED (
  SELECT e.path, {_nearest_edge("seller.path")} AS above
  FROM edge e JOIN account seller ON seller.organisation_id = $1 AND seller.id = e.seller_account_id
  WHERE e.organisation_id = $1 AND e.path >= $2 AND e.path < $2 || '~' AND e.kind = 'selling' AND e.valid_to IS NULL
), charging AS (
  SELECT path FROM edge WHERE organisation_id = $1 AND path >= $2 AND path < $2 || '~' AND kind = 'selling'
    AND valid_to IS NULL AND {{charging}} = $3
  UNION SELECT sold.path FROM sold JOIN charging ON sold.above = charging.path
), place AS MATERIALIZED (
  SELECT path FROM (SELECT DISTINCT path FROM candidate) AS stood
  WHERE {_nearest_edge("stood.path")} IN (SELECT path FROM charging)
), bought AS (
  SELECT o.id FROM offering o JOIN edge e ON e.organisation_id = $1 AND e.kind = 'supply' AND e.{{charging}} = $3
    AND coalesce(e.link_id, e.vendor_id) = {SUPPLIER}
  WHERE o.organisation_id = $1
), running AS (
  SELECT subscription_id, offering_id, effective_from, effective_to FROM candidate
  WHERE path IN (SELECT path FROM place) OR offering_id IN (SELECT id FROM bought)
)
"""
_RUNNING = _CHARGED.format(
    charging="price_list_id",
    which="""g.offering_id = ANY($4) AND (g.effective_to IS NULL OR g.effective_to > $5)
    AND (s.removed_at IS NULL OR s.removed_at > $5)""",
)
_ON_EDGE = _CHARGED.format(
    charging="id",
    which="""($4::timestamptz IS NULL OR (g.effective_to IS NULL OR g.effective_to > $4)
    AND (s.removed_at IS NULL OR s.removed_at > $4))""",
)


@dataclass(frozen=True)
class RunningOffering:
    """How many subscriptions run on an offering; it is told by its code, or by its id where it lies above."""

    offering: str
    count: int


@dataclass(frozen=True)
class Running:
    """How many subscriptions run, and the first of them."""

    count: int
    first: tuple[UUID, ...]


@dataclass(frozen=True)
class Charged:
    """An offering that an edge charges: by its code or id as above, on how many subscriptions, and when.

    `spans` are the stretches of time in which one of them runs, from the instant on from which it was asked; the last
    one's end is None while one lasts.
    """

    offering_id: UUID
    offering: str
    count: int
    spans: tuple[tuple[datetime, datetime | None], ...]


async def charged_on_edge(tx: Transaction, edge_id: UUID, since: datetime | None) -> tuple[Charged, ...]:
    """What the edge charges of what runs at the instant and after it, or, without one, of all. One statement."""
    rows = await tx.connection.fetch(
        f"{_ON_EDGE} SELECT offering_id, o.code AS offering,"
        " count(DISTINCT subscription_id) AS count,"
        " range_agg(tstzrange(greatest(effective_from, $4), effective_to)) AS spans"
        " FROM running LEFT JOIN offering o ON o.organisation_id = $1 AND o.id = offering_id"
        " GROUP BY offering_id, o.code ORDER BY 2, 1",
        *(tx.organisation_id, tx.viewer.path, edge_id, since),
    )
    return tuple(
        Charged(row["offering_id"], _said(row), row["count"], tuple((span.lower, span.upper) for span in row["spans"]))
        for row in rows
    )


async def running_by_offering(
    tx: Transaction, price_list_id: UUID, offering_ids: Collection[UUID], since: datetime
) -> tuple[RunningOffering, ...]:
    """Those of the offerings that subscriptions run on which the list charges. One statement; none for no offerings."""
    if not offering_ids:
        return ()
    rows = await tx.connection.fetch(
        f"{_RUNNING} SELECT offering_id, o.code AS offering, count(DISTINCT subscription_id) AS count"
        " FROM running LEFT JOIN offering o ON o.organisation_id = $1 AND o.id = offering_id"
        " GROUP BY offering_id, o.code ORDER BY 2, 1",
        *(tx.organisation_id, tx.viewer.path, price_list_id, list(offering_ids), since),
    )
    return tuple(RunningOffering(_said(row), row["count"]) for row in rows)


def _said(row: Record) -> str:
    """The offering's code; its id, as it leaves the system, where it is not the caller's to read."""
    return row["offering"] or public(Kind.OFFERING, row["offering_id"])


async def running(tx: Transaction, price_list_id: UUID, offering_ids: Collection[UUID], since: datetime) -> Running:
    """The subscriptions on these offerings that the list charges: their number, and the first 50 by id."""
    if not offering_ids:
        return Running(0, ())
    rows = await tx.connection.fetch(
        f"{_RUNNING} SELECT subscription_id, count(*) OVER () AS count FROM running GROUP BY subscription_id"
        f" ORDER BY subscription_id LIMIT {MOST_NAMED}",
        *(tx.organisation_id, tx.viewer.path, price_list_id, list(offering_ids), since),
    )
    return Running(rows[0]["count"] if rows else 0, tuple(row["subscription_id"] for row in rows))
