"""A bill run: close every billing period that ended by an instant, on every edge of the organisation.

Owns: the order of the periods, the run's state and what it could not do. Does not own: which periods are open
(`bss.invoicing.open_periods`), or closing one (`bss.invoicing.close_period`).

A run that was killed begins again and finds what it wrote; of two runs at once one finds what the other wrote.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bss.identifier import uuid7
from bss.invoicing.close_period import Closing, Say
from bss.invoicing.open_periods import open_periods
from bss.outbox.event import EventName
from bss.outbox.record import record
from bss.permission import Permission
from bss.rating.channel import channel_of
from bss.rating.issue import Issue
from bss.rating.line import invoice_id
from bss.refusal import InvalidInput, NotFound, Problem, Refusal
from bss.transaction.begin import Transaction, begin, reading
from bss.transaction.command import Outcome, command
from bss.transaction.database import Role
from bss.viewer import Viewer


class BillRunState(StrEnum):
    """Requested → done; or parked, when Bill-Tos are left without an invoice, and resumed from there."""

    REQUESTED = "requested"
    PARKED = "parked"
    DONE = "done"


class BillRunIncomplete(Refusal):
    code = "BILL_RUN_INCOMPLETE"
    meaning = "Some Bill-Tos got no invoice; every reason is listed, and all others were invoiced."

    def __init__(self, issues: Iterable[Issue]) -> None:
        self.issues = tuple(issues)
        super().__init__("; ".join(str(issue) for issue in self.issues))

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(Problem((), str(issue)) for issue in self.issues)


@dataclass(frozen=True)
class RequestBillRun:
    """Close every billing period that ended by `until`, which is not in the future."""

    until: datetime


@command("requestBillRun", requires=Permission.BILL_RUN)
async def request_bill_run(tx: Transaction, request: RequestBillRun, now: datetime) -> Outcome:
    """Ask for a bill run; it is done by a job. Only staff over the whole organisation may: it closes all books."""
    if request.until > now:
        raise InvalidInput.at("until", "A period can be closed when it has ended, not before.")
    run_id = uuid7()
    await tx.connection.execute(
        "INSERT INTO bill_run (id, organisation_id, until, state, lines, invoices, created_at)"
        " VALUES ($1, $2, $3, $4, 0, 0, $5)",
        *(run_id, tx.organisation_id, request.until, BillRunState.REQUESTED.value, now),
    )
    await record(tx, EventName.BILL_RUN_REQUESTED, run_id, now=now)
    return Outcome(run_id)


def _silent(_sentence: str) -> None:
    return None


async def run(viewer: Viewer, run_id: UUID, *, now: datetime, say: Say = _silent) -> None:
    """Do the run, or what is left of it. Raises `BillRunIncomplete` after everything that could be done is done."""
    viewer.require(Permission.BILL_RUN)
    async with reading(viewer) as tx:
        asked = await tx.connection.fetchrow(
            "SELECT until, state FROM bill_run WHERE organisation_id = $1 AND id = $2", tx.organisation_id, run_id
        )
        if asked is None:
            raise NotFound("bill run")
        if asked["state"] == BillRunState.DONE:
            return
        periods = await open_periods(tx, asked["until"])
        channel = await channel_of(tx)
    issues: list[Issue] = []
    open_since: dict[UUID, datetime] = {}
    for open_period in periods:
        closing = Closing(viewer, run_id, open_period, now, say, dict(open_since))
        found = await closing.rate(channel)
        invoices = {edge.id: invoice_id(edge, open_period.period) for edge in open_period.edges}
        # An edge closes its periods in order: what was billed before is known when the next one is billed.
        blocked = {issue.invoice_id for issue in found} | {invoices[edge] for edge in invoices if edge in open_since}
        await closing.issue(blocked)
        for edge_id, bill in invoices.items():
            if bill in blocked:
                open_since.setdefault(edge_id, open_period.period.start)
        issues += found
    await _conclude(viewer, run_id, BillRunState.PARKED if issues else BillRunState.DONE, now)
    if issues:
        raise BillRunIncomplete(issues)


async def _conclude(viewer: Viewer, run_id: UUID, state: BillRunState, now: datetime) -> None:
    async with begin(viewer, role=Role.BULK) as tx:
        await tx.connection.execute(
            "UPDATE bill_run SET state = $3, finished_at = $4"
            " WHERE organisation_id = $1 AND id = $2 AND state <> 'done'",
            *(tx.organisation_id, run_id, state.value, now),
        )
