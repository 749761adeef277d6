"""Say whether a subscription is renewed at the end of its term."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bss.organisations.queries import organisation
from bss.permission import Permission
from bss.refusal import LockedField, NotFound, WrongState
from bss.subscriptions.follow_plan import follow_plan
from bss.subscriptions.open_change import open_change
from bss.subscriptions.order import Order
from bss.subscriptions.subscription import Verb
from bss.subscriptions.timeline import ended, lasting_until
from bss.subscriptions.write_timeline import write_timeline
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class SetRenewal:
    """Renew it term by term without an end; or let it expire at the end of the term that runs."""

    subscription_id: UUID
    renews_automatically: bool
    expected_version: int | None = None


@command("setRenewal", requires=Permission.SUBSCRIPTION_MANAGE, refuses=(NotFound, LockedField, WrongState))
async def set_renewal(tx: Transaction, request: SetRenewal, now: datetime) -> Outcome:
    """Switch the automatic renewal of a subscription on, or off so that it expires at the end of its term."""
    opened = await open_change(tx, request.subscription_id, Verb.SET_RENEWAL, expected_version=request.expected_version)
    subscription = opened.subscription
    if subscription.ends_at is not None and subscription.ends_at <= now:
        raise WrongState("The subscription has expired.")
    if request.renews_automatically == subscription.renews_automatically:
        return Outcome(subscription.id)
    ends_at = None
    wanted = lasting_until(opened.timeline, None)
    if not request.renews_automatically:
        ends_at = subscription.term(now, (await organisation(tx.viewer)).zone).end
        wanted = ended(wanted, ends_at)
    renewed = replace(subscription, renews_automatically=request.renews_automatically, ends_at=ends_at)
    order = Order(Verb.SET_RENEWAL, now)
    await write_timeline(tx, subscription.id, wanted, renewed, order, now=now)
    await follow_plan(tx, subscription, renewed, order, now)
    return Outcome(subscription.id)
