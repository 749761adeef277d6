"""Step: open a stored subscription for a change.

Owns: the row lock, and the refusals that changes have in common: a past that the viewer may not rewrite; then, in
this order, not there, another organisation's, changed by somebody else first, wrong state. Does not own: the change
(the commands).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.permission import Permission
from bss.refusal import Conflict, NotFound
from bss.subscriptions.queries import timeline
from bss.subscriptions.rows import SUBSCRIPTION_COLUMNS, subscription_of
from bss.subscriptions.subscription import Subscription, SubscriptionState, Verb, after
from bss.subscriptions.timeline import Timeline
from bss.transaction.begin import Transaction


@dataclass(frozen=True)
class Opened:
    """A locked subscription with its timeline, and the state in which the verb leaves it."""

    subscription: Subscription
    timeline: Timeline
    following: SubscriptionState


def refuse_backdating(tx: Transaction, effective_at: datetime | None, now: datetime) -> None:
    """Raise `PermissionDenied` for an instant in the past, unless the viewer may rewrite what is owed for it."""
    if effective_at is not None and effective_at < now:
        tx.viewer.require(Permission.SUBSCRIPTION_BACKDATE)


async def open_change(tx: Transaction, subscription_id: UUID, verb: Verb, *, expected_version: int | None) -> Opened:
    """Lock the subscription until the commit. Others who change it wait, and then see what was written.

    Raises `NotFound`, `LockedField`, `Conflict` when `expected_version` is given and is not the stored one, and
    `WrongState`.
    """
    row = await tx.connection.fetchrow(
        f"SELECT {SUBSCRIPTION_COLUMNS} FROM subscription"
        " WHERE organisation_id = $1 AND path >= $2 AND path < $2 || '~' AND id = $3 FOR UPDATE",
        *(tx.organisation_id, tx.viewer.path, subscription_id),
    )
    if row is None:
        raise NotFound("subscription", ("subscriptionId",))
    subscription = subscription_of(row)
    subscription.refuse_if_mirrored()
    if expected_version not in (None, subscription.version):
        raise Conflict(
            f"The subscription is at version {subscription.version}, not {expected_version}.",
            ("expectedVersion",),
        )
    following = after(subscription.state, verb)
    return Opened(subscription, (await timeline(tx.viewer, (subscription_id,)))[subscription_id], following)
