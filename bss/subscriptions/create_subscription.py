"""Sell an offering to an account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from bss.canonical import plain
from bss.catalogue.characteristic import sale_problems
from bss.catalogue.product import Offering, OfferingKind, private_problems
from bss.catalogue.quantity import quantity_problems
from bss.identifier import uuid7
from bss.organisations.account import Account, AccountClosed
from bss.permission import Permission
from bss.refusal import InvalidInput, LockedField, NotFound, Problem
from bss.subscriptions.begin_service import PriceMissing, begin_service, refuse_unpriced
from bss.subscriptions.characteristics import characteristics_problems
from bss.subscriptions.open_change import refuse_instant
from bss.subscriptions.order import Order
from bss.subscriptions.sale import by_itself, known_offering, open_buyer, reference
from bss.subscriptions.subscription import Projection, Verb
from bss.subscriptions.write_timeline import write_timeline
from bss.text import MOST_NAME, text_problems
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class CreateSubscription:
    """A sale of `quantity` of the offering to the account.

    `starts_at` may lie in the future or, with `subscription:backdate`, in the past; left out, it is now. `name` is the
    offering's unless it is given, and `order_reference` is made from the subscription's id. Without `activate` nothing
    is in service until the subscription is activated. With `trial` it is tried first, for as many days as the offering
    says, and paid for from then on unless it is cancelled.
    """

    account_id: UUID
    offering_id: UUID
    quantity: Decimal
    name: str = ""
    starts_at: datetime | None = None
    activate: bool = True
    characteristics: Mapping[str, object] = field(default_factory=dict)
    renews_automatically: bool = True
    order_reference: str = ""
    trial: bool = False


@command(
    "createSubscription",
    requires=Permission.SUBSCRIPTION_MANAGE,
    refuses=(NotFound, LockedField, AccountClosed, PriceMissing),
)
async def create_subscription(tx: Transaction, request: CreateSubscription, now: datetime) -> Outcome:
    """Sell an offering to an account, and begin its service unless it is to be activated later."""
    refuse_instant(tx, request.starts_at, now)
    account = await open_buyer(tx, request.account_id)
    offering = await known_offering(tx, request.offering_id)
    problems = [*_problems(request), *_trial_problems(request, offering)]
    problems += sale_problems(offering.characteristics, request.characteristics)
    problems += private_problems(offering, account.path)
    if offering.kind is OfferingKind.ASSET and not request.renews_automatically:
        problems.append(Problem(("renewsAutomatically",), f"{offering.name} is an asset: it has no term to end."))
    if offering.kind is OfferingKind.ADD_ON:
        problems.append(Problem(("offeringId",), f"{offering.name} is sold beside a plan only: add it to one."))
    if problems:
        raise InvalidInput(problems)
    subscription_id = uuid7()
    sold = _sold(request, subscription_id, account, offering, now)
    tried_until = sold.starts_at + timedelta(days=offering.trial_days) if request.trial else None
    sold = replace(sold, term_anchor=tried_until)
    await refuse_unpriced(tx, account.path, offering, tried_until or sold.starts_at)
    if request.activate:
        await begin_service(tx, subscription_id, offering, sold, Verb.CREATE, now=now, tried_until=tried_until)
    else:
        await write_timeline(tx, subscription_id, (), sold, Order(Verb.CREATE, sold.starts_at), now=now)
    return Outcome(subscription_id)


def _trial_problems(request: CreateSubscription, offering: Offering) -> Iterator[Problem]:
    if request.trial and not offering.trial_days:
        yield Problem(("trial",), f"{offering.name} has no trial.")
    if request.trial and not request.activate:
        yield Problem(("activate",), "A trial begins with the sale.")


def _problems(request: CreateSubscription) -> tuple[Problem, ...]:
    return (
        *quantity_problems(request.quantity),
        *text_problems("name", request.name.strip(), MOST_NAME),
        *text_problems("orderReference", request.order_reference.strip(), MOST_NAME),
        *characteristics_problems(request.characteristics),
    )


def _sold(
    request: CreateSubscription, subscription_id: UUID, account: Account, offering: Offering, now: datetime
) -> Projection:
    order_reference = reference(request.order_reference, subscription_id)
    return replace(
        by_itself(account, offering, request.quantity, request.starts_at or now, order_reference),
        name=request.name.strip() or offering.name,
        characteristics=plain(request.characteristics),
        renews_automatically=request.renews_automatically,
    )
