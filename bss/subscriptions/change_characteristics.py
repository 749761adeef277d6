"""Choose the characteristics of a subscription anew, from an instant on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bss.canonical import plain
from bss.catalogue.characteristic import Offered, change_problems
from bss.catalogue.from_above import published_by_ancestors
from bss.permission import Permission
from bss.refusal import InvalidInput, LockedField, NotFound, WrongState
from bss.subscriptions.characteristics import characteristics_problems
from bss.subscriptions.open_change import OUTSIDE, Opened, open_change, refuse_instant
from bss.subscriptions.order import Order
from bss.subscriptions.queries import offerings
from bss.subscriptions.subscription import Verb
from bss.subscriptions.timeline import OutsideTimeline, described, remaining
from bss.subscriptions.write_timeline import write_timeline
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class ChangeCharacteristics:
    """These from `effective_at` on, as for a quantity; those that are not named stay, and null takes one away.

    What may be chosen, the products say of which the subscription is one from then on.
    """

    subscription_id: UUID
    characteristics: Mapping[str, object]
    effective_at: datetime | None = None
    expected_version: int | None = None


@command("changeCharacteristics", requires=Permission.SUBSCRIPTION_MANAGE, refuses=(NotFound, LockedField, WrongState))
async def change_characteristics(tx: Transaction, request: ChangeCharacteristics, now: datetime) -> Outcome:
    """Change some characteristics of a subscription from an instant on, in the past or in the future."""
    refuse_instant(tx, request.effective_at, now)
    opened = await open_change(
        tx, request.subscription_id, Verb.CHANGE_CHARACTERISTICS, expected_version=request.expected_version
    )
    subscription = opened.subscription
    at = request.effective_at or opened.by_default(now)
    problems = [*characteristics_problems(request.characteristics)]
    for offered in await _offered(tx, opened, at):
        problems += change_problems(offered, request.characteristics)
    if problems:
        raise InvalidInput(dict.fromkeys(problems))
    try:
        wanted = described(opened.timeline, at, plain(request.characteristics))
    except OutsideTimeline:
        raise InvalidInput.at("effectiveAt", OUTSIDE) from None
    # Bounds hold for the whole, and not for what is said now.
    if problems := [each for part in wanted for each in characteristics_problems(part.characteristics)]:
        raise InvalidInput(problems[:1])
    after_it = replace(subscription, state=opened.following)
    await write_timeline(tx, subscription.id, wanted, after_it, Order(Verb.CHANGE_CHARACTERISTICS, at), now=now)
    return Outcome(subscription.id)


async def _offered(tx: Transaction, opened: Opened, at: datetime) -> list[Offered]:
    """What is asked for by what the subscription is of, at the instant and after it."""
    wanted = dict.fromkeys(each.offering_id for each in remaining(opened.timeline, at))
    known = await published_by_ancestors(tx.viewer, wanted.keys())
    # What it is of now may be published to nobody any more.
    present = (await offerings(tx.viewer, (opened.subscription.id,)))[opened.subscription.id]
    known[present.id] = present
    return [known[each].characteristics for each in wanted if each in known]
