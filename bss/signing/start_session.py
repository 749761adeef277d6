"""Start the session of somebody who has just signed in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.access.grant import running_membership
from bss.permission import Permission
from bss.refusal import NotFound, WrongState
from bss.signing.models import SessionModel
from bss.signing.session import LONGEST
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class StartSession:
    """As which membership, and on which host."""

    membership_id: UUID
    host: str


@command("startSession", requires=Permission.SESSION_MANAGE, refuses=(NotFound, WrongState))
async def start_session(tx: Transaction, request: StartSession, now: datetime) -> Outcome:
    """Start a session; its secret is in the outcome this once, and nowhere else."""
    membership = await running_membership(tx, request.membership_id)
    session = await SessionModel.create(
        using_db=tx.db,
        organisation_id=tx.organisation_id,
        path=membership.path,
        person_id=membership.person_id,
        membership_id=membership.id,
        host=request.host,
        started_at=now,
        ends_at=now + LONGEST,
    )
    return Outcome(session.id, secret=secrets.token_urlsafe(32))
