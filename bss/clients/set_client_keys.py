"""Replace the public keys of an API client."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson

from bss.clients.proof import held_client, stored
from bss.clients.public_key import PublicKey
from bss.permission import Permission
from bss.refusal import NotFound, WrongState
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class SetClientKeys:
    """All keys that the client has from now on, at least one."""

    client_id: UUID
    keys: tuple[PublicKey, ...]


@command("setClientKeys", requires=Permission.CLIENT_MANAGE, refuses=(NotFound, WrongState))
async def set_client_keys(tx: Transaction, request: SetClientKeys, now: datetime) -> Outcome:
    """Replace a client's public keys; those left out, or its secret, prove nothing from now on."""
    client_id = await held_client(tx, request.client_id)
    await tx.connection.execute(
        "UPDATE client SET secret_hash = NULL, keys = $3 WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, client_id, orjson.dumps(stored(request.keys)).decode()),
    )
    return Outcome(client_id)
