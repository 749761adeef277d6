"""Change what an account is called and how it is reached."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from bss.organisations.account import Account
from bss.organisations.account_problems import own_text_problems
from bss.organisations.open_account import open_account
from bss.outbox.event import EventName
from bss.outbox.record import record
from bss.permission import Permission
from bss.refusal import Conflict, InvalidInput, LockedField, NotFound
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class UpdateAccount:
    """New texts of an account; what is None stays, and an empty text empties the field. A name is never empty."""

    account_id: UUID
    name: str | None = None
    accounting_number: str | None = None
    email: str | None = None
    billing_address: str | None = None
    legal_address: str | None = None
    expected_version: int | None = None


@command("updateAccount", requires=Permission.ACCOUNT_MANAGE, refuses=(NotFound, LockedField))
async def update_account(tx: Transaction, request: UpdateAccount, now: datetime) -> Outcome:
    """Change the name, numbers and addresses of an account; what crosses a link follows in the distributor's books."""
    account = await open_account(tx, request.account_id, expected_version=request.expected_version)
    texts = _texts(request, account)
    if problems := own_text_problems(*texts):
        raise InvalidInput(problems)
    try:
        await tx.connection.execute(
            "UPDATE account SET name = $3, accounting_number = $4, email = $5, billing_address = $6,"
            " legal_address = $7, version = version + 1 WHERE organisation_id = $1 AND id = $2",
            *(tx.organisation_id, account.id, *texts),
        )
    except asyncpg.UniqueViolationError as taken:
        raise Conflict("An account with this accounting number exists already.", ("accountingNumber",)) from taken
    await record(tx, EventName.ACCOUNT_CHANGED, account.id, now=now)
    return Outcome(account.id)


def _texts(request: UpdateAccount, account: Account) -> tuple[str, str, str, str, str]:
    return (
        account.name if request.name is None else request.name.strip(),
        account.accounting_number if request.accounting_number is None else request.accounting_number.strip(),
        account.email if request.email is None else request.email.strip(),
        account.billing_address if request.billing_address is None else request.billing_address,
        account.legal_address if request.legal_address is None else request.legal_address,
    )
