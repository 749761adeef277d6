"""What a reseller does with a subscription appears at the distributor: once, when it is paid for, and locked."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from bss.subscriptions import queries as subscriptions
from bss.subscriptions.add_add_on import AddAddOn, add_add_on
from bss.subscriptions.cancel_subscription import CancelSubscription, cancel_subscription
from bss.subscriptions.change_characteristics import ChangeCharacteristics, change_characteristics
from bss.subscriptions.change_offering import ChangeOffering, change_offering
from bss.subscriptions.create_subscription import CreateSubscription, create_subscription
from bss.subscriptions.end_trial import ConvertTrial, ExtendTrial, convert_trial, extend_trial
from bss.subscriptions.resume_subscription import ResumeSubscription, resume_subscription
from bss.subscriptions.set_renewal import SetRenewal, set_renewal
from bss.subscriptions.subscription import SubscriptionState, Verb
from bss.subscriptions.suspend_subscription import SuspendSubscription, suspend_subscription
from bss.subscriptions.timeline import SegmentStatus
from bss.subscriptions.transfer_subscription import TransferSubscription, transfer_subscription
from tests.sync.books import START, Book
from tests.sync.channel import Channel


async def tried(channel: Channel) -> UUID:
    """A trial of Z from 1 June on, for 14 days."""
    request = CreateSubscription(
        channel.resell.accounts["Z"], channel.resell.offerings["seats"], Decimal(5), trial=True
    )
    return await channel.tell(create_subscription, request)


async def statuses(book: Book, subscription_id: UUID) -> list[tuple[SegmentStatus, int]]:
    """Each stretch and the day of June on which it begins."""
    with book.database.bound():
        found = (await subscriptions.timeline(book.viewer, (subscription_id,)))[subscription_id]
    return [(segment.status, segment.effective_from.day) for segment in found]


async def test_c07_a_trial_is_mirrored_when_it_is_paid_and_starts_then(channel: Channel) -> None:
    origin_id = await tried(channel)
    for day in (1, 8, 14):
        channel.move_to_day(day)
        await channel.settle()
        assert await channel.mirrors() == {}
    channel.move_to_day(15)
    await channel.settle()
    mirror = await channel.mirror_of(origin_id)
    assert (mirror.starts_at, mirror.activated_at) == (START.replace(day=15), START.replace(day=15))
    assert await statuses(channel.cloud, mirror.id) == [(SegmentStatus.ACTIVE, 15)]


async def test_a_trial_that_is_converted_crosses_then_and_one_that_is_extended_waits(channel: Channel) -> None:
    early, late, ended = await tried(channel), await tried(channel), await tried(channel)
    channel.move_to_day(10)
    await channel.settle()
    await channel.tell(convert_trial, ConvertTrial(early))
    await channel.tell(extend_trial, ExtendTrial(late, START.replace(day=20)))
    await channel.tell(cancel_subscription, CancelSubscription(ended))
    await channel.settle()
    assert [mirror.starts_at.day for mirror in (await channel.mirrors()).values()] == [10]
    channel.move_to_day(16)
    await channel.settle()
    assert len(await channel.mirrors()) == 1
    channel.move_to_day(20)
    await channel.settle()
    assert (await channel.mirror_of(late)).starts_at.day == 20
    assert len(await channel.mirrors()) == 2


async def test_a_characteristic_that_is_chosen_anew_crosses_from_its_day_on(channel: Channel) -> None:
    """The distributor's own product asks for nothing: what the reseller's buyers choose is the reseller's affair."""
    origin_id = await channel.sell("X", 5)
    for day, region in ((5, "ams"), (9, "fra")):
        channel.move_to_day(day)
        await channel.tell(change_characteristics, ChangeCharacteristics(origin_id, {"region": region}))
        await channel.settle()
    mirror = await channel.mirror_of(origin_id)
    with channel.cloud.database.bound():
        timeline = (await subscriptions.timeline(channel.cloud.viewer, (mirror.id,)))[mirror.id]
    assert [(segment.characteristics, segment.effective_from.day) for segment in timeline] == [
        ({}, 1),
        ({"region": "ams"}, 5),
        ({"region": "fra"}, 9),
    ]


async def test_a_suspension_and_an_upgrade_cross(channel: Channel) -> None:
    origin_id = await channel.sell("X", 5)
    channel.move_to_day(5)
    await channel.tell(suspend_subscription, SuspendSubscription(origin_id, "not paid"))
    await channel.settle()
    assert (await channel.mirror_of(origin_id)).state is SubscriptionState.SUSPENDED
    channel.move_to_day(9)
    await channel.tell(resume_subscription, ResumeSubscription(origin_id))
    channel.move_to_day(12)
    await channel.tell(change_offering, ChangeOffering(origin_id, channel.resell.offerings["better"]))
    await channel.settle()
    mirror = await channel.mirror_of(origin_id)
    assert await statuses(channel.cloud, mirror.id) == [
        (SegmentStatus.ACTIVE, 1),
        (SegmentStatus.SUSPENDED, 5),
        (SegmentStatus.ACTIVE, 9),
        (SegmentStatus.ACTIVE, 12),
    ]
    assert mirror.offering_id == channel.cloud.offerings["better"]
    assert await channel.in_step()


async def test_an_add_on_appears_beside_the_mirror_of_its_plan_and_is_cancelled_there(channel: Channel) -> None:
    """The network loses, repeats and reorders: the add-on waits for its plan."""
    plan = await channel.sell("X", 5)
    add_on = await channel.tell(add_add_on, AddAddOn(plan, channel.resell.offerings["support"], Decimal(2)))
    await channel.settle()
    beside, under = await channel.mirror_of(add_on), await channel.mirror_of(plan)
    assert (beside.parent_id, beside.quantity) == (under.id, 2)
    channel.move_to_day(9)
    await channel.tell(cancel_subscription, CancelSubscription(add_on))
    await channel.settle()
    assert (await channel.mirror_of(add_on)).state is SubscriptionState.CANCELLED
    assert (await channel.mirror_of(plan)).state is SubscriptionState.ACTIVE
    await channel.tell(set_renewal, SetRenewal(plan, False))
    await channel.settle()
    assert (await channel.mirror_of(plan)).renews_automatically is False
    assert await channel.in_step()


async def test_a_transfer_ends_one_mirror_and_makes_another_that_succeeds_it(channel: Channel) -> None:
    origin_id = await channel.sell("X", 5)
    await channel.settle()
    channel.move_to_day(16)
    taken = await channel.tell(transfer_subscription, TransferSubscription(origin_id, channel.resell.accounts["Z"]))
    await channel.settle()
    old, new = await channel.mirror_of(origin_id), await channel.mirror_of(taken)
    assert (old.ends_at, new.starts_at, new.predecessor_id) == (channel.now, channel.now, old.id)
    assert old.ends_at is not None
    assert old.ends_at - START < timedelta(days=16)
    assert await channel.in_step()


async def test_the_distributor_keeps_its_own_record_of_what_the_reseller_ordered(channel: Channel) -> None:
    """A sale and a change: two orders in each organisation's books, the distributor's by whoever synchronises."""
    origin_id = await channel.sell("X", 5)
    await channel.settle()
    channel.move_to_day(5)
    await channel.change(origin_id, 7)
    await channel.settle()
    mirror = await channel.mirror_of(origin_id)
    with channel.cloud.database.bound():
        kept = (await subscriptions.orders(channel.cloud.viewer, (mirror.id,)))[mirror.id]
    with channel.resell.database.bound():
        own = (await subscriptions.orders(channel.resell.viewer, (origin_id,)))[origin_id]
    assert [order.verb for order in own] == [Verb.CHANGE_QUANTITY, Verb.CREATE]
    assert [(order.verb, order.version) for order in kept] == [(Verb.MIRROR, 2), (Verb.MIRROR, 1)]
