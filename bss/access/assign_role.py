"""Give a membership another role."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from bss.access.grant import OWNER, grantable, refuse_last_owner, running_membership
from bss.organisations.queries import one
from bss.permission import Permission
from bss.refusal import Conflict, NotFound, WrongState
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command

_WHERE = ("membershipId",)


@dataclass(frozen=True)
class AssignRole:
    """The role that the membership has from now on, by its code."""

    membership_id: UUID
    role: str


@command("assignRole", requires=Permission.PERSON_MANAGE, refuses=(NotFound, WrongState))
async def assign_role(tx: Transaction, request: AssignRole, now: datetime) -> Outcome:
    """Give a membership another role; its tokens are worth the new one at once. The last owner stays."""
    membership = await running_membership(tx, request.membership_id)
    if membership.identity_id is not None:
        raise WrongState("A group at an identity provider gives this role: end it here, or change the rule.", _WHERE)
    role = await grantable(tx, request.role, await one(tx.viewer, membership.account_id))
    if membership.role == OWNER != role.code:
        await refuse_last_owner(tx, membership)
    try:
        await tx.connection.execute(
            "UPDATE membership SET role = $3 WHERE organisation_id = $1 AND id = $2",
            *(tx.organisation_id, membership.id, role.code),
        )
    except asyncpg.UniqueViolationError as had:
        raise Conflict("This person has the role over the account already.", ("role",)) from had
    return Outcome(membership.id)
