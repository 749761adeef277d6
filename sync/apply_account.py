"""Step at the distributor: make a mirror of a reseller's account, or bring it up to date.

Owns: the mirrored account's row, and its place; it runs as the only role that may write one. Does not own:
accounts of the organisation's own (`bss.organisations`).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bss.hierarchy.relocate import depth_below, relocate
from bss.identifier import label
from bss.organisations.account import Account, AccountKind
from bss.organisations.account_problems import MOST_DEPTH, place_problems
from bss.organisations.place_account import place_account
from bss.organisations.queries import one
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


class AccountKindChanged(Refusal):
    code = "SYNC_ACCOUNT_KIND_CHANGED"
    meaning = "The reseller changed the account's kind; a mirror stays what it was made."


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
        await _update(tx, link, pair.local_id, parent, document, now)
    await pairs.applied(tx, pair, message.version, now=now)
    await record(tx, EventName.ACCOUNT_CHANGED, pair.local_id, now=now)
    return pair.local_id


async def _create(
    tx: Transaction, link: Link, account_id: UUID, parent: Account, document: AccountDocument, now: datetime
) -> None:
    path = f"{parent.path}{label(account_id)}."
    await tx.connection.execute(
        "INSERT INTO account (id, organisation_id, path, parent_id, kind, name, accounting_number, email,"
        " billing_address, mirrored, managed_by, version, created_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, true, $10, 1, $11)",
        *(account_id, tx.organisation_id, path, parent.id, document.kind.value),
        *(document.name, document.accounting_number, document.email, document.billing_address),
        *(link.peer_name, now),
    )
    await place_account(tx, account_id, parent.id, path, now)


async def _update(
    tx: Transaction, link: Link, account_id: UUID, parent: Account, document: AccountDocument, now: datetime
) -> None:
    account = await one(tx.viewer, account_id)
    if account.kind is not document.kind:
        raise AccountKindChanged(f"{document.name} is a {account.kind} here.")
    if account.parent_id != parent.id:
        if parent.path.startswith(account.path):
            raise AccountMisplaced(f"{document.name} cannot stand under itself or what is below it.")
        if parent.path.count(".") + await depth_below(tx, account) > MOST_DEPTH:
            raise AccountMisplaced(f"A tree of accounts is at most {MOST_DEPTH} deep.")
        # The reseller's own edges never cross: the mirror has none, and is charged on the reseller's as before.
        await relocate(tx, account, parent, now, replaced=False, now=now)
    await tx.connection.execute(
        "UPDATE account SET name = $3, accounting_number = $4, email = $5, billing_address = $6,"
        " managed_by = $7, version = version + 1 WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, account_id, document.name, document.accounting_number, document.email),
        *(document.billing_address, link.peer_name),
    )
