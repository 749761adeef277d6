"""Close one billing period on the edges of which it is open: its lines, and then its invoices.

Owns: the chunks and their transactions. Does not own: which periods are open (`bss.invoicing.open_periods`),
rating (`bss.rating.rate_lines`), issuing (`bss.invoicing.issue_invoices`), the run (`bss.invoicing.bill_run`).

Each chunk is one transaction and has one effect however often it is done.
"""

from __future__ import annotations

from asyncio import gather, to_thread
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from bss.agreements.edge import EdgeKind
from bss.failpoint import fp
from bss.invoicing.bill import Bill, bills_of, rows_by_id
from bss.invoicing.issue_invoices import issue_invoices
from bss.invoicing.open_periods import OpenPeriod, closed_by_run, issued_among
from bss.invoicing.write_lines import Rewriting, write_lines
from bss.period import Period
from bss.rating.channel import Channel
from bss.rating.consumption import FIRST, Consumption, consumption
from bss.rating.cycle_prices import terms_of_period
from bss.rating.issue import Issue
from bss.rating.line import BillableLine
from bss.rating.rate_lines import PeriodRating
from bss.transaction.begin import Transaction, begin, reading
from bss.transaction.database import Role
from bss.viewer import Viewer

SUBSCRIPTIONS_PER_CHUNK = 2_000
LINES_PER_INVOICE_CHUNK = 10_000

Say = Callable[[str], None]
"""Where a run tells of its progress, a sentence at a time."""


class Chunk(NamedTuple):
    """Some subscriptions, by id, with their lines and with what could not be charged."""

    subscription_ids: list[UUID]
    lines: list[BillableLine]
    issues: list[Issue]


@dataclass(frozen=True)
class Closing:
    """The closing of one billing period on the edges of which it is open.

    `open_since` has the edges of which an earlier period is left open, with the start of the first one.
    """

    viewer: Viewer
    run_id: UUID
    open: OpenPeriod
    now: datetime
    say: Say
    open_since: Mapping[UUID, datetime]

    async def rate(self, channel: Channel) -> list[Issue]:
        """Write the lines of every subscription, a chunk at a time; returns what could not be charged.

        Lines of an earlier attempt are written anew, from what is on record at `now`.
        While the database writes one chunk, the next one, which was read before, is rated in a thread.
        """
        edges, period = self.open.edges, self.open.period
        async with reading(self.viewer) as tx:
            terms = await terms_of_period(tx, edges, period, known_at=self.now)
            used = await self._next(tx, FIRST)
        rating = PeriodRating(period, edges, channel, terms, self.now, self.open_since)
        chunk, issues = self._rated(rating, used), []
        while used:
            async with begin(self.viewer, role=Role.BULK) as tx:
                await _take_turn(tx)
                ahead = await self._next(tx, used[-1].subscription_id)
                written, following = await gather(self._written(tx, chunk), to_thread(self._rated, rating, ahead))
                fp("bill_run.before_chunk_commit")
            fp("bill_run.after_chunk")
            self.say(f"{_named(period)}: {len(used)} subscriptions rated, {written} lines written")
            issues += chunk.issues
            used, chunk = ahead, following
        return issues

    async def _next(self, tx: Transaction, after: UUID) -> Sequence[Consumption]:
        under, most = self.viewer.path, SUBSCRIPTIONS_PER_CHUNK
        return await consumption(tx, self.open.period, under=under, after=after, most=most, known_at=self.now)

    def _rated(self, rating: PeriodRating, used: Sequence[Consumption]) -> Chunk:
        chunk = Chunk([one.subscription_id for one in used], [], [])
        for one in used:
            lines, issues = rating.rated(self.viewer.organisation_id, one)
            chunk.lines.extend(lines)
            chunk.issues.extend(issues)
        return chunk

    async def _written(self, tx: Transaction, chunk: Chunk) -> int:
        # Another run may have closed the period meanwhile, and what is closed gets no line any more.
        issued = await issued_among(tx, {line.invoice_id for line in chunk.lines})
        supply = [edge for edge in self.open.edges if edge.kind is EdgeKind.SUPPLY]
        closed = await closed_by_run(tx, supply, self.open.period) if supply else {}
        lines = [line for line in chunk.lines if line.invoice_id not in issued and line.edge_id not in closed]
        # What cannot be charged keeps its lines: the other run may not know of the issue and would issue without them.
        untouched = {(issue.edge_id, issue.subscription_id) for issue in chunk.issues}
        written = await write_lines(tx, lines, Rewriting(self.open.period, chunk.subscription_ids, untouched, closed))
        await _count(tx, self.run_id, lines=written)
        return written

    async def issue(self, blocked: Collection[UUID | None]) -> None:
        """Issue the invoices that have lines, except the blocked ones, by the name of the Bill-To."""
        async with reading(self.viewer) as tx:
            counts = await _line_counts(tx, bills_of(self.open.edges, self.open.period))
            bills = [bill for bill in await self._in_order(tx) if bill.id in counts and bill.id not in blocked]
        for chunk in _chunks(bills, counts):
            async with begin(self.viewer, role=Role.BULK) as tx:
                await _take_turn(tx)
                closed = await issued_among(tx, [bill.id for bill in chunk])
                wanted = [bill for bill in chunk if bill.id not in closed]
                issued = await issue_invoices(tx, wanted, self.open.period, now=self.now)
                await _count(tx, self.run_id, invoices=issued)
            fp("bill_run.after_invoices")
            self.say(f"{_named(self.open.period)}: {issued} invoices issued")

    async def _in_order(self, tx: Transaction) -> list[Bill]:
        bills = bills_of(self.open.edges, self.open.period)
        names = await rows_by_id(tx, "name", "account", [bill.bill_to_id for bill in bills])
        return sorted(bills, key=lambda bill: (names[bill.bill_to_id]["name"], bill.bill_to_id, bill.id))


def _named(period: Period) -> str:
    return f"period from {period.start:%Y-%m-%d %H:%MZ} to {period.end:%Y-%m-%d %H:%MZ}"


def _chunks(bills: Sequence[Bill], counts: dict[UUID, int]) -> Iterator[list[Bill]]:
    """The bills in order, as many at a time as have about `LINES_PER_INVOICE_CHUNK` lines together."""
    chunk: list[Bill] = []
    for bill in bills:
        chunk.append(bill)
        if sum(counts[one.id] for one in chunk) >= LINES_PER_INVOICE_CHUNK:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


async def _line_counts(tx: Transaction, bills: Iterable[Bill]) -> dict[UUID, int]:
    rows = await tx.connection.fetch(
        "SELECT invoice_id, count(*) AS lines FROM billable_line WHERE organisation_id = $1 AND invoice_id = ANY($2)"
        " GROUP BY invoice_id",
        *(tx.organisation_id, [bill.id for bill in bills]),
    )
    return {row["invoice_id"]: row["lines"] for row in rows}


async def _take_turn(tx: Transaction) -> None:
    """Wait for the other runs of the organisation, until this transaction ends: chunks of two runs alternate."""
    await tx.connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended('bill run ' || $1, 0))", str(tx.organisation_id)
    )


async def _count(tx: Transaction, run_id: UUID, *, lines: int = 0, invoices: int = 0) -> None:
    await tx.connection.execute(
        "UPDATE bill_run SET lines = lines + $3, invoices = invoices + $4 WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, run_id, lines, invoices),
    )
