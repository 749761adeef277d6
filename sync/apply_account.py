"""Step at the distributor: make a mirror of a reseller's account, or bring it up to date.

Owns: the mirrored account's row; it runs as the only role that may write one. Does not own: accounts of the
organisation's own (`bss.organisations`).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bss.identifier import label
from bss.organisations.account import Account, AccountKind
from bss.organisations.account_problems import place_problems
from bss.outbox.event import EventName
from bss.outbox.record import record
from bss.refusal import Refusal
from bss.transaction.begin import Transaction
from sync import pair as pairs
from sync.counterpart import mirrored_account
from sync.desired import AccountDocument
from sync.link import Link
from sync.message import BadShape, Message, Subject


class AccountMisplaced(Refusal):
    code = "SYNC_ACCOUNT_MISPLACED"
    meaning = "An account of this kind cannot stand where the reseller places it, or the tree would be too deep."


class AccountMoved(Refusal):
    code = "SYNC_ACCOUNT_MOVED"
    meaning = "The reseller moved the account or changed its kind; a mirror stays what and where it was made."


async def apply_account(tx: Transaction, link: Link, message: Message, now: datetime) -> UUID | None:
    """Write the account below its parent's mirror, or below the reseller's own account; None when it is stale."""
    document = AccountDocument.read(message.data)
    if document.kind is AccountKind.ROOT:
        raise BadShape("A root account does not cross.")
    pair = await pairs.adopted(tx, link.id, Subject.ACCOUNT, message.pair_id, now)
    if message.version <= pair.version:
        return None
    parent = await mirrored_account(tx, link, document.parent_pair_id)
    misplaced = place_problems(document.kind, parent)
    if misplaced:
        raise AccountMisplaced(" ".join(problem.message for problem in misplaced))
    if pair.version == 0:
        await _create(tx, link, pair.local_id, parent, document, now)
    else:
        await _update(tx, link, pair.local_id, parent, document)
    await pairs.applied(tx, pair, message.version)
    await record(tx, EventName.ACCOUNT_CHANGED, pair.local_id, now=now)
    return pair.local_id


async def _create(
    tx: Transaction, link: Link, account_id: UUID, parent: Account, document: AccountDocument, now: datetime
) -> None:
    await tx.connection.execute(
        "INSERT INTO account (id, organisation_id, path, parent_id, kind, name, accounting_number, email,"
        " billing_address, mirrored, managed_by, version, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, true, $10, 1, $11)",
        *(account_id, tx.organisation_id, f"{parent.path}{label(account_id)}.", parent.id, document.kind.value),
        *(document.name, document.accounting_number, document.email, document.billing_address),
        *(link.peer_name, now),
    )


async def _update(tx: Transaction, link: Link, account_id: UUID, parent: Account, document: AccountDocument) -> None:
    stayed = await tx.connection.fetchval(
        "UPDATE account SET name = $5, accounting_number = $6, email = $7, billing_address = $8,"
        " managed_by = $9, version = version + 1"
        " WHERE organisation_id = $1 AND id = $2 AND parent_id = $3 AND kind = $4 RETURNING true",
        *(tx.organisation_id, account_id, parent.id, document.kind.value, document.name),
        *(document.accounting_number, document.email, document.billing_address, link.peer_name),
    )
    if not stayed:
        raise AccountMoved(f"{document.name} has another place or kind here than at {link.peer_name}.")
