"""Suspend a subscription: its service stands still, and what recurs is not charged meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bss.permission import Permission
from bss.refusal import InvalidInput, LockedField, NotFound, WrongState
from bss.subscriptions.open_change import open_add_ons, open_change, refuse_instant, write_change
from bss.subscriptions.order import Order, reason_problems
from bss.subscriptions.subscription import Verb
from bss.subscriptions.timeline import SegmentStatus, trial_end
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class SuspendSubscription:
    """Stand still from `effective_at` on (now, or the start if that is to come), with its add-ons, and say why."""

    subscription_id: UUID
    reason: str
    effective_at: datetime | None = None
    expected_version: int | None = None


@command("suspendSubscription", requires=Permission.SUBSCRIPTION_MANAGE, refuses=(NotFound, LockedField, WrongState))
async def suspend_subscription(tx: Transaction, request: SuspendSubscription, now: datetime) -> Outcome:
    """Suspend a subscription and its add-ons; what recurs is not charged until it is resumed. A trial is cancelled."""
    refuse_instant(tx, request.effective_at, now)
    if problems := list(reason_problems(request.reason, required=True)):
        raise InvalidInput(problems)
    opened = await open_change(tx, request.subscription_id, Verb.SUSPEND, expected_version=request.expected_version)
    at = request.effective_at or opened.by_default(now)
    tried_until = trial_end(opened.timeline)
    if tried_until is not None and at < tried_until:
        raise WrongState("A trial cannot be suspended; it can be cancelled.")
    order = Order(Verb.SUSPEND, at, request.reason)
    await write_change(tx, opened, order, now, status=SegmentStatus.SUSPENDED)
    for each in await open_add_ons(tx, opened.subscription, Verb.SUSPEND, order.effective_at):
        own = replace(order, effective_at=max(order.effective_at, each.subscription.starts_at))
        await write_change(tx, each, own, now, status=SegmentStatus.SUSPENDED)
    return Outcome(opened.subscription.id)
