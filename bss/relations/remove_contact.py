"""Take a contact off an account's list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.permission import Permission
from bss.refusal import NotFound
from bss.relations.opened import opened
from bss.relations.rows import CONTACTS
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class RemoveContact:
    """The contact to take off the list."""

    contact_id: UUID


@command("removeContact", requires=Permission.RELATION_MANAGE, refuses=(NotFound,))
async def remove_contact(tx: Transaction, request: RemoveContact, now: datetime) -> Outcome:
    """Take a contact off the list, and keep it for history; removing it again changes nothing."""
    contact = await opened(tx, CONTACTS, request.contact_id, path="contactId")
    await tx.connection.execute(
        "UPDATE contact SET removed_at = coalesce(removed_at, $3) WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, contact.id, now),
    )
    return Outcome(contact.id)
