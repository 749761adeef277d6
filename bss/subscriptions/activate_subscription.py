"""Activate a subscription that was created without being in service."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bss.catalogue.product import private_problems
from bss.permission import Permission
from bss.refusal import InvalidInput, LockedField, NotFound, WrongState
from bss.subscriptions.begin_service import PriceMissing, begin_service, refuse_unpriced
from bss.subscriptions.open_change import open_change, refuse_instant
from bss.subscriptions.queries import offerings
from bss.subscriptions.subscription import Verb
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class ActivateSubscription:
    """In service from `at` on, past or future; left out, from now or from the agreed start if that is to come."""

    subscription_id: UUID
    at: datetime | None = None
    expected_version: int | None = None


@command(
    "activateSubscription",
    requires=Permission.SUBSCRIPTION_MANAGE,
    refuses=(NotFound, LockedField, WrongState, PriceMissing),
)
async def activate_subscription(tx: Transaction, request: ActivateSubscription, now: datetime) -> Outcome:
    """Begin the service of a created subscription; its start becomes the instant of activation."""
    refuse_instant(tx, request.at, now)
    opened = await open_change(tx, request.subscription_id, Verb.ACTIVATE, expected_version=request.expected_version)
    subscription = opened.subscription
    starts_at = request.at or max(now, subscription.starts_at)
    offering = (await offerings(tx.viewer, (subscription.id,)))[subscription.id]
    if problems := private_problems(offering, subscription.path):
        raise InvalidInput(problems)
    await refuse_unpriced(tx, subscription.path, offering, starts_at)
    sold = replace(subscription, starts_at=starts_at)
    await begin_service(tx, subscription.id, offering, sold, Verb.ACTIVATE, now=now)
    return Outcome(subscription.id)
