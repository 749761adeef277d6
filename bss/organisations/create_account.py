"""Create an account under another one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from bss.identifier import label, uuid7
from bss.organisations.account import Account, AccountClosed, AccountKind
from bss.organisations.account_problems import own_text_problems, place_problems
from bss.organisations.models import AccountModel
from bss.organisations.place_account import place_account
from bss.organisations.queries import one
from bss.outbox.event import EventName
from bss.outbox.record import record
from bss.permission import Permission
from bss.refusal import Conflict, InvalidInput, LockedField, NotFound, Problem
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class CreateAccount:
    """A customer or a lite reseller under `parent_id`, or a reseller with its own BSS under the root."""

    parent_id: UUID
    kind: AccountKind
    name: str
    accounting_number: str = ""
    email: str = ""
    billing_address: str = ""
    legal_address: str = ""


@command("createAccount", requires=Permission.ACCOUNT_CREATE, refuses=(NotFound, LockedField, AccountClosed))
async def create_account(tx: Transaction, request: CreateAccount, now: datetime) -> Outcome:
    """Create an account; its path is its parent's with its own label."""
    parent = await one(tx.viewer, request.parent_id, path=("parentId",))
    parent.refuse_if_mirrored("An account below a mirrored account")
    parent.refuse_if_closed(("parentId",))
    if problems := _problems(request, parent):
        raise InvalidInput(problems)
    account_id = uuid7()
    path = f"{parent.path}{label(account_id)}."
    try:
        await AccountModel.create(
            using_db=tx.db,
            id=account_id,
            organisation_id=tx.organisation_id,
            path=path,
            parent_id=parent.id,
            kind=request.kind.value,
            name=request.name.strip(),
            accounting_number=request.accounting_number.strip(),
            email=request.email.strip(),
            billing_address=request.billing_address,
            legal_address=request.legal_address,
            created_at=now,
        )
    except IntegrityError as taken:
        raise Conflict("An account with this accounting number exists already.", ("accountingNumber",)) from taken
    await place_account(tx, account_id, parent.id, path, now)
    await record(tx, EventName.ACCOUNT_CHANGED, account_id, now=now)
    return Outcome(account_id)


def _problems(request: CreateAccount, parent: Account) -> tuple[Problem, ...]:
    named = (request.name.strip(), request.accounting_number.strip(), request.email.strip())
    texts = own_text_problems(*named, request.billing_address, request.legal_address)
    return (*texts, *place_problems(request.kind, parent))
