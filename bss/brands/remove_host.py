"""Remove a host, by the operator of the installation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bss.permission import Permission
from bss.refusal import NotFound
from bss.signing.end_at_host import end_at_host
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command
from bss.transaction.scope import IN_SCOPE


@dataclass(frozen=True)
class RemoveHost:
    """The host's name."""

    name: str


@command("removeHost", requires=Permission.ORGANISATION_OPEN, refuses=(NotFound,))
async def remove_host(tx: Transaction, request: RemoveHost, now: datetime) -> Outcome:
    """Remove a host; who is signed in there is so no longer, and the name may be given to others."""
    removed = await tx.connection.fetchval(
        f"DELETE FROM host WHERE {IN_SCOPE} AND name = $3 RETURNING id",
        *(tx.organisation_id, tx.viewer.path, request.name),
    )
    if removed is None:
        raise NotFound("host", ("name",))
    await tx.connection.execute("SELECT directory_forget_host($1, $2)", request.name, tx.organisation_id)
    await end_at_host(tx, request.name, now)
    return Outcome(removed)
