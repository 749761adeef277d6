"""Send again what the other organisation refused.

Owns: the way from parked back to pending. Does not own: why it was refused, or that newer versions have replaced it,
which sending finds out (`sync.deliver`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.jobs.enqueue import enqueue
from bss.jobs.job import JobKind
from bss.permission import Permission
from bss.refusal import NotFound, WrongState
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command
from sync.link import Link


@dataclass(frozen=True)
class ResumeOutbound:
    """Send one parked message of a link again."""

    outbound_id: UUID


@command("resumeOutbound", requires=Permission.LINK_MANAGE, refuses=(NotFound, WrongState))
async def resume_outbound(tx: Transaction, request: ResumeOutbound, now: datetime) -> Outcome:
    """Send a message again that the other organisation refused; it becomes a new message with the same state."""
    row = await tx.connection.fetchrow(
        "SELECT link_id, state FROM outbound WHERE organisation_id = $1 AND id = $2 FOR UPDATE",
        *(tx.organisation_id, request.outbound_id),
    )
    if row is None:
        raise NotFound("message", ("outboundId",))
    if row["state"] != "parked":
        raise WrongState(f"The message is {row['state']}, not parked.", ("outboundId",))
    await tx.connection.execute(
        "UPDATE outbound SET state = 'pending', sequence = NULL, reason = NULL WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, request.outbound_id),
    )
    await enqueue(tx, JobKind.SYNC_DELIVER, str(row["link_id"]), now=now)
    return Outcome(request.outbound_id)


async def resume_all(tx: Transaction, link: Link, now: datetime) -> None:
    """Send everything of the desired half again that is parked on the link: what it lacked may be there now."""
    resumed = await tx.connection.fetch(
        "UPDATE outbound SET state = 'pending', sequence = NULL, reason = NULL WHERE organisation_id = $1"
        " AND link_id = $2 AND state = 'parked' AND subject IN ('account', 'subscription') RETURNING id",
        *(tx.organisation_id, link.id),
    )
    if resumed:
        await enqueue(tx, JobKind.SYNC_DELIVER, str(link.id), now=now)
