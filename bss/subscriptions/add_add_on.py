"""Sell an add-on beside a plan that an account has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from bss.canonical import plain
from bss.catalogue.characteristic import sale_problems
from bss.catalogue.from_above import published_by_ancestors
from bss.catalogue.product import Offering, OfferingKind, private_problems
from bss.identifier import label, uuid7
from bss.permission import Permission
from bss.refusal import InvalidInput, LockedField, NotFound, Problem, WrongState
from bss.subscriptions.begin_service import PriceMissing, begin_service, refuse_unpriced
from bss.subscriptions.characteristics import characteristics_problems
from bss.subscriptions.open_change import Opened, open_change, refuse_instant
from bss.subscriptions.quantity import quantity_problems
from bss.subscriptions.queries import offerings
from bss.subscriptions.subscription import Projection, Subscription, SubscriptionState, Verb
from bss.subscriptions.timeline import SegmentStatus, as_of
from bss.text import MOST_NAME, text_problems
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class AddAddOn:
    """`quantity` of the add-on from `starts_at` on (now, or the plan's start if that is to come).

    It is a subscription with a life of its own, except that it is suspended, resumed, transferred and cancelled with
    its plan, and that its terms are the plan's.
    """

    subscription_id: UUID
    offering_id: UUID
    quantity: Decimal
    starts_at: datetime | None = None
    name: str = ""
    expected_version: int | None = None
    characteristics: Mapping[str, object] = field(default_factory=dict)


@command(
    "addAddOn",
    requires=Permission.SUBSCRIPTION_MANAGE,
    refuses=(NotFound, LockedField, WrongState, PriceMissing),
)
async def add_add_on(tx: Transaction, request: AddAddOn, now: datetime) -> Outcome:
    """Sell an add-on beside a plan; the result is the add-on's own subscription."""
    refuse_instant(tx, request.starts_at, now)
    plan = await open_change(
        tx, request.subscription_id, Verb.CHANGE_QUANTITY, expected_version=request.expected_version
    )
    offering = (await published_by_ancestors(tx.viewer, (request.offering_id,))).get(request.offering_id)
    if offering is None:
        raise NotFound("offering", ("offeringId",))
    starts_at = request.starts_at or plan.by_default(now)
    sold_plan = (await offerings(tx.viewer, (plan.subscription.id,)))[plan.subscription.id]
    if problems := _problems(request, plan, sold_plan, offering, starts_at):
        raise InvalidInput(problems)
    await refuse_unpriced(tx, plan.subscription.path, offering, starts_at)
    add_on_id = uuid7()
    sold = replace(
        _beside(plan.subscription, add_on_id, offering),
        quantity=request.quantity,
        starts_at=starts_at,
        characteristics=plain(request.characteristics),
    )
    if request.name.strip():
        sold = replace(sold, name=request.name.strip())
    await begin_service(tx, add_on_id, offering, sold, Verb.CREATE, now=now)
    return Outcome(add_on_id)


def _problems(
    request: AddAddOn, plan: Opened, sold_plan: Offering, offering: Offering, starts_at: datetime
) -> list[Problem]:
    subscription = plan.subscription
    problems = [*quantity_problems(request.quantity), *text_problems("name", request.name.strip(), MOST_NAME)]
    problems += characteristics_problems(request.characteristics)
    problems += sale_problems(offering.characteristics, request.characteristics)
    problems += private_problems(offering, subscription.path)
    if offering.kind is not OfferingKind.ADD_ON:
        problems.append(Problem(("offeringId",), f"{offering.name} is no add-on."))
    if offering.supply_link_id != sold_plan.supply_link_id:
        problems.append(Problem(("offeringId",), f"{offering.name} has another supplier than {sold_plan.name}."))
    if subscription.parent_id is not None:
        problems.append(Problem(("subscriptionId",), "An add-on has no add-ons."))
    beside = as_of(plan.timeline, starts_at)
    if beside is None:
        problems.append(Problem(("startsAt",), "The plan is not in service then."))
    elif beside.status is SegmentStatus.TRIAL:
        problems.append(Problem(("startsAt",), "The plan is in trial then; add-ons begin when it is paid for."))
    return problems


def _beside(plan: Subscription, add_on_id: UUID, offering: Offering) -> Projection:
    """One piece of the add-on, with what it has from its plan: account, term and renewal."""
    return Projection(
        path=plan.path,
        account_id=plan.account_id,
        offering_id=offering.id,
        name=f"{plan.name}: {offering.name}",
        state=SubscriptionState.CREATED,
        quantity=Decimal(1),
        characteristics={},
        cycle_months=offering.cycle_months,
        term_months=plan.term_months,
        term_anchor=plan.term_anchor or plan.starts_at,
        renews_automatically=plan.renews_automatically,
        order_reference=f"ORD-{label(add_on_id).upper()}",
        starts_at=plan.starts_at,
        parent_id=plan.id,
    )
