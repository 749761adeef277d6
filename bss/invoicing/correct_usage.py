"""Correct an hour of usage, while no edge has closed the billing period in which it lies.

Stands here and not in `bss.metering`, because only invoicing knows what is closed.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bss.agreements.edge import Edge
from bss.identifier import Kind, public
from bss.invoicing.bill_run import BillRunState
from bss.invoicing.channel import channel_around
from bss.invoicing.line import invoice_id
from bss.invoicing.open_periods import closed_by_run, issued_among
from bss.metering.correction import Correction, Subject, correct_hour, subject_of
from bss.period import Period, billing_period
from bss.permission import Permission
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
    for edge in await _edges(tx, subject):
        await _refuse_closed(tx, edge, billing_period(request.hour, day=edge.billing_day, zone=edge.zone))
    return Outcome(await correct_hour(tx, subject, request, now=now))


async def _edges(tx: Transaction, subject: Subject) -> tuple[Edge, ...]:
    """The edges on which the subscription is charged."""
    channel = await channel_around(tx, subject.path)
    supply = channel.supply(subject.offering_id)
    return (*channel.selling(subject.path), *(() if supply is None else (supply,)))


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
