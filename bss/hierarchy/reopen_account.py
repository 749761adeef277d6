"""Reopen a closed account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.catalogue.from_above import rows_from_above
from bss.organisations.account import AccountClosed
from bss.organisations.open_account import open_account
from bss.permission import Permission
from bss.refusal import LockedField, NotFound, WrongState
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class ReopenAccount:
    """The closed account; its parent is open."""

    account_id: UUID
    expected_version: int | None = None


@command(
    "reopenAccount",
    requires=Permission.ACCOUNT_MANAGE,
    refuses=(NotFound, LockedField, AccountClosed, WrongState),
    alone=True,
)
async def reopen_account(tx: Transaction, request: ReopenAccount, now: datetime) -> Outcome:
    """Reopen an account: it may buy, sell and get accounts below it again."""
    account = await open_account(tx, request.account_id, expected_version=request.expected_version)
    if account.closed_at is None:
        raise WrongState(f"The account {account.name!r} is open.", ("accountId",))
    # The parent may lie above the viewer's scope; all that is said of it is that it is closed.
    closed = await rows_from_above(
        tx.viewer,
        "SELECT FROM account WHERE organisation_id = $1 AND id = $2 AND closed_at IS NOT NULL",
        *(tx.organisation_id, account.parent_id),
    )
    if closed:
        raise AccountClosed(f"The account above {account.name!r} is closed; reopen that one first.", ("accountId",))
    await tx.connection.execute(
        "UPDATE account SET closed_at = NULL, version = version + 1 WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, account.id),
    )
    return Outcome(account.id)
