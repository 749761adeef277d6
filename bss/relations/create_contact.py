"""Note a contact of an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from bss.identifier import uuid7
from bss.permission import Permission
from bss.refusal import Conflict, InvalidInput, NotFound
from bss.relations.contact import contact_problems
from bss.relations.models import ContactModel
from bss.relations.opened import account_noted
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class CreateContact:
    """A person at an account; `role` is text, such as "buys the licences"."""

    account_id: UUID
    name: str
    role: str = ""
    email: str = ""
    phone: str = ""
    is_primary: bool = False


@command("createContact", requires=Permission.RELATION_MANAGE, refuses=(NotFound,))
async def create_contact(tx: Transaction, request: CreateContact, now: datetime) -> Outcome:
    """Note a contact of an account, mirrored or not. Nobody is told, and nobody gets access."""
    account = await account_noted(tx, request.account_id)
    name, role, email, phone = (text.strip() for text in (request.name, request.role, request.email, request.phone))
    if problems := contact_problems(name, role, email, phone):
        raise InvalidInput(problems)
    contact_id = uuid7()
    try:
        await ContactModel.create(
            using_db=tx.db,
            id=contact_id,
            organisation_id=tx.organisation_id,
            path=account.path,
            account_id=account.id,
            name=name,
            role=role,
            email=email,
            phone=phone,
            is_primary=request.is_primary,
            created_at=now,
            created_by=tx.viewer.actor_name,
        )
    except IntegrityError as taken:
        raise Conflict("The account has another primary contact.", ("isPrimary",)) from taken
    return Outcome(contact_id)
