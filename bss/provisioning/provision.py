"""Step: note what became of the service behind a subscription.

Owns: `provisioned_at`, `removed_at` and `refusal` of a subscription, and that each is noted once. Does not own:
the sale (`bss.subscriptions`), or how the other organisation was asked (`sync`).

These are facts about the service and no part of what was ordered: the subscription's version stays, and they
may be noted on a mirrored row, too.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bss.transaction.begin import Transaction


async def provision(tx: Transaction, subscription_id: UUID, at: datetime) -> None:
    """Note that the service runs since `at`, and that nobody refuses it any more; the first instant stays."""
    await tx.connection.execute(
        "UPDATE subscription SET provisioned_at = coalesce(provisioned_at, $3), refusal = NULL"
        " WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, subscription_id, at),
    )


async def removed(tx: Transaction, subscription_id: UUID, at: datetime) -> None:
    """Note that a service that ran is gone since `at`; the first instant stays. What never ran is not removed."""
    await tx.connection.execute(
        "UPDATE subscription SET removed_at = coalesce(removed_at, $3)"
        " WHERE organisation_id = $1 AND id = $2 AND provisioned_at IS NOT NULL",
        *(tx.organisation_id, subscription_id, at),
    )


async def refuse_mirror(tx: Transaction, subscription_id: UUID, reason: str | None) -> None:
    """Note on an origin why the other organisation refuses its mirror, sold but not provisioned; None: it does not."""
    await tx.connection.execute(
        "UPDATE subscription SET refusal = $3 WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, subscription_id, reason),
    )
