"""Come in by an invitation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import orjson

from bss.access.grant import allowed_by, running_membership
from bss.permission import Permission
from bss.refusal import Refusal, WrongState
from bss.signing.open_session import open_session
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


class InvitationOver(Refusal):
    code = "INVITATION_OVER"
    meaning = "There is no such invitation at this host: it was taken, has ended, or never was."

    def __init__(self) -> None:
        super().__init__("This invitation is over; please ask for another one.")


@dataclass(frozen=True)
class TakeInvitation:
    """By the SHA-256 of its secret, and at which host."""

    secret_hash: str
    host: str


@command("takeInvitation", requires=Permission.SESSION_MANAGE, refuses=(InvitationOver,))
async def take_invitation(tx: Transaction, request: TakeInvitation, now: datetime) -> Outcome:
    """Start the session of whoever brings an invitation first, while it and its membership last."""
    taken = await tx.connection.fetchrow(
        "UPDATE invitation SET taken_at = $4 WHERE organisation_id = $1 AND secret_hash = $2 AND host = $3"
        " AND taken_at IS NULL AND ends_at > $4 RETURNING membership_id, allowed",
        *(tx.organisation_id, request.secret_hash, request.host, now),
    )
    if taken is None:
        raise InvitationOver
    try:
        membership = await running_membership(tx, taken["membership_id"])
    except WrongState as ended:
        raise InvitationOver from ended
    # Whoever made it might do all that the membership allowed then; what it allows beyond is not theirs to hand on.
    if not await allowed_by(tx, membership) <= set(orjson.loads(taken["allowed"])):
        raise InvitationOver
    return await open_session(tx, membership, request.host, now)
