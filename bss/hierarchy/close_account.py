"""Close an account in which nothing is in service any more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.identifier import Kind, public
from bss.organisations.account import Account, AccountClosed, AccountKind
from bss.organisations.open_account import open_account
from bss.permission import Permission
from bss.refusal import InvalidInput, LockedField, NotFound, Problem, Refusal
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command

MOST_NAMED = 200
"""Of what is still open; beyond it, mending these first shows the rest."""


class AccountStillOpen(Refusal):
    code = "ACCOUNT_STILL_OPEN"
    meaning = "Accounts or subscriptions in the account or below it have not ended; each is named."

    def __init__(self, account: Account, names: Iterable[str]) -> None:
        self._names = tuple(names)
        super().__init__(f"Still open in {account.name}: {', '.join(self._names)}.", ("accountId",))

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(Problem(self.path, f"{name} is still open.") for name in self._names)


@dataclass(frozen=True)
class CloseAccount:
    """The account, which may be closed when everything in it and below it has ended."""

    account_id: UUID
    expected_version: int | None = None


@command(
    "closeAccount",
    requires=Permission.ACCOUNT_MANAGE,
    refuses=(NotFound, LockedField, AccountClosed, AccountStillOpen),
    alone=True,
)
async def close_account(tx: Transaction, request: CloseAccount, now: datetime) -> Outcome:
    """Close an account: nothing new begins there, its history stays, and its open periods are still billed."""
    account = await open_account(tx, request.account_id, expected_version=request.expected_version)
    if account.kind is AccountKind.ROOT:
        raise InvalidInput.at("accountId", "The root account is open as long as the organisation is.")
    account.refuse_if_closed(("accountId",))
    names = [*await _open_accounts(tx, account), *await _open_subscriptions(tx, account, now)]
    if names:
        raise AccountStillOpen(account, names[:MOST_NAMED])
    await tx.connection.execute(
        "UPDATE account SET closed_at = $3, version = version + 1 WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, account.id, now),
    )
    return Outcome(account.id)


async def _open_accounts(tx: Transaction, account: Account) -> list[str]:
    rows = await tx.connection.fetch(
        "SELECT id, name FROM account WHERE organisation_id = $1 AND path > $2 AND path < $2 || '~'"
        f" AND closed_at IS NULL ORDER BY path LIMIT {MOST_NAMED}",
        *(tx.organisation_id, account.path),
    )
    return [f"the account {row['name']} ({public(Kind.ACCOUNT, row['id'])})" for row in rows]


async def _open_subscriptions(tx: Transaction, account: Account, now: datetime) -> list[str]:
    """What is not cancelled, or is cancelled to an instant that is to come; what never began has no such instant."""
    rows = await tx.connection.fetch(
        "SELECT id, name FROM subscription WHERE organisation_id = $1 AND path >= $2 AND path < $2 || '~'"
        " AND NOT (state = 'cancelled' AND (ends_at <= $3 OR ends_at = starts_at))"
        f" ORDER BY path, id LIMIT {MOST_NAMED}",
        *(tx.organisation_id, account.path, now),
    )
    return [f"the subscription {row['name']} ({public(Kind.SUBSCRIPTION, row['id'])})" for row in rows]
