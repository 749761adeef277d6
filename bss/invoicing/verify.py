"""Verify what was billed: every stored amount from its explanation, and a closed period by rating it again.

Owns: the comparison of stored lines and documents with what the same inputs give now. Does not own: the second
evaluator (`bss.tariff.recompute`). Nothing is written.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from bss.agreements.edge import Edge
from bss.agreements.past_terms import as_of
from bss.agreements.queries import former_terms
from bss.canonical import digest as canonical_digest
from bss.invoicing.assemble import Parties, assembled
from bss.invoicing.bill import Bill, bills_of, named, parties_of
from bss.invoicing.close_period import SUBSCRIPTIONS_PER_CHUNK
from bss.invoicing.document import digest, from_bytes
from bss.invoicing.open_periods import closed_by_run
from bss.period import Period
from bss.permission import Permission
from bss.rating.channel import all_edges, channel_of
from bss.rating.consumption import FIRST, consumption
from bss.rating.cycle_prices import terms_of_period
from bss.rating.line import BillableLine
from bss.rating.rate_lines import PeriodRating
from bss.refusal import NotFound
from bss.tariff.explain import stripped
from bss.tariff.recompute import recompute
from bss.transaction.begin import Transaction, reading
from bss.viewer import Viewer, requires

LINES_AT_ONCE = 5_000


@dataclass(frozen=True)
class Mismatch:
    """A stored line whose explanation gives another amount."""

    line_id: UUID
    stored: Decimal
    recomputed: Decimal


@dataclass(frozen=True)
class Digests:
    """What a period's billing on an edge comes to: of its lines, and of the document on which they stand."""

    lines: str
    document: str | None


@requires(Permission.INVOICE_VIEW)
async def mismatches(viewer: Viewer) -> tuple[Mismatch, ...]:
    """The lines in the viewer's scope whose amount is not what their explanation comes to; none when all is well."""
    found: list[Mismatch] = []
    after = FIRST
    while True:
        async with reading(viewer) as tx:
            rows = await tx.connection.fetch(
                "SELECT id, amount, explanation FROM billable_line WHERE organisation_id = $1"
                " AND path >= $2 AND path < $2 || '~' AND id > $3 ORDER BY id LIMIT $4",
                *(viewer.organisation_id, viewer.path, after, LINES_AT_ONCE),
            )
        for row in rows:
            recomputed = recompute(stripped(json.loads(row["explanation"])))
            if recomputed != row["amount"]:
                found.append(Mismatch(row["id"], row["amount"], recomputed))
        if len(rows) < LINES_AT_ONCE:
            return tuple(found)
        after = rows[-1]["id"]


@requires(Permission.BILL_RUN)
async def stored(viewer: Viewer, edge_id: UUID, billing_start: datetime) -> Digests:
    """The digests of what was billed. Raises `NotFound` for an edge outside the viewer's scope."""
    async with reading(viewer) as tx:
        edge, period, bill = await _billed(tx, edge_id, billing_start)
        rows = await tx.connection.fetch(
            f"SELECT {', '.join(_COMPARED)} FROM billable_line"
            " WHERE organisation_id = $1 AND edge_id = $2 AND billing_start = $3",
            *(tx.organisation_id, edge.id, period.start),
        )
        document = None
        if bill is not None:
            document = await tx.connection.fetchval(
                "SELECT digest FROM invoice WHERE organisation_id = $1 AND id = $2", tx.organisation_id, bill.id
            )
    return Digests(_digest_of([dict(row) for row in rows]), document)


@requires(Permission.BILL_RUN)
async def rerate(viewer: Viewer, edge_id: UUID, billing_start: datetime) -> Digests:
    """The digests that rating the period again gives, from segments and prices as they were on record then.

    Equal to `stored` unless something was rewritten that must not be, or usage came late. Raises `NotFound`.
    """
    async with reading(viewer) as tx:
        edge, period, bill = await _billed(tx, edge_id, billing_start)
        edges = (edge,) if bill is None else bill.edges
        lines = await _rated_again(tx, edges, period, await _known_at(tx, edge, bill, period))
        document = None
        if bill is not None and lines:
            parties = await _printed_parties(tx, bill)
            document = digest(assembled(bill.edges, period, parties, await named(tx, lines)))
    return Digests(_digest_of([line._asdict() for line in lines if line.edge_id == edge.id]), document)


async def _printed_parties(tx: Transaction, bill: Bill) -> Parties:
    """The parties as the issued document has them, because their cards may have changed since; else as they are."""
    content = await tx.connection.fetchval(
        "SELECT document FROM invoice WHERE organisation_id = $1 AND id = $2", tx.organisation_id, bill.id
    )
    if content is None:
        return (await parties_of(tx, [bill]))[bill.id]
    issued = from_bytes(content)
    due_days = 0 if issued.due_on is None else (issued.due_on - issued.issued_on).days
    return Parties(issued.issuer, issued.bill_to, due_days)


_COMPARED = tuple(name for name in BillableLine._fields if name not in ("path", "recorded_at"))


def _digest_of(lines: Sequence[dict[str, object]]) -> str:
    compared = [
        {name: line[name] for name in _COMPARED} | {"explanation": json.loads(str(line["explanation"]))}
        for line in lines
    ]
    return canonical_digest(sorted(compared, key=lambda line: str(line["id"])))


async def _billed(tx: Transaction, edge_id: UUID, billing_start: datetime) -> tuple[Edge, Period, Bill | None]:
    """The edge, its period that starts then, and the bill that it shares with other edges of its Bill-To."""
    now = await all_edges(tx)
    past = await former_terms(tx.viewer, [edge.id for edge in now])
    edges = [as_of(edge, past.get(edge.id, ()), billing_start) for edge in now]
    edge = next((edge for edge in edges if edge.id == edge_id), None)
    if edge is None:
        raise NotFound("edge")
    period = edge.period(billing_start)
    alike = [
        other
        for other in edges
        if other.holds_within(period.start, period.end) and other.period(period.start) == period
    ]
    return edge, period, next((bill for bill in bills_of(alike, period) if edge in bill.edges), None)


async def _known_at(tx: Transaction, edge: Edge, bill: Bill | None, period: Period) -> datetime:
    """The `now` of the run that made the edge's lines final; while none has, of the last that wrote one.

    The period's end when there is neither. A line that was the same in two attempts has the instant of the first.
    """
    known: datetime | None = await tx.connection.fetchval(
        "SELECT coalesce((SELECT recorded_at FROM invoice WHERE organisation_id = $1 AND id = $2), $3, (SELECT"
        " max(recorded_at) FROM billable_line WHERE organisation_id = $1 AND edge_id = $4 AND billing_start = $5))",
        *(tx.organisation_id, None if bill is None else bill.id),
        *((await closed_by_run(tx, [edge], period)).get(edge.id), edge.id, period.start),
    )
    return known or period.end


async def _rated_again(
    tx: Transaction, edges: Sequence[Edge], period: Period, known_at: datetime
) -> list[BillableLine]:
    channel = await channel_of(tx)
    terms = await terms_of_period(tx, edges, period, known_at=known_at)
    rating, after = PeriodRating(period, edges, channel, terms, known_at), FIRST
    lines: list[BillableLine] = []
    while True:
        used = await consumption(
            tx, period, under=tx.viewer.path, after=after, most=SUBSCRIPTIONS_PER_CHUNK, known_at=known_at
        )
        for one in used:
            lines += rating.rated(tx.organisation_id, one)[0]
        if len(used) < SUBSCRIPTIONS_PER_CHUNK:
            return lines
        after = used[-1].subscription_id
