"""Step: open a session of a membership, for whoever has found out that it is theirs."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.access.grant import Running
from bss.signing.models import SessionModel
from bss.signing.session import LONGEST
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome


@dataclass(frozen=True)
class Vouched:
    """By which identity provider somebody is known, as whom there, and in which session of the provider's own."""

    provider_id: UUID
    identity_id: UUID
    provider_session: str | None


async def open_session(
    tx: Transaction, membership: Running, host: str, now: datetime, vouched: Vouched | None = None
) -> Outcome:
    """Open it; its secret is in the outcome this once, and nowhere else."""
    session = await SessionModel.create(
        using_db=tx.db,
        organisation_id=tx.organisation_id,
        path=membership.path,
        person_id=membership.person_id,
        membership_id=membership.id,
        host=host,
        provider_id=vouched and vouched.provider_id,
        identity_id=vouched and vouched.identity_id,
        provider_session=vouched and vouched.provider_session,
        started_at=now,
        ends_at=now + LONGEST,
    )
    return Outcome(session.id, secret=secrets.token_urlsafe(32))
