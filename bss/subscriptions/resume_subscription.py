"""Resume a subscription that is suspended."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bss.permission import Permission
from bss.refusal import InvalidInput, LockedField, NotFound, WrongState
from bss.subscriptions.open_change import Opened, open_add_ons, open_change, refuse_instant
from bss.subscriptions.order import Order, reason_problems
from bss.subscriptions.subscription import Verb
from bss.subscriptions.timeline import OutsideTimeline, resumed
from bss.subscriptions.write_timeline import write_timeline
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class ResumeSubscription:
    """In service again from `effective_at` on (now), with its add-ons."""

    subscription_id: UUID
    reason: str = ""
    effective_at: datetime | None = None
    expected_version: int | None = None


@command("resumeSubscription", requires=Permission.SUBSCRIPTION_MANAGE, refuses=(NotFound, LockedField, WrongState))
async def resume_subscription(tx: Transaction, request: ResumeSubscription, now: datetime) -> Outcome:
    """Resume a suspended subscription and its add-ons."""
    refuse_instant(tx, request.effective_at, now)
    if problems := list(reason_problems(request.reason)):
        raise InvalidInput(problems)
    opened = await open_change(tx, request.subscription_id, Verb.RESUME, expected_version=request.expected_version)
    order = Order(Verb.RESUME, request.effective_at or opened.by_default(now), request.reason)
    await _resume(tx, opened, order, now)
    for each in await open_add_ons(tx, opened.subscription, Verb.RESUME, order.effective_at):
        own = replace(order, effective_at=max(order.effective_at, each.subscription.starts_at))
        await _resume(tx, each, own, now)
    return Outcome(opened.subscription.id)


async def _resume(tx: Transaction, opened: Opened, order: Order, now: datetime) -> None:
    try:
        wanted = resumed(opened.timeline, order.effective_at)
    except OutsideTimeline:
        raise InvalidInput.at("effectiveAt", "The subscription is not there at that instant.") from None
    after_it = replace(opened.subscription, state=opened.following)
    await write_timeline(tx, opened.subscription.id, wanted, after_it, order, now=now)
