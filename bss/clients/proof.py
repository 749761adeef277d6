"""Step: by what a client proves who it is, and whether the viewer may change that.

Owns: the making of secrets, and that nobody touches the client of a membership that allows more than they may do.
Does not own: the check of a proof (`server.identity`).
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from bss.access.grant import refuse_more
from bss.access.own_roles import role_named
from bss.clients.public_key import PublicKey
from bss.refusal import NotFound, WrongState
from bss.transaction.begin import Transaction
from bss.transaction.scope import IN_SCOPE


def new_secret() -> str:
    """A secret with 256 random bits, which a scanner of repositories knows by its first letters."""
    return f"bcs_{secrets.token_urlsafe(32)}"


def stored(keys: Iterable[PublicKey]) -> list[dict[str, Any]]:
    """Keys as a row keeps them."""
    return [dict(key.jwk) for key in keys]


async def held_client(tx: Transaction, client_id: UUID) -> UUID:
    """The id of a client of the viewer's scope that is not retired, held until the end of the transaction.

    Raises `NotFound`, `WrongState`, and `PermissionDenied` where its role allows more than the viewer may do.
    """
    row = await tx.connection.fetchrow(
        f"SELECT id, membership_id, retired_at FROM client WHERE {IN_SCOPE} AND id = $3 FOR UPDATE",
        *(tx.organisation_id, tx.viewer.path, client_id),
    )
    if row is None:
        raise NotFound("client", ("clientId",))
    if row["retired_at"] is not None:
        raise WrongState("The client is retired.", ("clientId",))
    code = await tx.connection.fetchval(
        "SELECT role FROM membership WHERE organisation_id = $1 AND id = $2", tx.organisation_id, row["membership_id"]
    )
    role = await role_named(tx, code)
    refuse_more(tx.viewer, role.permissions if role else ())
    return client_id
