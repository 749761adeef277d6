"""Step at the distributor: make the mirror of a reseller's subscription, or bring it up to date, and answer.

Owns: what must hold before a mirror is accepted, and what follows from it. Does not own: the timeline's rows
(`bss.subscriptions.write_timeline`, the step that local changes use too), prices (`bss.agreements`), or provisioning.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bss.agreements.queries import missing_prices
from bss.catalogue import queries as catalogue
from bss.catalogue.product import Offering
from bss.organisations.account import Account
from bss.provisioning.provision import provision, removed
from bss.refusal import Refusal
from bss.subscriptions import queries as subscriptions
from bss.subscriptions.begin_service import PriceMissing
from bss.subscriptions.order import Order
from bss.subscriptions.subscription import Projection, SubscriptionState, Verb
from bss.subscriptions.write_timeline import write_timeline
from bss.transaction.begin import Transaction
from sync import pair as pairs
from sync.answer_subscription import answer_subscription
from sync.counterpart import mirrored_account, mirrored_subscription
from sync.desired import SubscriptionDocument
from sync.link import Link
from sync.message import Message, Subject


class OfferingUnknown(Refusal):
    code = "SYNC_OFFERING_UNKNOWN"
    meaning = "The distributor sells no offering with the id that the reseller's offering names as its supply."


class CycleDiffers(Refusal):
    code = "SYNC_CYCLE_DIFFERS"
    meaning = "The reseller's offering has another cycle than the distributor's offering that it resells."


class SubscriptionOfAnother(Refusal):
    code = "SYNC_SUBSCRIPTION_OF_ANOTHER"
    meaning = "A mirror keeps the account, the plan and the predecessor with which it was made."


class NoSuccessor(Refusal):
    code = "SYNC_NO_SUCCESSOR"
    meaning = "The subscription names a predecessor that has not ended by its start, or that was of another offering."


async def apply_subscription(tx: Transaction, link: Link, message: Message, now: datetime) -> UUID | None:
    """Write the mirror as the only role that may, and put the acceptance on its way; None when it is stale."""
    document = SubscriptionDocument.read(message.data)
    pair = await pairs.adopted(tx, link.id, Subject.SUBSCRIPTION, message.pair_id, now)
    if message.version <= pair.version:
        return None
    account = await mirrored_account(tx, link, document.account_pair_id)
    offerings = await _offerings(tx, document)
    stored = (await subscriptions.timeline(tx.viewer, (pair.local_id,)))[pair.local_id]
    # An end is never refused: what has lost its price can at least be cancelled. What is new has to have one.
    asked = set(offerings)
    if document.state is SubscriptionState.CANCELLED:
        asked -= {segment.offering_id for segment in stored}
    _refuse_private(account, [offerings[each] for each in asked - {segment.offering_id for segment in stored}])
    await _refuse_unpriced(tx, account, [offerings[each] for each in asked], max(now, document.starts_at))
    projection = replace(
        _projection(link, account, offerings[document.offering_id], document),
        parent_id=await mirrored_subscription(tx, link, document.parent_pair_id),
        predecessor_id=await mirrored_subscription(tx, link, document.predecessor_pair_id),
    )
    if pair.version:
        await _refuse_another(tx, pair.local_id, projection)
    elif projection.predecessor_id is not None:
        await _refuse_usurper(tx, projection.predecessor_id, document)
    order = Order(Verb.MIRROR, document.starts_at)
    await write_timeline(tx, pair.local_id, document.timeline, projection, order, now=now)
    await _serve(tx, pair.local_id, document, now)
    await pairs.applied(tx, pair, message.version, now=now)
    await answer_subscription(tx, link, pair, message.version, refusal=None, now=now)
    return pair.local_id


async def _refuse_another(tx: Transaction, mirror_id: UUID, told: Projection) -> None:
    """A mirror stays whose it was made: accounts move as accounts, and a transfer makes another subscription."""
    known = await subscriptions.one(tx.viewer, mirror_id)
    if (known.account_id, known.parent_id, known.predecessor_id) != (
        told.account_id,
        told.parent_id,
        told.predecessor_id,
    ):
        raise SubscriptionOfAnother("The subscription names another account, plan or predecessor than it did.")


async def _refuse_usurper(tx: Transaction, predecessor_id: UUID, document: SubscriptionDocument) -> None:
    """A successor is spared the one-time charges, so that it must go on with what has ended."""
    before = await subscriptions.one(tx.viewer, predecessor_id)
    if before.ends_at is None or before.ends_at > document.starts_at:
        raise NoSuccessor("The subscription that it succeeds has not ended by its start.")
    if document.timeline and before.offering_id != document.timeline[0].offering_id:
        raise NoSuccessor("The subscription that it succeeds was of another offering.")


async def _offerings(tx: Transaction, document: SubscriptionDocument) -> dict[UUID, Offering]:
    wanted = {document.offering_id, *(segment.offering_id for segment in document.timeline)}
    found = await catalogue.offerings(tx.viewer, wanted)
    unknown = sorted(str(offering_id) for offering_id in wanted - found.keys())
    if unknown:
        raise OfferingUnknown(f"There is no offering {', '.join(unknown)}.")
    _refuse_other_cycles(document, found)
    return found


def _refuse_other_cycles(document: SubscriptionDocument, offerings: Mapping[UUID, Offering]) -> None:
    stated = [(document.offering_id, document.cycle)]
    stated += [(segment.offering_id, segment.cycle) for segment in document.timeline]
    for offering_id, cycle in stated:
        offering = offerings[offering_id]
        if cycle != offering.cycle:
            raise CycleDiffers(f"{offering.name} has the cycle {offering.cycle} here.")


def _refuse_private(account: Account, offerings: Collection[Offering]) -> None:
    """What is private to others is not there for this reseller, however it learned of it."""
    for offering in offerings:
        if not offering.open_to(account.path):
            raise OfferingUnknown(f"There is no offering {offering.id}.")


async def _refuse_unpriced(tx: Transaction, account: Account, offerings: Collection[Offering], at: datetime) -> None:
    """What cannot be billed to the reseller is not provided to it."""
    for offering in offerings:
        missing = await missing_prices(tx.viewer, account.path, offering, at)
        if missing:
            raise PriceMissing(f"{offering.name} has no price on {', '.join(missing)}.")


def _projection(link: Link, account: Account, offering: Offering, document: SubscriptionDocument) -> Projection:
    return Projection(
        path=account.path,
        account_id=account.id,
        offering_id=offering.id,
        name=f"{account.name} {offering.name}",
        state=document.state,
        quantity=document.quantity,
        characteristics=document.characteristics,
        cycle=document.cycle,
        term_months=document.term_months,
        term_anchor=document.term_anchor,
        renews_automatically=document.renews_automatically,
        order_reference=document.order_reference,
        starts_at=document.starts_at,
        ends_at=document.ends_at,
        activated_at=document.activated_at,
        mirrored=True,
        managed_by=link.peer_name,
    )


async def _serve(tx: Transaction, subscription_id: UUID, document: SubscriptionDocument, now: datetime) -> None:
    """The service runs from its start, but not from before the distributor heard of it; its end likewise."""
    if document.timeline:
        await provision(tx, subscription_id, max(now, document.starts_at))
    if document.state is SubscriptionState.CANCELLED and document.ends_at is not None:
        await removed(tx, subscription_id, max(now, document.ends_at))
