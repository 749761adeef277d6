"""Open periods: which billing periods of which edges are still to be closed.

Owns: where an edge's periods begin, and when one is closed. Does not own: closing it (`bss.invoicing.bill_run`).

A selling edge's period is closed when its invoice was issued. Beyond that, a finished run closes every period
that ended by its `until`, of the edges that there were: what is learned of such a period later is a correction.
A run that wrote nothing has closed nothing. A line of an open period is not final: the next attempt writes it anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from uuid import UUID

from bss.agreements.edge import Edge
from bss.agreements.past_terms import PastTerms, as_of
from bss.agreements.queries import former_terms
from bss.agreements.rows import BUYS_FROM, EDGE_COLUMNS, WITH_SELLER, edge_of
from bss.catalogue.rows import SUPPLIER
from bss.period import Period
from bss.rating.line import invoice_id
from bss.transaction.begin import Transaction


@dataclass(frozen=True)
class OpenPeriod:
    """A billing period, and the edges of which it is open. Edges in other zones may share its instants."""

    period: Period
    edges: tuple[Edge, ...]


@dataclass(frozen=True)
class Beginning:
    """From when on an edge has something to close; `closed_through` is None when no run has closed it yet."""

    edge: Edge
    earliest: datetime
    closed_through: datetime | None
    past: tuple[PastTerms, ...] = ()

    def periods(self, until: datetime) -> Iterator[tuple[Period, Edge]]:
        """The edge's periods that ended by the instant and that no finished run has closed, in order.

        Each with the edge as its terms were for that period.
        """
        return takewhile(lambda begun: begun[0].end <= until, self.begun(until))

    def begun(self, until: datetime) -> Iterator[tuple[Period, Edge]]:
        """The same with the period, if there is one, that began before the instant and lasts."""
        bounds = (self.earliest, self.closed_through, self.edge.valid_from)
        at = max(bound for bound in bounds if bound is not None)
        edge = as_of(self.edge, self.past, at)
        while (period := edge.period(at)).start < until and edge.holds_within(period.start, period.end):
            yield period, edge
            at = period.end
            edge = as_of(self.edge, self.past, at)


_CLOSES = "r.state = 'done' AND r.lines + r.invoices > 0 AND r.created_at >= e.created_at"
"""That the run `r` closes the periods of the edge `e` that ended by its `until`."""

# The earliest segment stands in a lateral, so that each edge costs one range of an index and never a product.
# What is off the record may have been billed, and is credited then: it counts as a beginning.
# Of an account that has moved away, the edges above its old places still have to charge what was before.
_BEGINNINGS = f"""
WITH departed AS MATERIALIZED (
  SELECT path, place FROM account_placement
  WHERE organisation_id = $1 AND recorded_to IS NULL AND effective_to IS NOT NULL)
SELECT {EDGE_COLUMNS}, began.earliest, closed.through FROM edge e {WITH_SELLER}
CROSS JOIN LATERAL (SELECT least((
  SELECT min(g.effective_from) FROM segment g
  WHERE g.organisation_id = $1 AND g.path >= e.path AND g.path < e.path || '~'
    AND (e.kind = 'selling' OR g.offering_id IN
      (SELECT o.id FROM offering o WHERE o.organisation_id = $1 AND {SUPPLIER} = {BUYS_FROM}))), (
  SELECT min(g.effective_from) FROM account_placement b
  JOIN departed d ON d.place >= b.place AND d.place < b.place || '~'
  JOIN segment g ON g.organisation_id = $1 AND g.path = d.path
  WHERE e.kind = 'selling' AND b.organisation_id = $1 AND b.recorded_to IS NULL AND b.account_id = e.buyer_account_id
)) AS earliest) AS began
LEFT JOIN LATERAL (
  SELECT max(r.until) AS through FROM bill_run r
  WHERE r.organisation_id = $1 AND {_CLOSES}) AS closed ON true
WHERE e.organisation_id = $1 AND e.path >= $2 AND e.path < $2 || '~' AND began.earliest < $3
"""


_BILLED_TO = """ AND e.kind = 'selling' AND (e.bill_to_account_id = $4 OR EXISTS (SELECT FROM past_terms t
  WHERE t.organisation_id = $1 AND t.edge_id = e.id AND t.bill_to_account_id = $4))"""


async def open_periods(tx: Transaction, until: datetime) -> tuple[OpenPeriod, ...]:
    """The periods that ended by `until` and are not closed, the earliest first."""
    beginnings = await _beginnings(tx, _BEGINNINGS, until)
    return await _not_issued(tx, [one for start in beginnings for one in start.periods(until)])


async def open_for_bill_to(tx: Transaction, account_id: UUID, now: datetime) -> tuple[OpenPeriod, ...]:
    """The periods of which this account is yet to be invoiced, the one in progress included; the earliest first."""
    beginnings = await _beginnings(tx, _BEGINNINGS + _BILLED_TO, now, account_id)
    begun = [one for start in beginnings for one in start.begun(now)]
    return await _not_issued(tx, [one for one in begun if one[1].bill_to_account_id == account_id])


async def _beginnings(tx: Transaction, select: str, until: datetime, *more: UUID) -> list[Beginning]:
    rows = await tx.connection.fetch(select, tx.organisation_id, tx.viewer.path, until, *more)
    past = await former_terms(tx.viewer, [row["id"] for row in rows])
    return [Beginning(edge_of(row), row["earliest"], row["through"], past.get(row["id"], ())) for row in rows]


async def _not_issued(tx: Transaction, periods: Sequence[tuple[Period, Edge]]) -> tuple[OpenPeriod, ...]:
    issued = await issued_among(tx, (invoice_id(edge, period) for period, edge in periods))
    grouped: dict[Period, list[Edge]] = {}
    for period, edge in periods:
        if invoice_id(edge, period) not in issued:
            grouped.setdefault(period, []).append(edge)
    in_order = sorted(grouped, key=lambda period: (period.end, period.start))
    return tuple(OpenPeriod(period, tuple(sorted(grouped[period], key=lambda edge: edge.id))) for period in in_order)


async def issued_among(tx: Transaction, invoice_ids: Iterable[UUID | None]) -> frozenset[UUID]:
    """Those of the invoices that were issued."""
    rows = await tx.connection.fetch(
        "SELECT id FROM invoice WHERE organisation_id = $1 AND id = ANY($2)",
        *(tx.organisation_id, list({one for one in invoice_ids if one is not None})),
    )
    return frozenset(row["id"] for row in rows)


async def closed_by_run(tx: Transaction, edges: Iterable[Edge], period: Period) -> dict[UUID, datetime]:
    """When a finished run closed the period on these edges, by edge id; absent while none has."""
    rows = await tx.connection.fetch(
        "SELECT e.id, min(r.finished_at) AS finished_at FROM edge e"
        f" JOIN bill_run r ON r.organisation_id = $1 AND r.until >= $3 AND {_CLOSES}"
        " WHERE e.organisation_id = $1 AND e.id = ANY($2) GROUP BY e.id",
        *(tx.organisation_id, [edge.id for edge in edges], period.end),
    )
    return {row["id"]: row["finished_at"] for row in rows}


async def billed_through(tx: Transaction, edge_ids: Iterable[UUID]) -> datetime | None:
    """Up to which instant some of these edges have closed periods; what lies before it is not rated any more.

    Each edge is asked by the terms that it had then, and by the invoices on which its own lines stand.
    """
    rows = await tx.connection.fetch(
        f"SELECT {EDGE_COLUMNS}, (SELECT max(r.until) FROM bill_run r"
        f" WHERE r.organisation_id = $1 AND {_CLOSES}) AS through, (SELECT max(l.billing_end) FROM billable_line l"
        "  JOIN invoice i ON i.organisation_id = $1 AND i.id = l.invoice_id"
        "  WHERE l.organisation_id = $1 AND l.edge_id = e.id) AS invoiced"
        f" FROM edge e {WITH_SELLER} WHERE e.organisation_id = $1 AND e.id = ANY($2)",
        *(tx.organisation_id, list(edge_ids)),
    )
    past = await former_terms(tx.viewer, [row["id"] for row in rows])
    ends = [row["invoiced"] for row in rows if row["invoiced"] is not None]
    for row in rows:
        if (through := row["through"]) is not None:
            ends.append(as_of(edge_of(row), past.get(row["id"], ()), through).period(through).start)
    return max(ends, default=None)
