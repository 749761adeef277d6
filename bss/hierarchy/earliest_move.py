"""Step: refuse a move as of an instant that is closed, or before which the account came to where it stands.

Owns: how far back a move may reach. Does not own: when a period is closed (`bss.invoicing.open_periods`).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bss.invoicing.bill_run import BillRunState
from bss.invoicing.open_periods import billed_through
from bss.organisations.account import Account, ancestor_paths
from bss.refusal import InvalidInput, WrongState
from bss.transaction.begin import Transaction


async def refuse_closed_past(tx: Transaction, account: Account, parent: Account, at: datetime) -> None:
    """Raise `InvalidInput` for an instant that some edge concerned has billed, or before the account's last move;
    `WrongState` while a bill run that is not done would close it.
    """
    arrived = await tx.connection.fetchval(
        "SELECT effective_from FROM account_placement"
        " WHERE organisation_id = $1 AND account_id = $2 AND recorded_to IS NULL AND effective_to IS NULL",
        *(tx.organisation_id, account.id),
    )
    if arrived is not None and at < arrived:
        raise InvalidInput.at("effectiveAt", f"{account.name} came to where it stands at {arrived:%Y-%m-%d %H:%MZ}.")
    billed = await billed_through(tx, await _edges_concerned(tx, account, parent))
    if billed is not None and at < billed:
        raise InvalidInput.at("effectiveAt", f"What was consumed before {billed:%Y-%m-%d %H:%MZ} is billed already.")
    unfinished = await tx.connection.fetchval(
        "SELECT EXISTS (SELECT FROM bill_run WHERE organisation_id = $1 AND state <> $2 AND until > $3)",
        *(tx.organisation_id, BillRunState.DONE.value, at),
    )
    if unfinished:
        raise WrongState("A bill run that covers this instant is not done.", ("effectiveAt",))


async def _edges_concerned(tx: Transaction, account: Account, parent: Account) -> list[UUID]:
    """The edges within the account, and those above it that are above only one of its two places."""
    old, new = ancestor_paths(account.path), ancestor_paths(parent.path)
    apart = set(old).symmetric_difference(new)
    rows = await tx.connection.fetch(
        "SELECT id FROM edge WHERE organisation_id = $1 AND kind = 'selling'"
        " AND (path = ANY($2) OR path >= $3 AND path < $3 || '~')",
        *(tx.organisation_id, list(apart), account.path),
    )
    return [row["id"] for row in rows]
