"""Cancel a subscription: at once, at an instant, or at the end of its term."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bss.organisations.queries import organisation
from bss.period import billing_period, zone_named
from bss.permission import Permission
from bss.provisioning.provision import removed
from bss.refusal import InvalidInput, LockedField, NotFound, WrongState
from bss.subscriptions.open_change import Opened, open_change, refuse_backdating
from bss.subscriptions.queries import offerings
from bss.subscriptions.subscription import Subscription, Verb
from bss.subscriptions.timeline import ended
from bss.subscriptions.write_timeline import write_timeline
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class CancelSubscription:
    """End the service at `effective_at`; or at the end of the current term; or else now.

    An instant in the past needs `subscription:backdate`: it rewrites what is owed.

    A subscription that is cancelled before its start, or that was never activated, ends at its start: it was
    never in service, and its timeline is empty.
    """

    subscription_id: UUID
    effective_at: datetime | None = None
    at_term_end: bool = False
    expected_version: int | None = None


@command(
    "cancelSubscription",
    requires=Permission.SUBSCRIPTION_MANAGE,
    refuses=(NotFound, LockedField, WrongState),
)
async def cancel_subscription(tx: Transaction, request: CancelSubscription, now: datetime) -> Outcome:
    """Cancel a subscription: at once, at an instant, or at the end of its current term."""
    if request.at_term_end and request.effective_at is not None:
        raise InvalidInput.at("atTermEnd", "Ask for an instant or for the end of the term, not for both.")
    refuse_backdating(tx, request.effective_at, now)
    opened = await open_change(tx, request.subscription_id, Verb.CANCEL, expected_version=request.expected_version)
    ends_at = await _end(tx, request, opened, now)
    subscription = opened.subscription
    cancelled = replace(subscription, state=opened.following, ends_at=ends_at)
    await write_timeline(tx, subscription.id, ended(opened.timeline, ends_at), cancelled, now=now)
    if not (await offerings(tx.viewer, (subscription.id,)))[subscription.id].resold:
        await removed(tx, subscription.id, ends_at)
    return Outcome(subscription.id)


async def _end(tx: Transaction, request: CancelSubscription, opened: Opened, now: datetime) -> datetime:
    starts_at = opened.subscription.starts_at
    if not opened.timeline:
        return starts_at
    if request.at_term_end:
        zone = (await organisation(tx.viewer)).zone
        return term_end(opened.subscription, max(now, starts_at), zone)
    return max(starts_at, request.effective_at or now)


def term_end(subscription: Subscription, at: datetime, zone: str) -> datetime:
    """The end of the cycle that contains the instant; cycles begin on the local day of the month of the start.

    Offerings have cycles of one month. A longer one would be in step with the start only if it divided a year.
    """
    first_day = subscription.starts_at.astimezone(zone_named(zone))
    return billing_period(
        at,
        day=first_day.day,
        zone=zone,
        months=subscription.cycle_months,
        first_month=first_day.month,
    ).end
