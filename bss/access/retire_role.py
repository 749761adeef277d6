"""Retire a role of the organisation's own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.access.own_roles import held_role
from bss.permission import Permission
from bss.refusal import NotFound, WrongState
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class RetireRole:
    """The role that nobody is given any more."""

    role_id: UUID


@command("retireRole", requires=Permission.ROLE_MANAGE, refuses=(NotFound, WrongState))
async def retire_role(tx: Transaction, request: RetireRole, now: datetime) -> Outcome:
    """Retire a role of the organisation's own that nobody has any more; its code is not used again."""
    found = await held_role(tx, request.role_id)
    having = await tx.connection.fetchval(
        "SELECT count(*) FROM membership WHERE organisation_id = $1 AND role = $2 AND ended_at IS NULL",
        *(tx.organisation_id, found.role.code),
    )
    if having:
        raise WrongState(f"The role is had by {having}; give them another one first.", ("roleId",))
    delegated = await tx.connection.fetchval(
        "SELECT count(*) FROM delegation WHERE organisation_id = $1 AND role = $2 AND ended_at IS NULL"
        " AND ends_at > $3",
        *(tx.organisation_id, found.role.code, now),
    )
    if delegated:
        raise WrongState(f"The role is delegated by {delegated}; end that first.", ("roleId",))
    await tx.connection.execute(
        "UPDATE role SET retired_at = $3, version = version + 1 WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, found.id, now),
    )
    return Outcome(found.id)
