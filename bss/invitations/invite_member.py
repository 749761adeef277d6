"""Give a member a way in, once, without an identity provider."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bss.access.admit import token_hash
from bss.access.grant import Running, allowed_by, running_membership
from bss.invitations.models import InvitationModel
from bss.permission import Permission
from bss.refusal import InvalidInput, NotFound, WrongState
from bss.transaction.begin import Transaction, raised
from bss.transaction.command import Outcome, command
from bss.viewer import Viewer

LONGEST = timedelta(days=7)
_NEAREST = """
SELECT h.name FROM host h JOIN account a ON a.organisation_id = h.organisation_id AND a.id = h.account_id
WHERE h.organisation_id = $1 AND starts_with($2, a.path) ORDER BY length(a.path) DESC, h.id LIMIT 1
"""


@dataclass(frozen=True)
class InviteMember:
    """Whom, and for how many minutes the way is open."""

    membership_id: UUID
    minutes: int = 24 * 60


@command("inviteMember", requires=Permission.PERSON_MANAGE, refuses=(NotFound, WrongState))
async def invite_member(tx: Transaction, request: InviteMember, now: datetime) -> Outcome:
    """Invite a member who has no identity provider: a secret, shown once, by which they come in once at their host.

    An earlier invitation of the same membership is over.
    """
    if not 0 < request.minutes <= LONGEST // timedelta(minutes=1):
        raise InvalidInput.at("hours", f"An invitation lasts at most {LONGEST.days} days.")
    membership = await running_membership(tx, request.membership_id)
    await _refuse_known(tx, membership)
    host = await _nearest_host(tx, membership)
    await tx.connection.execute(
        "UPDATE invitation SET ends_at = $3 WHERE organisation_id = $1 AND membership_id = $2 AND ends_at > $3",
        *(tx.organisation_id, membership.id, now),
    )
    secret = secrets.token_urlsafe(32)
    made = await InvitationModel.create(
        using_db=tx.db,
        organisation_id=tx.organisation_id,
        path=membership.path,
        membership_id=membership.id,
        host=host,
        secret_hash=token_hash(secret),
        allowed=sorted(word.value for word in await allowed_by(tx, membership)),
        made_at=now,
        ends_at=now + timedelta(minutes=request.minutes),
    )
    return Outcome(made.id, secret=secret)


async def _refuse_known(tx: Transaction, membership: Running) -> None:
    """Whoever an identity provider knows comes in by it: nobody else is to come in as them."""
    known = await tx.connection.fetchval(
        "SELECT true FROM identity WHERE organisation_id = $1 AND person_id = $2 LIMIT 1",
        *(tx.organisation_id, membership.person_id),
    )
    if known:
        raise WrongState("This person comes in by an identity provider.", ("membershipId",))


async def _nearest_host(tx: Transaction, membership: Running) -> str:
    """The host at which the member comes in: the account's own, or that of the nearest account above it.

    It is no secret of those above: their people's customers come in there, too. So it is read above the scope.
    """
    above = Viewer.system(tx.organisation_id, tx.viewer.root_path, "invite")
    async with raised(tx.viewer, above) as reading:
        host: str | None = await reading.connection.fetchval(_NEAREST, tx.organisation_id, membership.path)
    if host is None:
        raise WrongState("There is no host at which this member could come in.", ("membershipId",))
    return host
