"""Sell an add-on beside a plan that an account has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from bss.canonical import plain
from bss.catalogue.add_on import add_on_problems
from bss.catalogue.characteristic import sale_problems
from bss.catalogue.product import Offering, private_problems
from bss.catalogue.quantity import quantity_problems
from bss.identifier import uuid7
from bss.permission import Permission
from bss.refusal import InvalidInput, LockedField, NotFound, Problem, WrongState
from bss.subscriptions.begin_service import PriceMissing, begin_service, refuse_unpriced
from bss.subscriptions.characteristics import characteristics_problems
from bss.subscriptions.open_change import Opened, open_change, refuse_instant
from bss.subscriptions.queries import offerings
from bss.subscriptions.sale import beside, known_offering, reference
from bss.subscriptions.subscription import Verb
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
    offering = await known_offering(tx, request.offering_id)
    starts_at = request.starts_at or plan.by_default(now)
    sold_plan = (await offerings(tx.viewer, (plan.subscription.id,)))[plan.subscription.id]
    if problems := _problems(request, plan, sold_plan, offering, starts_at):
        raise InvalidInput(problems)
    await refuse_unpriced(tx, plan.subscription.path, offering, starts_at)
    add_on_id = uuid7()
    sold = beside(
        plan.subscription.id, plan.subscription, offering, request.quantity, starts_at, reference("", add_on_id)
    )
    sold = replace(sold, name=request.name.strip() or sold.name, characteristics=plain(request.characteristics))
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
    problems += add_on_problems(offering, sold_plan)
    if subscription.parent_id is not None:
        problems.append(Problem(("subscriptionId",), "An add-on has no add-ons."))
    then = as_of(plan.timeline, starts_at)
    if then is None:
        problems.append(Problem(("startsAt",), "The plan is not in service then."))
    elif then.status is SegmentStatus.TRIAL:
        problems.append(Problem(("startsAt",), "The plan is in trial then; add-ons begin when it is paid for."))
    return problems
