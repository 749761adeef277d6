"""Retire an API client."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.clients.proof import held_client
from bss.permission import Permission
from bss.refusal import NotFound, WrongState
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class RetireClient:
    """The client that ends now."""

    client_id: UUID


@command("retireClient", requires=Permission.CLIENT_MANAGE, refuses=(NotFound, WrongState))
async def retire_client(tx: Transaction, request: RetireClient, now: datetime) -> Outcome:
    """Retire a client, and its tokens with it, at once and for good; its membership stays."""
    client_id = await held_client(tx, request.client_id)
    await tx.connection.execute(
        "UPDATE client SET retired_at = $3 WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, client_id, now),
    )
    return Outcome(client_id)
