"""Transfer a subscription to another account: it ends there and goes on here."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bss.catalogue.product import Offering, private_problems
from bss.identifier import uuid7
from bss.organisations.account import Account, AccountClosed
from bss.permission import Permission
from bss.provisioning.provision import provision, removed
from bss.refusal import InvalidInput, LockedField, NotFound, WrongState
from bss.subscriptions.begin_service import PriceMissing, refuse_unpriced
from bss.subscriptions.open_change import Opened, open_add_ons, open_change, refuse_instant
from bss.subscriptions.order import Order, reason_problems
from bss.subscriptions.queries import offerings
from bss.subscriptions.sale import open_buyer
from bss.subscriptions.subscription import Projection, Verb
from bss.subscriptions.timeline import ended, remaining
from bss.subscriptions.write_timeline import write_timeline
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class TransferSubscription:
    """To `account_id` from `effective_at` on (now, or the start if that is to come), with its add-ons.

    The subscription ends in the old account; its successor in the new one goes on with the same offering, quantity,
    term and schedule, and names its predecessor. Nothing is set up twice: one-time charges are not due again.
    """

    subscription_id: UUID
    account_id: UUID
    effective_at: datetime | None = None
    reason: str = ""
    expected_version: int | None = None


@command(
    "transferSubscription",
    requires=Permission.SUBSCRIPTION_MANAGE,
    refuses=(NotFound, LockedField, WrongState, PriceMissing, AccountClosed),
)
async def transfer_subscription(tx: Transaction, request: TransferSubscription, now: datetime) -> Outcome:
    """Transfer a subscription with its add-ons to another account; the result is its successor there."""
    refuse_instant(tx, request.effective_at, now)
    opened = await open_change(tx, request.subscription_id, Verb.TRANSFER, expected_version=request.expected_version)
    account = await open_buyer(tx, request.account_id)
    at = request.effective_at or opened.by_default(now)
    _refuse(request, opened, account, at)
    add_ons = await open_add_ons(tx, opened.subscription, Verb.TRANSFER, at)
    moved = [each.subscription.id for each in (opened, *add_ons)]
    await _refuse_used(tx, moved, at)
    sold = await offerings(tx.viewer, moved)
    order = Order(Verb.TRANSFER, at, request.reason)
    successor = await _moved(tx, opened, sold[opened.subscription.id], account, order, now)
    for each in add_ons:
        await _moved(tx, each, sold[each.subscription.id], account, order, now, beside=successor)
    return Outcome(successor)


def _refuse(request: TransferSubscription, opened: Opened, account: Account, at: datetime) -> None:
    if problems := list(reason_problems(request.reason)):
        raise InvalidInput(problems)
    if account.id == opened.subscription.account_id:
        raise InvalidInput.at("accountId", f"{account.name} has the subscription already.")
    if opened.subscription.parent_id is not None:
        raise InvalidInput.at("subscriptionId", "An add-on goes with its plan.")
    if not any(segment.contains(at) for segment in opened.timeline):
        raise InvalidInput.at("effectiveAt", "The subscription is not in service then.")


async def _refuse_used(tx: Transaction, subscription_ids: list[UUID], at: datetime) -> None:
    """Usage stays with the subscription that it was measured for, and nobody else is charged for it."""
    # Hours are rows of `bss.metering`, a higher package; only the last instant is read here.
    last = await tx.connection.fetchval(
        "SELECT max(hour) FROM usage_hour WHERE organisation_id = $1 AND subscription_id = ANY($2)",
        *(tx.organisation_id, subscription_ids),
    )
    if last is not None and last >= at:
        raise InvalidInput.at("effectiveAt", f"There is usage until {last:%Y-%m-%d %H:%MZ}; transfer it after that.")


async def _moved(
    tx: Transaction,
    opened: Opened,
    offering: Offering,
    account: Account,
    order: Order,
    now: datetime,
    *,
    beside: UUID | None = None,
) -> UUID:
    """End the one and begin the other; returns the successor's id."""
    old, at = opened.subscription, max(order.effective_at, opened.subscription.starts_at)
    if problems := private_problems(offering, account.path, "accountId"):
        raise InvalidInput(problems)
    await refuse_unpriced(tx, account.path, offering, at)
    going_on = tuple(remaining(opened.timeline, at))
    left = replace(old, state=opened.following, ends_at=at)
    await write_timeline(tx, old.id, ended(opened.timeline, at), left, order, now=now)
    taken = _successor(opened, account, at, beside)
    successor_id = uuid7()
    await write_timeline(tx, successor_id, going_on, taken, order, now=now)
    if not offering.resold:
        await removed(tx, old.id, at)
        await provision(tx, successor_id, at)
    return successor_id


def _successor(opened: Opened, account: Account, at: datetime, beside: UUID | None) -> Projection:
    old = opened.subscription
    return Projection(
        path=account.path,
        account_id=account.id,
        offering_id=old.offering_id,
        name=old.name,
        state=old.state,
        quantity=old.quantity,
        characteristics=old.characteristics,
        cycle=old.cycle,
        term_months=old.term_months,
        term_anchor=old.term_anchor or old.starts_at,
        renews_automatically=old.renews_automatically,
        order_reference=old.order_reference,
        starts_at=at,
        ends_at=old.ends_at,
        activated_at=at,
        parent_id=beside,
        predecessor_id=old.id,
    )
