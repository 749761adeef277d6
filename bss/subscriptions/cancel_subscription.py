"""Cancel a subscription: at once, at an instant, or at the end of its term."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bss.catalogue.product import Offering
from bss.organisations.queries import organisation
from bss.permission import Permission
from bss.provisioning.provision import removed
from bss.refusal import InvalidInput, LockedField, NotFound, Refusal, WrongState
from bss.subscriptions.open_change import Opened, asked_instant, open_add_ons, open_change, refuse_instant
from bss.subscriptions.order import Order, reason_problems
from bss.subscriptions.queries import offerings
from bss.subscriptions.subscription import Verb, within_window
from bss.subscriptions.timeline import ended, trial_end
from bss.subscriptions.write_timeline import write_timeline
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


class CancellationWindowClosed(Refusal):
    code = "CANCELLATION_WINDOW_CLOSED"
    meaning = "The offering can be cancelled at once only in the first days of a term; later, at the end of the term."


@dataclass(frozen=True)
class CancelSubscription:
    """End the service, and that of its add-ons, at `effective_at`; or at the end of the current term; or else now.

    An instant in the past needs `subscription:backdate`: it rewrites what is owed.

    A subscription that is cancelled before its start, or that was never activated, ends at its start: it was
    never in service, and its timeline is empty.
    """

    subscription_id: UUID
    effective_at: datetime | None = None
    at_term_end: bool = False
    expected_version: int | None = None
    reason: str = ""


@command(
    "cancelSubscription",
    requires=Permission.SUBSCRIPTION_MANAGE,
    refuses=(NotFound, LockedField, WrongState, CancellationWindowClosed),
)
async def cancel_subscription(tx: Transaction, request: CancelSubscription, now: datetime) -> Outcome:
    """Cancel a subscription: at once, at an instant, or at the end of its current term."""
    refuse_instant(tx, request.effective_at, now, at_term_end=request.at_term_end)
    if problems := list(reason_problems(request.reason)):
        raise InvalidInput(problems)
    opened = await open_change(tx, request.subscription_id, Verb.CANCEL, expected_version=request.expected_version)
    ends_at = await _end(tx, request, opened, now)
    add_ons = await open_add_ons(tx, opened.subscription, Verb.CANCEL, ends_at)
    sold = await offerings(tx.viewer, [each.subscription.id for each in (opened, *add_ons)])
    await _refuse_outside_window(tx, opened, sold[opened.subscription.id], ends_at)
    await end_service(tx, opened, sold[opened.subscription.id], Order(Verb.CANCEL, ends_at, request.reason), now)
    for each in add_ons:
        order = Order(Verb.CANCEL, ends_at, f"with {opened.subscription.name}")
        await end_service(tx, each, sold[each.subscription.id], order, now)
    return Outcome(opened.subscription.id)


async def end_service(tx: Transaction, opened: Opened, offering: Offering, order: Order, now: datetime) -> None:
    """Write the end of an opened subscription at the order's instant; an end that is agreed is never put off."""
    subscription = opened.subscription
    ends_at = max(subscription.starts_at, order.effective_at)
    if subscription.ends_at is not None:
        ends_at = min(ends_at, subscription.ends_at)
    cancelled = replace(subscription, state=opened.following, ends_at=ends_at)
    await write_timeline(tx, subscription.id, ended(opened.timeline, ends_at), cancelled, order, now=now)
    if not offering.resold:
        await removed(tx, subscription.id, ends_at)


async def _end(tx: Transaction, request: CancelSubscription, opened: Opened, now: datetime) -> datetime:
    asked = await asked_instant(tx, opened, request.effective_at, request.at_term_end, now)
    return asked if opened.timeline else opened.subscription.starts_at


async def _refuse_outside_window(tx: Transaction, opened: Opened, offering: Offering, ends_at: datetime) -> None:
    """A trial, and what has not begun, may always be cancelled."""
    days, subscription = offering.cancellation_days, opened.subscription
    paid_from = trial_end(opened.timeline) or subscription.starts_at
    begun = subscription.predecessor_id is not None or ends_at > paid_from
    if days is None or not opened.timeline or not begun:
        return
    zone = (await organisation(tx.viewer)).zone
    term = subscription.term(ends_at, zone)
    if not within_window(subscription, offering, ends_at, zone) and ends_at != term.start:
        raise CancellationWindowClosed(
            f"It can be cancelled within {days} days of the start of a term, or on {term.end:%Y-%m-%d %H:%MZ}.",
            ("effectiveAt",),
        )
