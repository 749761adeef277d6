"""Add a host to an account, by the operator of the installation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.brands.host import host_problem
from bss.brands.models import HostModel
from bss.organisations.queries import one
from bss.permission import Permission
from bss.refusal import Conflict, InvalidInput, LockedField, NotFound
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class AddHost:
    """Whose people come in at that name."""

    account_id: UUID
    name: str


@command("addHost", requires=Permission.ORGANISATION_OPEN, refuses=(NotFound, LockedField))
async def add_host(tx: Transaction, request: AddHost, now: datetime) -> Outcome:
    """Add a host; a name that somebody has, in whatever organisation, is taken."""
    if problem := host_problem(request.name):
        raise InvalidInput.at("name", problem)
    account = await one(tx.viewer, request.account_id, path=("accountId",))
    account.refuse_if_mirrored("A host of this account")
    host = HostModel(
        organisation_id=tx.organisation_id,
        path=account.path,
        account_id=account.id,
        name=request.name,
        added_at=now,
    )
    registered = await tx.connection.fetchval(
        "SELECT directory_register_host($1, $2, $3)", *(host.name, tx.organisation_id, host.id)
    )
    if not registered:
        raise Conflict("This host is taken.", ("name",))
    await host.save(using_db=tx.db, force_create=True)
    return Outcome(host.id)
