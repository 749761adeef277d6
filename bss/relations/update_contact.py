"""Write a contact anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import UniqueViolationError

from bss.permission import Permission
from bss.refusal import Conflict, InvalidInput, NotFound, WrongState
from bss.relations.contact import contact_problems
from bss.relations.opened import opened
from bss.relations.rows import CONTACTS
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class UpdateContact:
    """The contact as it is to be: what is left out is empty."""

    contact_id: UUID
    name: str
    role: str = ""
    email: str = ""
    phone: str = ""
    is_primary: bool = False


@command("updateContact", requires=Permission.RELATION_MANAGE, refuses=(NotFound, WrongState))
async def update_contact(tx: Transaction, request: UpdateContact, now: datetime) -> Outcome:
    """Write a contact anew; a removed one stays as it was."""
    contact = await opened(tx, CONTACTS, request.contact_id, path="contactId")
    if contact.removed_at is not None:
        raise WrongState("One cannot change a contact that is removed.", ("contactId",))
    texts = tuple(text.strip() for text in (request.name, request.role, request.email, request.phone))
    if problems := contact_problems(*texts):
        raise InvalidInput(problems)
    try:
        await tx.connection.execute(
            "UPDATE contact SET name = $3, role = $4, email = $5, phone = $6, is_primary = $7"
            " WHERE organisation_id = $1 AND id = $2",
            *(tx.organisation_id, contact.id, *texts, request.is_primary),
        )
    except UniqueViolationError as taken:
        raise Conflict("The account has another primary contact.", ("isPrimary",)) from taken
    return Outcome(contact.id)
