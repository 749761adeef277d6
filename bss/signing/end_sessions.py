"""End all sessions of a person, at once and for good."""

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
class EndSessions:
    """Whose sessions end."""

    person_id: UUID


@command("endSessions", requires=Permission.SESSION_MANAGE, refuses=(NotFound,))
async def end_sessions(tx: Transaction, request: EndSessions, now: datetime) -> Outcome:
    """End every session that a person of the viewer's scope has there; what began before now is over."""
    place = (tx.organisation_id, tx.viewer.path, request.person_id)
    if not await tx.connection.fetchval(f"SELECT true FROM person WHERE {IN_SCOPE} AND id = $3", *place):
        raise NotFound("person", ("personId",))
    await tx.connection.execute(
        f"UPDATE session SET ended_at = $4 WHERE {IN_SCOPE} AND person_id = $3 AND ended_at IS NULL", *place, now
    )
    return Outcome(request.person_id)
