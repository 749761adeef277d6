"""End what an identity provider says has ended there (OpenID Connect Back-Channel Logout 1.0)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.permission import Permission
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class SignOut:
    """By which provider; whose sessions (subject), or which session of the provider's own. One of them is named."""

    provider_id: UUID
    subject: str | None
    provider_session: str | None


@command("signOutAtProvider", requires=Permission.SESSION_MANAGE)
async def sign_out(tx: Transaction, request: SignOut, now: datetime) -> Outcome:
    """End the sessions that came by the provider and that it means: those of a person, or of one of its sessions."""
    if request.subject is None and request.provider_session is None:
        raise ValueError("nobody is meant")
    await tx.connection.execute(
        "UPDATE session s SET ended_at = $5 FROM identity i WHERE s.organisation_id = $1 AND s.provider_id = $2"
        " AND s.ended_at IS NULL AND i.organisation_id = $1 AND i.id = s.identity_id"
        " AND ($3::text IS NULL OR i.subject = $3) AND ($4::text IS NULL OR s.provider_session = $4)",
        *(tx.organisation_id, request.provider_id, request.subject, request.provider_session, now),
    )
    return Outcome(request.provider_id)
