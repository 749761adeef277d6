"""Let nobody come in by an identity provider any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.access.hold_by_identity import end_all_of
from bss.permission import Permission
from bss.providers.held import held_provider
from bss.refusal import NotFound, WrongState
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class RetireProvider:
    """The provider that is trusted no more."""

    provider_id: UUID


@command("retireIdentityProvider", requires=Permission.SIGN_IN_MANAGE, refuses=(NotFound, WrongState))
async def retire_provider(tx: Transaction, request: RetireProvider, now: datetime) -> Outcome:
    """Retire an identity provider, for good: what its sign-ins gave ends at once, and its secret is forgotten."""
    held = await held_provider(tx, request.provider_id)
    await tx.connection.execute(
        "WITH retired AS (UPDATE identity_provider SET retired_at = $3, secret_sealed = NULL"
        " WHERE organisation_id = $1 AND id = $2)"
        " UPDATE session SET ended_at = $3 WHERE organisation_id = $1 AND provider_id = $2 AND ended_at IS NULL",
        *(tx.organisation_id, held.id, now),
    )
    await end_all_of(tx, held.account_id, held.issuer, now)
    return Outcome(held.id)
