"""Sell a bundle to an account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from bss.canonical import plain
from bss.catalogue.bundle import Bundle
from bss.catalogue.bundle_queries import bundles
from bss.catalogue.characteristic import sale_problems
from bss.catalogue.from_above import published_by_ancestors
from bss.catalogue.product import Offering, OfferingKind, private_problems
from bss.catalogue.quantity import quantity_problems
from bss.identifier import uuid7
from bss.organisations.account import Account, AccountClosed
from bss.permission import Permission
from bss.refusal import InvalidInput, LockedField, NotFound, Problem
from bss.subscriptions.begin_service import PriceMissing, begin_service, refuse_unpriced
from bss.subscriptions.characteristics import characteristics_problems
from bss.subscriptions.open_change import refuse_instant
from bss.subscriptions.sale import beside, by_itself, open_buyer, reference
from bss.subscriptions.subscription import Projection, Verb
from bss.text import MOST_NAME, text_problems
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class SellBundle:
    """`quantity` bundles from `starts_at` on: now, or in the past with `subscription:backdate`.

    Every component becomes a subscription of its own, in its quantity for each bundle, under one `order_reference`,
    which is made unless it is given. `characteristics` are what is chosen about the components, by offering.
    """

    account_id: UUID
    bundle_id: UUID
    quantity: Decimal
    starts_at: datetime | None = None
    order_reference: str = ""
    characteristics: Mapping[UUID, Mapping[str, object]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Part:
    """What is sold of one component. `chosen_at` is where the input has what is chosen about it; None: nowhere."""

    offering: Offering
    quantity: Decimal
    characteristics: Mapping[str, object]
    chosen_at: int | None

    def asked(self, name: str, message: str) -> Problem:
        """A problem of a field of the input that is about all components: the message says whose it is."""
        return Problem((name,), f"{self.offering.name}: {message}")


@command(
    "sellBundle",
    requires=Permission.SUBSCRIPTION_MANAGE,
    refuses=(NotFound, LockedField, AccountClosed, PriceMissing),
)
async def sell_bundle(tx: Transaction, request: SellBundle, now: datetime) -> Outcome:
    """Sell a bundle: each component becomes a subscription, or none does; the result is what was sold together."""
    refuse_instant(tx, request.starts_at, now)
    account = await open_buyer(tx, request.account_id)
    bundle = (await bundles(tx.viewer, (request.bundle_id,))).get(request.bundle_id)
    if bundle is None:
        raise NotFound("bundle", ("bundleId",))
    parts = await _parts(tx, request, bundle)
    if problems := [*_problems(request, bundle, account), *_part_problems(request, account, parts)]:
        raise InvalidInput(problems)
    starts_at = request.starts_at or now
    for part in parts:
        await refuse_unpriced(tx, account.path, part.offering, starts_at, name="bundleId")
    return Outcome(await _sell(tx, account, parts, starts_at, request.order_reference, now))


async def _parts(tx: Transaction, request: SellBundle, bundle: Bundle) -> list[_Part]:
    """Raises `NotFound` for what is sold to the viewer no more."""
    known = await published_by_ancestors(tx.viewer, {each.offering_id for each in bundle.components})
    chosen_at = {offering_id: index for index, offering_id in enumerate(request.characteristics)}
    parts = []
    for component in bundle.components:
        if component.offering_id not in known:
            raise NotFound("bundle any more: not all that is in it is sold here", ("bundleId",))
        # Exact: a product of two quantities that is itself one has no more digits than a decimal keeps.
        quantity = request.quantity * component.quantity
        chosen = request.characteristics.get(component.offering_id, {})
        place = chosen_at.get(component.offering_id)
        parts.append(_Part(known[component.offering_id], quantity, chosen, place))
    return parts


def _problems(request: SellBundle, bundle: Bundle, account: Account) -> Iterator[Problem]:
    # A viewer of the whole organisation sees the bundles of all its sellers, and each sells below itself only.
    if not account.path.startswith(bundle.path):
        yield Problem(("bundleId",), f"{bundle.name} is not sold to {account.name}.")
    if request.characteristics.keys() - {component.offering_id for component in bundle.components}:
        yield Problem(("characteristics",), "Only what is in the bundle has something chosen about it.")
    yield from quantity_problems(request.quantity)
    yield from text_problems("orderReference", request.order_reference.strip(), MOST_NAME)


def _part_problems(request: SellBundle, account: Account, parts: list[_Part]) -> Iterator[Problem]:
    """What is wrong with the single sales; their quantities, where nothing is with the quantity of all.

    Each stands where the input asks for it, as the input has no components: they are the bundle's.
    """
    amiss = bool(quantity_problems(request.quantity))
    for part in parts:
        for problem in () if amiss else quantity_problems(part.quantity):
            yield part.asked("quantity", problem.message)
        yield from _chosen_problems(part)
        yield from private_problems(part.offering, account.path, "bundleId")


def _chosen_problems(part: _Part) -> Iterator[Problem]:
    for problem in (
        *characteristics_problems(part.characteristics),
        *sale_problems(part.offering.characteristics, part.characteristics),
    ):
        if part.chosen_at is None:
            yield part.asked("characteristics", problem.message)
        else:
            yield problem.under("characteristics", str(part.chosen_at))


async def _sell(
    tx: Transaction, account: Account, parts: list[_Part], starts_at: datetime, given_reference: str, now: datetime
) -> UUID:
    """Write the subscriptions, add-ons last; returns the id of the first."""
    ids: list[UUID] = []
    plan: tuple[UUID, Projection] | None = None
    for part in sorted(parts, key=lambda each: each.offering.kind is OfferingKind.ADD_ON):
        ids.append(uuid7())
        order_reference = reference(given_reference, ids[0])
        if part.offering.kind is OfferingKind.ADD_ON and plan is not None:
            sold = beside(*plan, part.offering, part.quantity, starts_at, order_reference)
        else:
            sold = by_itself(account, part.offering, part.quantity, starts_at, order_reference)
        sold = replace(sold, characteristics=plain(part.characteristics))
        if part.offering.kind is OfferingKind.PLAN:
            plan = ids[-1], sold
        await begin_service(tx, ids[-1], part.offering, sold, Verb.CREATE, now=now)
    return ids[0]
