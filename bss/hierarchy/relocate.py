"""Step: put an account, with all that is below it, under another parent; what a move here and one by sync share.

Owns: the order of the writes. Does not own: whether the account may stand there (the command; `sync`). The caller is
alone in the organisation (`begin`).
"""

from __future__ import annotations

from datetime import datetime

from bss.access.hold_by_identity import end_strayed
from bss.agreements.end_edges import end_edges
from bss.hierarchy.rewrite_paths import rewrite_paths
from bss.identifier import label
from bss.organisations.account import Account
from bss.organisations.place_account import Removal, replace_accounts
from bss.transaction.begin import Transaction
from bss.transaction.scope import IN_SCOPE


async def relocate(
    tx: Transaction, account: Account, parent: Account, at: datetime, *, replaced: bool, now: datetime
) -> None:
    """Write the new parent, the history, every copy of the path, and the end of the edges that do not go along."""
    removal = Removal(account.id, parent.id, account.path, f"{parent.path}{label(account.id)}.", at)
    await replace_accounts(tx, removal, now=now)
    await tx.connection.execute(
        "UPDATE account SET parent_id = $3, version = version + 1 WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, account.id, parent.id),
    )
    await rewrite_paths(tx, removal.old_path, removal.new_path)
    await end_strayed(tx, removal.new_path, now)
    await end_edges(tx, account.id, removal.new_path, at, replaced=replaced)


async def depth_below(tx: Transaction, account: Account) -> int:
    """How many accounts stand one below the other from the account on, itself included."""
    deepest: int = await tx.connection.fetchval(
        f"SELECT max(length(path) - length(replace(path, '.', ''))) FROM account WHERE {IN_SCOPE}",
        *(tx.organisation_id, account.path),
    )
    return deepest - account.path.count(".") + 1
