"""Revoke one access token before it ends by itself.

Owns: the note that a token is worth nothing any more, kept until it would have ended. It is in the database and not in
the queue's server, which may be emptied at any moment. Does not own: who may revoke what (`server.http.oauth`).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bss.canonical import digest
from bss.clients.standing import Standing
from bss.transaction.audit import audit
from bss.transaction.begin import begin, reading


async def revoke_access(standing: Standing, token_id: UUID, *, ends_at: datetime, now: datetime) -> None:
    """Note that the client's token is revoked; to say it again changes nothing. What has ended is forgotten."""
    async with begin(standing.viewer) as tx:
        await tx.connection.execute(
            "DELETE FROM revoked_access WHERE organisation_id = $1 AND ends_at <= $2", tx.organisation_id, now
        )
        written = await tx.connection.execute(
            "INSERT INTO revoked_access (id, organisation_id, ends_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING",
            *(token_id, tx.organisation_id, ends_at),
        )
        if written.endswith(" 1"):
            name = "revokeAccess"
            what = digest({"token": token_id})
            await audit(tx, operation=name, object_id=standing.client_id, input_digest=what, key=None, now=now)


async def is_revoked(standing: Standing, token_id: UUID) -> bool:
    """Whether the client's token was revoked."""
    async with reading(standing.viewer) as tx:
        statement = "SELECT EXISTS (SELECT FROM revoked_access WHERE organisation_id = $1 AND id = $2)"
        return bool(await tx.connection.fetchval(statement, tx.organisation_id, token_id))
