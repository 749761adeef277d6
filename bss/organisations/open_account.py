"""Step: open a stored account of the organisation's own for a change.

Owns: the row lock, and the refusals that changes have in common; in this order: not there, another organisation's,
changed by somebody else first. Does not own: the change (the commands).
"""

from __future__ import annotations

from uuid import UUID

from bss.organisations.account import Account
from bss.organisations.queries import ACCOUNT_COLUMNS, account_of
from bss.refusal import Conflict, NotFound
from bss.transaction.begin import Transaction
from bss.transaction.scope import IN_SCOPE


async def open_account(tx: Transaction, account_id: UUID, *, expected_version: int | None) -> Account:
    """Lock the account until the commit. Others who change it wait, and then see what was written.

    Raises `NotFound`, `LockedField`, and `Conflict` when `expected_version` is given and is not the stored one.
    """
    row = await tx.connection.fetchrow(
        f"SELECT {ACCOUNT_COLUMNS} FROM account WHERE {IN_SCOPE} AND id = $3 FOR UPDATE",
        *(tx.organisation_id, tx.viewer.path, account_id),
    )
    if row is None:
        raise NotFound("account", ("accountId",))
    account = account_of(row)
    account.refuse_if_mirrored(f"The account {account.name!r}")
    if expected_version not in (None, account.version):
        raise Conflict(f"The account is at version {account.version}, not {expected_version}.", ("expectedVersion",))
    return account
