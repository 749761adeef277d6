"""Give somebody who is there already a role over another account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from bss.access.grant import grantable
from bss.access.models import MembershipModel
from bss.organisations.queries import one
from bss.permission import Permission
from bss.refusal import Conflict, LockedField, NotFound
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command
from bss.transaction.scope import IN_SCOPE


@dataclass(frozen=True)
class AddMembership:
    """A person or API client of the viewer's scope, and the role over an account of that scope."""

    person_id: UUID
    account_id: UUID
    role: str


@command("addMembership", requires=Permission.PERSON_MANAGE, refuses=(NotFound, LockedField))
async def add_membership(tx: Transaction, request: AddMembership, now: datetime) -> Outcome:
    """Give a person a role over one more account; what they may do elsewhere stays as it is."""
    account = await one(tx.viewer, request.account_id, path=("accountId",))
    account.refuse_if_mirrored("Access to this account")
    person_id = await tx.connection.fetchval(
        f"SELECT id FROM person WHERE {IN_SCOPE} AND id = $3", *(tx.organisation_id, tx.viewer.path, request.person_id)
    )
    if person_id is None:
        raise NotFound("person", ("personId",))
    await grantable(tx, request.role, account)
    try:
        made = await MembershipModel.create(
            using_db=tx.db,
            organisation_id=tx.organisation_id,
            path=account.path,
            person_id=person_id,
            account_id=account.id,
            role=request.role,
        )
    except IntegrityError as had:
        raise Conflict("This person has the role over the account already.", ("role",)) from had
    return Outcome(made.id)
