"""Revoke a bearer token, at once and for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.permission import Permission
from bss.refusal import NotFound
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command
from bss.transaction.scope import IN_SCOPE


@dataclass(frozen=True)
class RevokeToken:
    """The token to revoke."""

    token_id: UUID


@command("revokeToken", requires=Permission.TOKEN_CREATE, refuses=(NotFound,))
async def revoke_token(tx: Transaction, request: RevokeToken, now: datetime) -> Outcome:
    """Revoke a token of the viewer's scope; revoking it again changes nothing."""
    revoked = await tx.connection.fetchval(
        f"UPDATE api_token SET revoked_at = coalesce(revoked_at, $4) WHERE {IN_SCOPE} AND id = $3 RETURNING id",
        *(tx.organisation_id, tx.viewer.path, request.token_id, now),
    )
    if revoked is None:
        raise NotFound("token", ("tokenId",))
    return Outcome(request.token_id)
