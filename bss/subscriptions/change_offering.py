"""Change what a subscription is of: an upgrade or a downgrade, at once, at an instant, or at renewal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from bss.canonical import plain
from bss.catalogue.characteristic import sale_problems
from bss.catalogue.product import Offering, private_problems
from bss.catalogue.quantity import quantity_problems
from bss.permission import Permission
from bss.refusal import InvalidInput, LockedField, NotFound, Problem, WrongState
from bss.subscriptions.begin_service import PriceMissing, refuse_unpriced
from bss.subscriptions.characteristics import characteristics_problems
from bss.subscriptions.open_change import OUTSIDE, asked_instant, open_change, refuse_instant, write_change
from bss.subscriptions.order import Order
from bss.subscriptions.queries import offerings_over_time
from bss.subscriptions.sale import known_offering
from bss.subscriptions.subscription import Verb
from bss.subscriptions.timeline import Change, Segment, as_of
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class ChangeOffering:
    """The other offering from `effective_at` on, or at the end of the term; with another quantity, if one is given.

    It and the one that it replaces, which is in effect then, are of one kind and bought from one supplier; the term
    goes on, and the cycle is the new one's. `characteristics` replace what was chosen; left out, that has to do for the
    other product too.
    """

    subscription_id: UUID
    offering_id: UUID
    quantity: Decimal | None = None
    effective_at: datetime | None = None
    at_term_end: bool = False
    expected_version: int | None = None
    characteristics: Mapping[str, object] | None = None


@command(
    "changeOffering",
    requires=Permission.SUBSCRIPTION_MANAGE,
    refuses=(NotFound, LockedField, WrongState, PriceMissing),
)
async def change_offering(tx: Transaction, request: ChangeOffering, now: datetime) -> Outcome:
    """Upgrade or downgrade a subscription to another offering from an instant on."""
    refuse_instant(tx, request.effective_at, now, at_term_end=request.at_term_end)
    opened = await open_change(
        tx, request.subscription_id, Verb.CHANGE_OFFERING, expected_version=request.expected_version
    )
    subscription = opened.subscription
    offering = await known_offering(tx, request.offering_id)
    at = await asked_instant(tx, opened, request.effective_at, request.at_term_end, now)
    then = as_of(opened.timeline, at)
    if then is None:
        raise InvalidInput.at("effectiveAt", OUTSIDE)
    if then.offering_id == offering.id:
        raise InvalidInput.at("offeringId", f"It is a subscription of {offering.name} then already.")
    # What it is of at that instant, which another change may have been scheduled to.
    replaced = (await offerings_over_time(tx.viewer, subscription.id))[then.offering_id]
    problems = [*_problems(replaced, offering), *_quantity_problems(request)]
    problems += _characteristics_problems(request, replaced, offering, then)
    if problems := [*problems, *private_problems(offering, subscription.path)]:
        raise InvalidInput(problems)
    await refuse_unpriced(tx, subscription.path, offering, at)
    change: Change = {"offering_id": offering.id, "cycle": offering.cycle}
    if request.quantity is not None:
        change["quantity"] = request.quantity
    if request.characteristics is not None:
        change["characteristics"] = plain(request.characteristics)
    await write_change(tx, opened, Order(Verb.CHANGE_OFFERING, at), now, **change)
    return Outcome(subscription.id)


def _characteristics_problems(
    request: ChangeOffering, replaced: Offering, wanted: Offering, then: Segment
) -> Iterator[Problem]:
    if request.characteristics is not None:
        yield from characteristics_problems(request.characteristics)
        yield from sale_problems(wanted.characteristics, request.characteristics)
    elif wanted.product_id != replaced.product_id:
        yield from sale_problems(wanted.characteristics, then.characteristics)


def _quantity_problems(request: ChangeOffering) -> tuple[Problem, ...]:
    return () if request.quantity is None else quantity_problems(request.quantity)


def _problems(replaced: Offering, wanted: Offering) -> list[Problem]:
    found = []
    if wanted.kind is not replaced.kind:
        found.append(f"{wanted.name} is sold as {wanted.kind}, and {replaced.name} as {replaced.kind}.")
    if wanted.supplier_id != replaced.supplier_id:
        found.append(f"{wanted.name} has another supplier than {replaced.name}.")
    return [Problem(("offeringId",), message) for message in found]
