"""The life of a subscription through its commands, on the real database."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from bss.cycle import MONTHLY
from bss.refusal import Conflict, InvalidInput, LockedField, NotFound, WrongState
from bss.subscriptions import queries
from bss.subscriptions.activate_subscription import ActivateSubscription, activate_subscription
from bss.subscriptions.begin_service import PriceMissing
from bss.subscriptions.cancel_subscription import CancelSubscription, cancel_subscription
from bss.subscriptions.change_quantity import ChangeQuantity, change_quantity
from bss.subscriptions.create_subscription import CreateSubscription, create_subscription
from bss.subscriptions.subscription import TRANSITIONS, SubscriptionState, Verb, after
from bss.transaction.begin import begin
from bss.transaction.page import PageRequest
from tests.subscriptions.books import (
    Books,
    add_mirrored_account,
    add_offering,
    june,
)


async def created(books: Books, starts_at: datetime | None = None, *, activate: bool = False) -> UUID:
    request = CreateSubscription(
        books.customer_id, books.offering_id, Decimal(5), starts_at=starts_at, activate=activate
    )
    return (await create_subscription(books.viewer, request, now=june(1))).object_id


async def test_a_sale_is_active_and_shows_what_was_sold(books: Books) -> None:
    subscription_id = await books.sell("2.5")
    subscription = await queries.one(books.viewer, subscription_id)
    assert (subscription.name, subscription.state) == ("Office seats", SubscriptionState.ACTIVE)
    assert (subscription.quantity, subscription.cycle, subscription.version) == (Decimal("2.5"), MONTHLY, 1)
    assert subscription.path == books.customer_path
    assert (subscription.starts_at, subscription.activated_at, subscription.ends_at) == (june(1), june(1), None)
    assert subscription.order_reference.startswith("ORD-")
    (segment,) = await books.timeline(subscription_id)
    assert (segment.quantity, segment.effective_from, segment.effective_to) == (Decimal("2.5"), june(1), None)


@pytest.mark.parametrize("starts_at", [datetime(2026, 2, 3, tzinfo=UTC), june(20)])
async def test_a_sale_may_start_in_the_past_or_in_the_future(books: Books, starts_at: datetime) -> None:
    subscription_id = await created(books, starts_at, activate=True)
    (segment,) = await books.timeline(subscription_id)
    assert segment.effective_from == starts_at


async def test_characteristics_come_back_as_they_were_sold(books: Books) -> None:
    request = CreateSubscription(
        books.customer_id, books.offering_id, Decimal(1), characteristics={"region": "ams", "gib": Decimal("1.50")}
    )
    subscription_id = (await create_subscription(books.viewer, request, now=june(1))).object_id
    expected = {"region": "ams", "gib": "1.5"}
    assert (await queries.one(books.viewer, subscription_id)).characteristics == expected
    assert (await books.timeline(subscription_id))[0].characteristics == expected


async def test_a_created_subscription_is_in_service_from_its_activation_on(books: Books) -> None:
    subscription_id = await created(books)
    assert await books.timeline(subscription_id) == ()
    await activate_subscription(books.viewer, ActivateSubscription(subscription_id), now=june(4))
    subscription = await queries.one(books.viewer, subscription_id)
    assert (subscription.state, subscription.version) == (SubscriptionState.ACTIVE, 2)
    assert (subscription.starts_at, subscription.activated_at) == (june(4), june(4))
    assert (await books.timeline(subscription_id))[0].effective_from == june(4)


async def test_an_activation_waits_for_the_agreed_start(books: Books) -> None:
    subscription_id = await created(books, june(20))
    await activate_subscription(books.viewer, ActivateSubscription(subscription_id), now=june(4))
    assert (await books.timeline(subscription_id))[0].effective_from == june(20)


async def test_a_cancellation_ends_the_timeline_now(books: Books) -> None:
    subscription_id = await books.sell()
    await cancel_subscription(books.viewer, CancelSubscription(subscription_id), now=june(16))
    subscription = await queries.one(books.viewer, subscription_id)
    assert (subscription.state, subscription.ends_at) == (SubscriptionState.CANCELLED, june(16))
    assert [segment.effective_to for segment in await books.timeline(subscription_id)] == [june(16)]


async def test_a_term_ends_at_local_midnight_of_the_day_on_which_it_started(books: Books) -> None:
    """Sold on 10 June at 22:30 UTC, which is the 11th in Amsterdam; a month ends there at 22:00 UTC."""
    subscription_id = await books.sell(now=datetime(2026, 6, 10, 22, 30, tzinfo=UTC))
    request = CancelSubscription(subscription_id, at_term_end=True)
    await cancel_subscription(books.viewer, request, now=june(16))
    ends_at = datetime(2026, 7, 10, 22, tzinfo=UTC)
    assert (await queries.one(books.viewer, subscription_id)).ends_at == ends_at
    assert (await books.timeline(subscription_id))[-1].effective_to == ends_at


async def test_a_cancellation_before_the_start_leaves_no_service_at_all(books: Books) -> None:
    subscription_id = await created(books, june(20), activate=True)
    await cancel_subscription(books.viewer, CancelSubscription(subscription_id), now=june(5))
    subscription = await queries.one(books.viewer, subscription_id)
    assert (subscription.starts_at, subscription.ends_at) == (june(20), june(20))
    assert await books.timeline(subscription_id) == ()


async def test_a_cancellation_drops_what_was_scheduled_after_it(books: Books) -> None:
    subscription_id = await books.sell("5")
    change = ChangeQuantity(subscription_id, Decimal(9), june(25))
    await change_quantity(books.viewer, change, now=june(2))
    await cancel_subscription(books.viewer, CancelSubscription(subscription_id, june(20)), now=june(3))
    (segment,) = await books.timeline(subscription_id)
    assert (segment.quantity, segment.effective_to) == (Decimal(5), june(20))


async def test_a_second_cancellation_is_refused_and_names_the_state(books: Books) -> None:
    subscription_id = await books.sell()
    await cancel_subscription(books.viewer, CancelSubscription(subscription_id), now=june(16))
    with pytest.raises(WrongState, match="cancel a subscription that is cancelled"):
        await cancel_subscription(books.viewer, CancelSubscription(subscription_id), now=june(17))


async def test_a_cancellation_has_one_instant_only(books: Books) -> None:
    subscription_id = await books.sell()
    request = CancelSubscription(subscription_id, june(20), at_term_end=True)
    with pytest.raises(InvalidInput) as refused:
        await cancel_subscription(books.viewer, request, now=june(2))
    assert refused.value.path == ("atTermEnd",)


async def test_a_quantity_cannot_be_changed_before_activation(books: Books) -> None:
    with pytest.raises(WrongState, match="change the quantity of a subscription that is created"):
        await change_quantity(books.viewer, ChangeQuantity(await created(books), Decimal(8)), now=june(2))


async def test_a_change_before_the_start_is_refused(books: Books) -> None:
    change = ChangeQuantity(await books.sell(now=june(5)), Decimal(8), june(4))
    with pytest.raises(InvalidInput) as refused:
        await change_quantity(books.viewer, change, now=june(6))
    assert refused.value.path == ("effectiveAt",)


async def test_a_change_of_another_version_is_a_conflict(books: Books) -> None:
    change = ChangeQuantity(await books.sell(), Decimal(8), expected_version=2)
    with pytest.raises(Conflict, match="at version 1, not 2"):
        await change_quantity(books.viewer, change, now=june(2))


@pytest.mark.parametrize("quantity", ["0", "-1", "NaN", "Infinity", "0.0000000001", "1e19"])
async def test_a_quantity_that_nobody_can_buy_is_refused(books: Books, quantity: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await books.sell(quantity)
    assert refused.value.path == ("quantity",)


async def test_a_sale_that_an_edge_cannot_price_is_refused(books: Books) -> None:
    unpriced = await add_offering(books.viewer, books.product_id, "rooms")
    request = CreateSubscription(books.customer_id, unpriced, Decimal(1))
    before = (await queries.page(books.viewer, PageRequest(last=1))).rows
    with pytest.raises(PriceMissing, match="Office rooms has no price on Cloud → Zed"):
        await create_subscription(books.viewer, request, now=june(1))
    assert (await queries.page(books.viewer, PageRequest(last=1))).rows == before


async def test_an_activation_before_the_first_price_is_refused(books: Books) -> None:
    request = ActivateSubscription(await created(books), at=datetime(2025, 12, 31, tzinfo=UTC))
    with pytest.raises(PriceMissing):
        await activate_subscription(books.viewer, request, now=june(1))


async def test_nothing_is_sold_to_a_mirrored_account(books: Books) -> None:
    request = CreateSubscription(await add_mirrored_account(books), books.offering_id, Decimal(1))
    with pytest.raises(LockedField, match="'Yan' is managed by Cloud Resell"):
        await create_subscription(books.viewer, request, now=june(1))


async def test_an_unknown_account_and_an_unknown_offering_are_not_found(books: Books) -> None:
    for request, path in (
        (CreateSubscription(uuid4(), books.offering_id, Decimal(1)), "accountId"),
        (CreateSubscription(books.customer_id, uuid4(), Decimal(1)), "offeringId"),
    ):
        with pytest.raises(NotFound) as refused:
            await create_subscription(books.viewer, request, now=june(1))
        assert refused.value.path == (path,)


async def test_every_change_is_an_event(books: Books) -> None:
    subscription_id = await books.sell()
    await change_quantity(books.viewer, ChangeQuantity(subscription_id, Decimal(8)), now=june(2))
    await cancel_subscription(books.viewer, CancelSubscription(subscription_id), now=june(3))
    async with begin(books.viewer) as tx:
        recorded = await tx.connection.fetch(
            "SELECT recorded_at FROM event WHERE name = 'subscription:changed' AND subject_id = $1 ORDER BY 1",
            subscription_id,
        )
    assert [row["recorded_at"] for row in recorded] == [june(1), june(2), june(3)]


def test_what_does_not_stand_in_the_table_is_refused() -> None:
    refused = [(state, verb) for state in SubscriptionState for verb in Verb if (state, verb) not in TRANSITIONS]
    assert len(refused) == 44
    for state, verb in refused:
        with pytest.raises(WrongState, match=f"{verb} a subscription that is {state}"):
            after(state, verb)
