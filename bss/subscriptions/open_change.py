"""Step: open a stored subscription for a change.

Owns: the row lock, and the order of the refusals that every change has in common: not there, another
organisation's, changed by somebody else first, wrong state. Does not own: the change (the commands).
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

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
