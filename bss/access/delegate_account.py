"""Let another account's people act for an account, until an end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.access.delegation import delegation_problems
from bss.access.grant import grantable
from bss.access.models import DelegationModel
from bss.organisations.queries import one
from bss.permission import Permission
from bss.refusal import InvalidInput, LockedField, NotFound
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class DelegateAccount:
    """The account, whose people may act for it, with which role, why, and from when (None: now) until when."""

    account_id: UUID
    to_account_id: UUID
    role: str
    reason: str
    ends_at: datetime
    starts_at: datetime | None = None


@command("delegateAccount", requires=Permission.DELEGATION_MANAGE, refuses=(NotFound, LockedField))
async def delegate_account(tx: Transaction, request: DelegateAccount, now: datetime) -> Outcome:
    """Let the people of another account act for an account, with a role, until an end; neither may be mirrored."""
    account = await one(tx.viewer, request.account_id, path=("accountId",))
    account.refuse_if_mirrored("Access to this account")
    to = await one(tx.viewer, request.to_account_id, path=("toAccountId",))
    to.refuse_if_mirrored("What the people of this account may do")
    if account.id == to.id:
        raise InvalidInput.at("toAccountId", "An account's own people need no delegation.")
    starts_at = request.starts_at or now
    if problems := tuple(delegation_problems(request.reason.strip(), starts_at, request.ends_at, now)):
        raise InvalidInput(problems)
    role = await grantable(tx, request.role, to)
    made = await DelegationModel.create(
        using_db=tx.db,
        organisation_id=tx.organisation_id,
        path=account.path,
        account_id=account.id,
        to_account_id=to.id,
        role=role.code,
        reason=request.reason.strip(),
        starts_at=starts_at,
        ends_at=request.ends_at,
        granted_by=tx.viewer.actor_id,
        granted_by_name=tx.viewer.actor_name,
        created_at=now,
    )
    return Outcome(made.id)
