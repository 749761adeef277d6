"""End somebody's access to an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.access.grant import OWNER, refuse_last_owner, running_membership
from bss.permission import Permission
from bss.refusal import NotFound, WrongState
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class EndMembership:
    """The membership that ends now."""

    membership_id: UUID


@command("endMembership", requires=Permission.PERSON_MANAGE, refuses=(NotFound, WrongState))
async def end_membership(tx: Transaction, request: EndMembership, now: datetime) -> Outcome:
    """End a membership, and its tokens with it, at once and for good. The last owner stays."""
    membership = await running_membership(tx, request.membership_id)
    if membership.role == OWNER:
        await refuse_last_owner(tx, membership)
    await tx.connection.execute(
        "WITH ended AS (UPDATE membership SET ended_at = $3 WHERE organisation_id = $1 AND id = $2)"
        " UPDATE api_token SET revoked_at = $3 WHERE organisation_id = $1 AND membership_id = $2"
        " AND revoked_at IS NULL",
        *(tx.organisation_id, membership.id, now),
    )
    return Outcome(membership.id)
