"""Renew a subscription that would expire."""

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
from bss.subscriptions.subscription import Verb
from bss.subscriptions.timeline import lasting_until
from bss.subscriptions.write_timeline import write_timeline
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command

MOST_TERMS = 12


@dataclass(frozen=True)
class RenewSubscription:
    """One more term, or several, after the one at whose end it would expire."""

    subscription_id: UUID
    terms: int = 1
    expected_version: int | None = None


@command("renewSubscription", requires=Permission.SUBSCRIPTION_MANAGE, refuses=(NotFound, LockedField, WrongState))
async def renew_subscription(tx: Transaction, request: RenewSubscription, now: datetime) -> Outcome:
    """Renew a subscription that would expire for one more term, or several."""
    if not 1 <= request.terms <= MOST_TERMS:
        raise InvalidInput.at("terms", f"One renews for 1 to {MOST_TERMS} terms.")
    opened = await open_change(tx, request.subscription_id, Verb.RENEW, expected_version=request.expected_version)
    subscription = opened.subscription
    if subscription.ends_at is None:
        raise WrongState("The subscription is renewed automatically.")
    if subscription.ends_at <= now:
        raise WrongState("The subscription has expired; it can be sold again.")
    zone = (await organisation(tx.viewer)).zone
    until = subscription.ends_at
    for _ in range(request.terms):
        until = subscription.term(until, zone).end
    order = Order(Verb.RENEW, subscription.ends_at)
    wanted = lasting_until(opened.timeline, until)
    renewed = replace(subscription, ends_at=until)
    await write_timeline(tx, subscription.id, wanted, renewed, order, now=now)
    await follow_plan(tx, subscription, renewed, order, now)
    return Outcome(subscription.id)
