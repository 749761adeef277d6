"""End a trial at another instant: convert it to paid early, or extend it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from bss.permission import Permission
from bss.refusal import InvalidInput, LockedField, NotFound, WrongState
from bss.subscriptions.begin_service import PriceMissing, first_end, refuse_unpriced
from bss.subscriptions.open_change import Opened, open_change
from bss.subscriptions.order import Order
from bss.subscriptions.queries import offerings
from bss.subscriptions.subscription import Verb
from bss.subscriptions.timeline import lasting_until, trial_end, tried_until
from bss.subscriptions.write_timeline import write_timeline
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command

MOST_EXTENDED = 2
"""How many times its length a trial has at most, with all extensions."""


@dataclass(frozen=True)
class ConvertTrial:
    """Paid from now on, instead of from the end of the trial."""

    subscription_id: UUID
    expected_version: int | None = None


@dataclass(frozen=True)
class ExtendTrial:
    """In trial until `until`, after the present end of the trial; in all at most twice as long as the offering says."""

    subscription_id: UUID
    until: datetime
    expected_version: int | None = None


@command(
    "convertTrial",
    requires=Permission.SUBSCRIPTION_MANAGE,
    refuses=(NotFound, LockedField, WrongState, PriceMissing),
)
async def convert_trial(tx: Transaction, request: ConvertTrial, now: datetime) -> Outcome:
    """End the trial of a subscription now: it is paid for from this instant on."""
    opened = await open_change(
        tx, request.subscription_id, Verb.CONVERT_TRIAL, expected_version=request.expected_version
    )
    _running_trial(opened, now)
    at = max(now, opened.subscription.starts_at)
    offering = (await offerings(tx.viewer, (opened.subscription.id,)))[opened.subscription.id]
    await refuse_unpriced(tx, opened.subscription.path, offering, at)
    return await _end_trial(tx, opened, Order(Verb.CONVERT_TRIAL, at), now)


@command("extendTrial", requires=Permission.SUBSCRIPTION_MANAGE, refuses=(NotFound, LockedField, WrongState))
async def extend_trial(tx: Transaction, request: ExtendTrial, now: datetime) -> Outcome:
    """Put off the end of a trial; the paid time, and the term with it, begins then."""
    opened = await open_change(
        tx, request.subscription_id, Verb.EXTEND_TRIAL, expected_version=request.expected_version
    )
    if request.until <= _running_trial(opened, now):
        raise InvalidInput.at("until", "A trial is extended to an instant after its end.")
    offering = (await offerings(tx.viewer, (opened.subscription.id,)))[opened.subscription.id]
    longest = timedelta(days=MOST_EXTENDED * offering.trial_days)
    if request.until > opened.subscription.starts_at + longest:
        raise InvalidInput.at("until", f"A trial of {offering.name} has at most {longest.days} days in all.")
    return await _end_trial(tx, opened, Order(Verb.EXTEND_TRIAL, request.until), now)


def _running_trial(opened: Opened, now: datetime) -> datetime:
    """The end of the trial, which is to come. Raises `WrongState` when there is none, or it is over."""
    end = trial_end(opened.timeline)
    if end is None or end <= now:
        raise WrongState("The subscription is not in trial.")
    return end


async def _end_trial(tx: Transaction, opened: Opened, order: Order, now: datetime) -> Outcome:
    wanted = tried_until(lasting_until(opened.timeline, None), order.effective_at)
    paid = replace(opened.subscription, state=opened.following, term_anchor=order.effective_at)
    if paid.ends_at is not None:
        paid = replace(paid, ends_at=await first_end(tx, paid, order.effective_at))
        wanted = lasting_until(wanted, paid.ends_at)
    await write_timeline(tx, paid.id, wanted, paid, order, now=now)
    return Outcome(paid.id)
