"""End one session, at once and for good."""

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
class EndSession:
    """The session to end."""

    session_id: UUID


@command("endSession", requires=Permission.SESSION_MANAGE, refuses=(NotFound,))
async def end_session(tx: Transaction, request: EndSession, now: datetime) -> Outcome:
    """End a session of the viewer's scope; ending it again changes nothing."""
    ended = await tx.connection.fetchval(
        f"UPDATE session SET ended_at = coalesce(ended_at, $4) WHERE {IN_SCOPE} AND id = $3 RETURNING id",
        *(tx.organisation_id, tx.viewer.path, request.session_id, now),
    )
    if ended is None:
        raise NotFound("session", ("sessionId",))
    return Outcome(request.session_id)
