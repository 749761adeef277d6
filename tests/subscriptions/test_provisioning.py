"""Facts about the service: since when it runs, since when it is gone, and why it was refused."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest_asyncio

from bss.identifier import uuid7
from bss.provisioning.provision import provision, refuse_mirror, removed
from bss.subscriptions import queries
from bss.subscriptions.cancel_subscription import CancelSubscription, cancel_subscription
from bss.subscriptions.create_subscription import CreateSubscription, create_subscription
from bss.subscriptions.order import Order
from bss.subscriptions.subscription import SubscriptionState, Verb
from bss.subscriptions.write_timeline import write_timeline
from bss.transaction.begin import begin
from bss.transaction.database import Role
from tests.subscriptions.books import Books, add_resold_offering, june


async def test_a_service_of_our_own_runs_from_activation_to_cancellation(books: Books) -> None:
    subscription_id = await books.sell(now=june(1))
    assert (await queries.one(books.viewer, subscription_id)).provisioned_at == june(1)
    await cancel_subscription(books.viewer, CancelSubscription(subscription_id, june(20)), now=june(16))
    subscription = await queries.one(books.viewer, subscription_id)
    assert (subscription.provisioned_at, subscription.removed_at) == (june(1), june(20))


@pytest_asyncio.fixture(scope="module")
async def resold_offering_id(books: Books) -> UUID:
    """An offering that the organisation itself buys over a link."""
    return await add_resold_offering(books)


@pytest_asyncio.fixture
async def resold(books: Books, resold_offering_id: UUID) -> UUID:
    """A subscription of it."""
    request = CreateSubscription(books.customer_id, resold_offering_id, Decimal(5))
    return (await create_subscription(books.viewer, request, now=june(1))).object_id


async def test_a_resold_service_runs_when_the_mirror_is_accepted(books: Books, resold: UUID) -> None:
    before = await queries.one(books.viewer, resold)
    assert (before.activated_at, before.provisioned_at) == (june(1), None)
    async with begin(books.viewer) as tx:
        await provision(tx, resold, june(2))
        await provision(tx, resold, june(3))
    after = await queries.one(books.viewer, resold)
    assert after.provisioned_at == june(2)
    assert after.version == before.version


async def test_the_cancellation_of_a_resold_service_does_not_remove_it_yet(books: Books, resold: UUID) -> None:
    async with begin(books.viewer) as tx:
        await provision(tx, resold, june(2))
    await cancel_subscription(books.viewer, CancelSubscription(resold), now=june(16))
    assert (await queries.one(books.viewer, resold)).removed_at is None
    async with begin(books.viewer) as tx:
        await removed(tx, resold, june(17))
        await removed(tx, resold, june(18))
    assert (await queries.one(books.viewer, resold)).removed_at == june(17)


async def test_a_refused_mirror_is_sold_but_not_provisioned_and_says_why(books: Books, resold: UUID) -> None:
    async with begin(books.viewer) as tx:
        await refuse_mirror(tx, resold, "Over the credit limit.")
        await removed(tx, resold, june(3))
    subscription = await queries.one(books.viewer, resold)
    assert subscription.state is SubscriptionState.ACTIVE
    assert subscription.refusal == "Over the credit limit."
    assert (subscription.provisioned_at, subscription.removed_at) == (None, None)
    async with begin(books.viewer) as tx:
        await provision(tx, resold, june(4))
    assert (await queries.one(books.viewer, resold)).refusal is None


async def test_service_facts_are_noted_on_a_mirror_by_the_app_role(books: Books) -> None:
    subscription_id = uuid7()
    own = await queries.one(books.viewer, await books.sell())
    async with begin(books.viewer, role=Role.SYNC) as tx:
        mirror = replace(own, mirrored=True, managed_by="Cloud Resell")
        await write_timeline(tx, subscription_id, (), mirror, Order(Verb.MIRROR, june(1)), now=june(1))
    async with begin(books.viewer) as tx:
        await provision(tx, subscription_id, june(2))
        await removed(tx, subscription_id, june(3))
    noted = await queries.one(books.viewer, subscription_id)
    assert (noted.provisioned_at, noted.removed_at) == (june(2), june(3))
