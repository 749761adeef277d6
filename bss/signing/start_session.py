"""Start the session of somebody who has just shown who they are, without an identity provider."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.access.grant import running_membership
from bss.permission import Permission
from bss.refusal import NotFound, WrongState
from bss.signing.open_session import open_session
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
    return await open_session(tx, membership, request.host, now)
