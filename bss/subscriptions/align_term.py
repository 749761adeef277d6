"""Co-terminate: let a subscription's terms end with those of another one of the account."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bss.organisations.queries import organisation
from bss.permission import Permission
from bss.refusal import InvalidInput, LockedField, NotFound, WrongState
from bss.subscriptions.follow_plan import follow_plan
from bss.subscriptions.open_change import open_change
from bss.subscriptions.order import Order
from bss.subscriptions.queries import offerings, one
from bss.subscriptions.subscription import SubscriptionState, Verb, within_window
from bss.subscriptions.timeline import ended, lasting_until, trial_end
from bss.subscriptions.write_timeline import write_timeline
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class AlignTerm:
    """Count the terms from where those of `with_subscription_id` are counted; the present term becomes shorter."""

    subscription_id: UUID
    with_subscription_id: UUID
    expected_version: int | None = None


@command("alignTerm", requires=Permission.SUBSCRIPTION_MANAGE, refuses=(NotFound, LockedField, WrongState))
async def align_term(tx: Transaction, request: AlignTerm, now: datetime) -> Outcome:
    """Let the terms of a subscription end together with those of another subscription of the same account."""
    opened = await open_change(tx, request.subscription_id, Verb.ALIGN_TERM, expected_version=request.expected_version)
    subscription = opened.subscription
    other = await one(tx.viewer, request.with_subscription_id, path=("withSubscriptionId",))
    if other.starts_at > now or other.state is not SubscriptionState.ACTIVE:
        raise InvalidInput.at("withSubscriptionId", "The other subscription is not active now.")
    if other.account_id != subscription.account_id or other.id == subscription.id:
        raise InvalidInput.at("withSubscriptionId", "Terms are aligned with another subscription of the same account.")
    if other.term_months != subscription.term_months:
        raise InvalidInput.at("withSubscriptionId", "The two have terms of different length.")
    if subscription.ends_at is not None and subscription.ends_at <= now:
        raise WrongState("The subscription has expired.")
    tried_until = trial_end(opened.timeline)
    if tried_until is not None and tried_until > now:
        raise WrongState("A trial has no term yet that could be aligned.")
    aligned = replace(subscription, term_anchor=other.term_anchor or other.starts_at)
    zone, at = (await organisation(tx.viewer)).zone, opened.by_default(now)
    if aligned.term(at, zone).end > subscription.term(at, zone).end:
        raise InvalidInput.at("withSubscriptionId", "The term would become longer; align the other one with this one.")
    offering = (await offerings(tx.viewer, (subscription.id,)))[subscription.id]
    if within_window(aligned, offering, at, zone) and not within_window(subscription, offering, at, zone):
        raise InvalidInput.at("withSubscriptionId", "The subscription could be cancelled at once again.")
    wanted = opened.timeline
    if subscription.ends_at is not None:
        aligned = replace(aligned, ends_at=aligned.term(at, zone).end)
        wanted = ended(lasting_until(wanted, None), aligned.ends_at or at)
    order = Order(Verb.ALIGN_TERM, now)
    await write_timeline(tx, subscription.id, wanted, aligned, order, now=now)
    await follow_plan(tx, subscription, aligned, order, now)
    return Outcome(subscription.id)
