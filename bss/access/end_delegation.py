"""End a delegation before its end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.permission import Permission
from bss.refusal import NotFound, WrongState
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command
from bss.transaction.scope import IN_SCOPE


@dataclass(frozen=True)
class EndDelegation:
    """The delegation that ends now."""

    delegation_id: UUID


@command("endDelegation", requires=Permission.DELEGATION_MANAGE, refuses=(NotFound, WrongState))
async def end_delegation(tx: Transaction, request: EndDelegation, now: datetime) -> Outcome:
    """End a delegation, at once and for good.

    Whoever administers the account may, whoever gave the delegation and whatever it allows: to end takes nothing that
    the account's own people would need.
    """
    row = await tx.connection.fetchrow(
        f"SELECT ends_at, ended_at FROM delegation WHERE {IN_SCOPE} AND id = $3 FOR UPDATE",
        *(tx.organisation_id, tx.viewer.path, request.delegation_id),
    )
    if row is None:
        raise NotFound("delegation", ("delegationId",))
    if row["ended_at"] is not None or row["ends_at"] <= now:
        raise WrongState("The delegation has ended.", ("delegationId",))
    await tx.connection.execute(
        "UPDATE delegation SET ended_at = $3 WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, request.delegation_id, now),
    )
    return Outcome(request.delegation_id)
