"""Correct an hour of usage, while no edge has closed the billing period in which it lies.

Stands here and not in `bss.metering`, because only invoicing knows what is closed.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bss.agreements.edge import Edge
from bss.agreements.past_terms import as_of
from bss.agreements.queries import former_terms
from bss.identifier import Kind, public
from bss.invoicing.bill_run import BillRunState
from bss.invoicing.open_periods import closed_by_run, issued_among
from bss.metering.correction import Correction, Subject, correct_hour, subject_of
from bss.period import Period
from bss.permission import Permission
from bss.rating.channel import channel_of
from bss.rating.line import invoice_id
from bss.refusal import Conflict, NotFound, Refusal
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


class PeriodClosed(Refusal):
    code = "PERIOD_CLOSED"
    meaning = "The billing period is closed on an edge, and what is closed does not change; the message names both."


@command("correctUsage", requires=Permission.USAGE_CORRECT, refuses=(NotFound, PeriodClosed))
async def correct_usage(tx: Transaction, request: Correction, now: datetime) -> Outcome:
    """Say what the quantity of an hour is, and why it was wrong; the hour gets its next revision."""
    subject = await subject_of(tx, request.subscription_id)
    for edge in await _edges(tx, subject, request.hour):
        await _refuse_closed(tx, edge, edge.period(request.hour))
    return Outcome(await correct_hour(tx, subject, request, now=now))


async def _edges(tx: Transaction, subject: Subject, hour: datetime) -> tuple[Edge, ...]:
    """The edges on which the hour is charged: where the account stood then, by the terms of that period."""
    channel = await channel_of(tx)
    supply = channel.supply(subject.offering_id)
    found = (*channel.selling(await _place(tx, subject, hour), hour), *(() if supply is None else (supply,)))
    past = await former_terms(tx.viewer, [edge.id for edge in found])
    return tuple(as_of(edge, past.get(edge.id, ()), hour) for edge in found)


async def _place(tx: Transaction, subject: Subject, at: datetime) -> str:
    """The path that the account had at the instant; before it existed, the first one is as good."""
    place: str | None = await tx.connection.fetchval(
        "SELECT b.place FROM account a JOIN account_placement b ON b.organisation_id = $1 AND b.account_id = a.id"
        " WHERE a.organisation_id = $1 AND a.path = $2 AND b.recorded_to IS NULL AND b.effective_from <= $3"
        " AND (b.effective_to IS NULL OR b.effective_to > $3)",
        *(tx.organisation_id, subject.path, at),
    )
    return place or subject.path


async def _refuse_closed(tx: Transaction, edge: Edge, period: Period) -> None:
    issued: UUID | None = invoice_id(edge, period)
    when = f"The billing period from {period.start:%Y-%m-%d %H:%MZ} to {period.end:%Y-%m-%d %H:%MZ}"
    if await issued_among(tx, [issued]) or await closed_by_run(tx, [edge], period):
        raise PeriodClosed(f"{when} is closed on the edge {public(Kind.EDGE, edge.id)}.", ("hour",))
    # What a run has rated and not issued yet would be issued without the correction.
    if await tx.connection.fetchval(
        "SELECT EXISTS (SELECT FROM bill_run WHERE organisation_id = $1 AND until >= $2 AND state = $3)",
        *(tx.organisation_id, period.end, BillRunState.REQUESTED.value),
    ):
        raise Conflict(f"{when} is being closed by a bill run; please try again.", ("hour",))
