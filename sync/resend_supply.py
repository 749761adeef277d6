"""Send a reseller its terms again, for one that has put another offering of the distributor on sale."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.jobs.enqueue import enqueue
from bss.jobs.job import JobKind
from bss.permission import Permission
from bss.refusal import NotFound
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class ResendSupply:
    """A link that this organisation joined as the distributor."""

    link_id: UUID


@command("resendSupply", requires=Permission.LINK_MANAGE, refuses=(NotFound,))
async def resend_supply(tx: Transaction, request: ResendSupply, now: datetime) -> Outcome:
    """Send the terms of the reseller's edge again, with all prices of its list."""
    price_list_id = await tx.connection.fetchval(
        "SELECT e.price_list_id FROM link l JOIN edge e ON e.organisation_id = $1 AND e.kind = 'selling'"
        " AND e.valid_to IS NULL"
        " AND e.buyer_account_id = l.account_id WHERE l.organisation_id = $1 AND l.id = $2 AND l.side = 'distributor'",
        *(tx.organisation_id, request.link_id),
    )
    if price_list_id is None:
        raise NotFound("link", ("linkId",))
    await enqueue(tx, JobKind.SYNC_CAPTURE_SUPPLY, str(price_list_id), now=now)
    return Outcome(request.link_id)
