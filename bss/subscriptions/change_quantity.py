"""Change the quantity of a subscription from an instant on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from bss.catalogue.quantity import quantity_problems
from bss.permission import Permission
from bss.refusal import InvalidInput, LockedField, NotFound, WrongState
from bss.subscriptions.open_change import asked_instant, open_change, refuse_instant, write_change
from bss.subscriptions.order import Order
from bss.subscriptions.subscription import Verb
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class ChangeQuantity:
    """`quantity` from `effective_at` to the end of the timeline; what was scheduled after it is superseded.

    `effective_at` may lie in the future or, with `subscription:backdate`, in the past, but not before the start.
    Left out, it is the end of the current term, if that is asked for; or else now, or the start if that is to come.
    """

    subscription_id: UUID
    quantity: Decimal
    effective_at: datetime | None = None
    expected_version: int | None = None
    at_term_end: bool = False


@command(
    "changeQuantity",
    requires=Permission.SUBSCRIPTION_MANAGE,
    refuses=(NotFound, LockedField, WrongState),
)
async def change_quantity(tx: Transaction, request: ChangeQuantity, now: datetime) -> Outcome:
    """Change the quantity of a subscription from an instant on, in the past or in the future."""
    refuse_instant(tx, request.effective_at, now, at_term_end=request.at_term_end)
    problems = quantity_problems(request.quantity)
    if problems:
        raise InvalidInput(problems)
    opened = await open_change(
        tx, request.subscription_id, Verb.CHANGE_QUANTITY, expected_version=request.expected_version
    )
    at = await asked_instant(tx, opened, request.effective_at, request.at_term_end, now)
    await write_change(tx, opened, Order(Verb.CHANGE_QUANTITY, at), now, quantity=request.quantity)
    return Outcome(opened.subscription.id)
