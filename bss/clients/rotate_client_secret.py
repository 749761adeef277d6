"""Give an API client a new secret."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.access.admit import token_hash
from bss.clients.proof import held_client, new_secret
from bss.permission import Permission
from bss.refusal import NotFound, WrongState
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class RotateClientSecret:
    """The client whose secret, or whose keys, a new secret replaces."""

    client_id: UUID


@command("rotateClientSecret", requires=Permission.CLIENT_MANAGE, refuses=(NotFound, WrongState))
async def rotate_client_secret(tx: Transaction, request: RotateClientSecret, now: datetime) -> Outcome:
    """Give a client a new secret, shown once; its old one, or its keys, prove nothing from now on."""
    client_id = await held_client(tx, request.client_id)
    secret = new_secret()
    await tx.connection.execute(
        "UPDATE client SET secret_hash = $3, keys = '[]' WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, client_id, token_hash(secret)),
    )
    return Outcome(client_id, secret=secret)
