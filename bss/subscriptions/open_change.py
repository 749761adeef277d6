"""Step: open a stored subscription for a change, and write the change.

Owns: the row lock, and what changes have in common: the refusals (a past that the viewer may not rewrite; then, in
this order, not there, another organisation's, changed by somebody else first, wrong state), and from when on a change
is in effect. Does not own: the change (the commands).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Unpack
from uuid import UUID

from bss.catalogue.product import OfferingKind
from bss.organisations.queries import organisation
from bss.permission import Permission
from bss.refusal import Conflict, InvalidInput, NotFound, WrongState
from bss.subscriptions.order import Order
from bss.subscriptions.queries import offerings, timeline
from bss.subscriptions.rows import SUBSCRIPTION_COLUMNS, subscription_of
from bss.subscriptions.subscription import NOT_OF_ASSETS, TRANSITIONS, Subscription, SubscriptionState, Verb, after
from bss.subscriptions.timeline import Change, OutsideTimeline, Timeline, changed, remaining
from bss.subscriptions.write_timeline import write_timeline
from bss.transaction.begin import Transaction
from bss.transaction.scope import IN_SCOPE

OUTSIDE = "The change lies before the start of the subscription, or not before its end."
"""Said of the instant of a change."""


@dataclass(frozen=True)
class Opened:
    """A locked subscription with its timeline, and the state in which the verb leaves it."""

    subscription: Subscription
    timeline: Timeline
    following: SubscriptionState

    def by_default(self, now: datetime) -> datetime:
        """From when on a change is in effect that names no instant: now, or the start if that is to come."""
        return max(now, self.subscription.starts_at)


def refuse_instant(tx: Transaction, effective_at: datetime | None, now: datetime, *, at_term_end: bool = False) -> None:
    """Refuse an instant that is asked for in two ways, and one in the past.

    Raises `InvalidInput`; and `PermissionDenied` unless the viewer may rewrite what is owed for the past.
    """
    if at_term_end and effective_at is not None:
        raise InvalidInput.at("atTermEnd", "Ask for an instant or for the end of the term, not for both.")
    if effective_at is not None and effective_at < now:
        tx.viewer.require(Permission.SUBSCRIPTION_BACKDATE)


async def open_change(tx: Transaction, subscription_id: UUID, verb: Verb, *, expected_version: int | None) -> Opened:
    """Lock the subscription until the commit. Others who change it wait, and then see what was written.

    Raises `NotFound`, `LockedField`, `Conflict` when `expected_version` is given and is not the stored one, and
    `WrongState`.
    """
    row = await tx.connection.fetchrow(
        f"SELECT {SUBSCRIPTION_COLUMNS} FROM subscription WHERE {IN_SCOPE} AND id = $3 FOR UPDATE",
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
    await _refuse_asset(tx, subscription, verb)
    return Opened(subscription, (await timeline(tx.viewer, (subscription_id,)))[subscription_id], following)


async def _refuse_asset(tx: Transaction, subscription: Subscription, verb: Verb) -> None:
    if verb in NOT_OF_ASSETS:
        sold = (await offerings(tx.viewer, (subscription.id,)))[subscription.id]
        if sold.kind is OfferingKind.ASSET:
            raise WrongState(f"One cannot {verb} an asset: {sold.name} is bought once and for ever.")


async def open_add_ons(tx: Transaction, plan: Subscription, verb: Verb, at: datetime) -> tuple[Opened, ...]:
    """Lock the add-ons of a plan that share its fate at the instant: in service then or later, and fit for the verb."""
    rows = await tx.connection.fetch(
        f"SELECT {SUBSCRIPTION_COLUMNS} FROM subscription"
        " WHERE organisation_id = $1 AND parent_id = $2 ORDER BY id FOR UPDATE",
        *(tx.organisation_id, plan.id),
    )
    found = [subscription_of(row) for row in rows]
    timelines = await timeline(tx.viewer, [each.id for each in found])
    following = {each.id: TRANSITIONS.get((each.state, verb)) for each in found}
    lasting = {each.id for each in found if any(remaining(timelines[each.id], at))}
    fit = [(each, following[each.id]) for each in found if each.id in lasting]
    return tuple(Opened(each, timelines[each.id], state) for each, state in fit if state is not None)


async def asked_instant(
    tx: Transaction, opened: Opened, effective_at: datetime | None, at_term_end: bool, now: datetime
) -> datetime:
    """The instant that was asked for: one, or the end of the current term, or else the default."""
    if not at_term_end:
        return effective_at or opened.by_default(now)
    return opened.subscription.term(now, (await organisation(tx.viewer)).zone).end


async def write_change(tx: Transaction, opened: Opened, order: Order, now: datetime, **change: Unpack[Change]) -> None:
    """Write the change of the segments from the order's instant on. Raises `InvalidInput` outside the timeline."""
    try:
        wanted = changed(opened.timeline, order.effective_at, **change)
    except OutsideTimeline:
        raise InvalidInput.at("effectiveAt", OUTSIDE) from None
    after_it = replace(opened.subscription, state=opened.following)
    await write_timeline(tx, opened.subscription.id, wanted, after_it, order, now=now)
