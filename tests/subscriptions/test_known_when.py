"""What was in effect and when that was known: the append-only record behind a timeline."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import asyncpg
import pytest

from bss.cycle import MONTHLY
from bss.identifier import uuid7
from bss.refusal import LockedField
from bss.subscriptions import queries
from bss.subscriptions.cancel_subscription import CancelSubscription, cancel_subscription
from bss.subscriptions.change_quantity import ChangeQuantity, change_quantity
from bss.subscriptions.order import Order
from bss.subscriptions.subscription import Projection, SubscriptionState, Verb
from bss.subscriptions.timeline import Segment, SegmentStatus, Timeline
from bss.subscriptions.write_timeline import write_timeline
from bss.transaction.begin import begin
from bss.transaction.database import Role
from tests.subscriptions.books import Books, june


async def change(
    books: Books, subscription_id: UUID, quantity: int, *, on: datetime, effective_at: datetime | None = None
) -> None:
    request = ChangeQuantity(subscription_id, Decimal(quantity), effective_at)
    await change_quantity(books.viewer, request, now=on)


def quantities(timeline: Timeline) -> list[tuple[int, int, int | None]]:
    """Quantity, first day and day of the end in June: numbers that one can check by hand."""
    return [
        (
            int(segment.quantity),
            segment.effective_from.day,
            None if segment.effective_to is None else segment.effective_to.day,
        )
        for segment in timeline
    ]


async def test_five_then_eight_then_six_seats_are_three_segments(books: Books) -> None:
    subscription_id = await books.sell("5", now=june(1))
    await change(books, subscription_id, 8, on=june(11))
    await change(books, subscription_id, 6, on=june(21))
    assert quantities(await books.timeline(subscription_id)) == [(5, 1, 11), (8, 11, 21), (6, 21, None)]
    subscription = await queries.one(books.viewer, subscription_id)
    assert (subscription.quantity, subscription.version) == (Decimal(6), 3)


async def test_a_back_dated_change_was_not_known_before_it_was_made(books: Books) -> None:
    """5 seats since the 1st. On the 20th we learn that there have been 7 since the 5th."""
    subscription_id = await books.sell("5", now=june(1))
    await change(books, subscription_id, 7, on=june(20), effective_at=june(5))
    assert quantities(await books.timeline(subscription_id, known_at=june(10))) == [(5, 1, None)]
    assert quantities(await books.timeline(subscription_id, known_at=june(21))) == [(5, 1, 5), (7, 5, None)]
    assert quantities(await books.timeline(subscription_id)) == [(5, 1, 5), (7, 5, None)]


async def test_the_instant_of_a_change_already_knows_it(books: Books) -> None:
    subscription_id = await books.sell("5", now=june(1))
    await change(books, subscription_id, 7, on=june(20))
    assert quantities(await books.timeline(subscription_id, known_at=june(20))) == [(5, 1, 20), (7, 20, None)]


async def test_a_scheduled_change_is_known_at_once_and_shown_when_it_takes_effect(books: Books) -> None:
    subscription_id = await books.sell("5", now=june(1))
    await change(books, subscription_id, 9, on=june(2), effective_at=june(25))
    assert quantities(await books.timeline(subscription_id)) == [(5, 1, 25), (9, 25, None)]
    assert (await queries.one(books.viewer, subscription_id)).quantity == 5


async def test_nothing_was_known_of_a_subscription_before_it_was_sold(books: Books) -> None:
    subscription_id = await books.sell("5", now=june(3))
    assert await books.timeline(subscription_id, known_at=june(2)) == ()


async def test_changes_at_one_instant_leave_the_last_one_known(books: Books) -> None:
    """The clock of a demonstration stands still: the rows between were never to be seen."""
    subscription_id = await books.sell("5", now=june(1))
    for quantity in (6, 7, 8):
        await change(books, subscription_id, quantity, on=june(1))
    expected = [(8, 1, None)]
    assert quantities(await books.timeline(subscription_id)) == expected
    assert quantities(await books.timeline(subscription_id, known_at=june(1))) == expected


async def test_a_clock_that_is_behind_leaves_no_record_that_ends_before_it_begins(books: Books) -> None:
    """Two machines tell the time: the second one writes a day earlier."""
    subscription_id = await books.sell("5", now=june(5))
    await change(books, subscription_id, 8, on=june(4))
    assert await stored(books, subscription_id) == [(8, june(4), None), (5, june(5), june(5))]
    assert quantities(await books.timeline(subscription_id, known_at=june(5))) == [(8, 5, None)]


async def test_a_segment_that_stays_is_not_written_again(books: Books) -> None:
    subscription_id = await books.sell("5", now=june(1))
    await change(books, subscription_id, 8, on=june(11))
    await cancel_subscription(books.viewer, CancelSubscription(subscription_id), now=june(21))
    rows = await stored(books, subscription_id)
    assert [(quantity, since.day, until and until.day) for quantity, since, until in rows] == [
        (5, 1, 11),
        (5, 11, None),
        (8, 11, 21),
        (8, 21, None),
    ]


async def stored(books: Books, subscription_id: UUID) -> list[tuple[int, datetime, datetime | None]]:
    async with begin(books.viewer) as tx:
        rows = await tx.connection.fetch(
            "SELECT quantity, recorded_from, recorded_to FROM segment WHERE subscription_id = $1"
            " ORDER BY effective_from, recorded_from",
            subscription_id,
        )
    return [(int(row["quantity"]), row["recorded_from"], row["recorded_to"]) for row in rows]


async def test_an_unsound_timeline_is_never_written(books: Books) -> None:
    subscription = await queries.one(books.viewer, await books.sell())
    (segment,) = await books.timeline(subscription.id)
    async with begin(books.viewer) as tx:
        with pytest.raises(ValueError, match="overlap"):
            await write_timeline(
                tx, subscription.id, (segment, segment), subscription, Order(Verb.MIRROR, june(2)), now=june(2)
            )


async def test_a_recorded_segment_cannot_be_rewritten_by_raw_sql(books: Books) -> None:
    await books.sell()
    for statement in ("UPDATE segment SET quantity = 1", "DELETE FROM segment"):
        with pytest.raises(asyncpg.RestrictViolationError):
            async with begin(books.viewer) as tx:
                await tx.connection.execute(statement)


async def mirror(books: Books, quantity: int, *, now: datetime, subscription_id: UUID) -> None:
    """Write a mirror as synchronisation does: the same step, as the sync role, with the flag."""
    projection = Projection(
        path=books.customer_path,
        account_id=books.customer_id,
        offering_id=books.offering_id,
        name="Yan's seats",
        state=SubscriptionState.ACTIVE,
        quantity=Decimal(quantity),
        characteristics={},
        cycle=MONTHLY,
        renews_automatically=True,
        order_reference="ORD-9",
        starts_at=june(1),
        mirrored=True,
        managed_by="Cloud Resell",
    )
    segment = Segment(books.offering_id, SegmentStatus.ACTIVE, Decimal(quantity), {}, MONTHLY, effective_from=june(1))
    async with begin(books.viewer, role=Role.SYNC) as tx:
        await write_timeline(tx, subscription_id, (segment,), projection, Order(Verb.MIRROR, now), now=now)


async def test_a_mirror_is_written_by_the_sync_role_only(books: Books) -> None:
    subscription_id = uuid7()
    await mirror(books, 5, now=june(1), subscription_id=subscription_id)
    await mirror(books, 8, now=june(2), subscription_id=subscription_id)
    assert quantities(await books.timeline(subscription_id)) == [(8, 1, None)]
    for statement in (
        "UPDATE subscription SET quantity = 1 WHERE id = $1",
        "DELETE FROM subscription WHERE id = $1",
        "UPDATE segment SET recorded_to = now() WHERE subscription_id = $1",
    ):
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="LOCKED"):
            async with begin(books.viewer) as tx:
                await tx.connection.execute(statement, subscription_id)


async def test_the_commands_refuse_a_mirror_and_name_its_owner(books: Books) -> None:
    subscription_id = uuid7()
    await mirror(books, 5, now=june(1), subscription_id=subscription_id)
    with pytest.raises(LockedField, match="managed by Cloud Resell"):
        await change_quantity(books.viewer, ChangeQuantity(subscription_id, Decimal(8)), now=june(2))
    with pytest.raises(LockedField, match="managed by Cloud Resell"):
        await cancel_subscription(books.viewer, CancelSubscription(subscription_id), now=june(2))


async def test_the_app_role_cannot_make_a_mirror(books: Books) -> None:
    subscription = replace(await queries.one(books.viewer, await books.sell()), mirrored=True)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="LOCKED"):
        async with begin(books.viewer) as tx:
            await write_timeline(tx, uuid7(), (), subscription, Order(Verb.MIRROR, june(2)), now=june(2))
