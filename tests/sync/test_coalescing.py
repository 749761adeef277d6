"""A link that is down for days: full states are coalesced, and no paid day is lost."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bss.subscriptions import queries as subscriptions
from tests.sync.books import START, Book
from tests.sync.channel import Channel

SENT = "SELECT state || ' ' || o.version AS row FROM outbound o WHERE subject = 'subscription' ORDER BY o.version"


async def stretches(book: Book, subscription_id: UUID) -> list[tuple[int, datetime, datetime | None]]:
    with book.database.bound():
        found = (await subscriptions.timeline(book.viewer, (subscription_id,)))[subscription_id]
    return [(int(segment.quantity), segment.effective_from, segment.effective_to) for segment in found]


def june(day: int) -> datetime:
    return START.replace(day=day)


async def test_after_a_link_was_down_from_the_10th_to_the_25th_both_books_hold_three_segments(
    channel: Channel,
) -> None:
    """C06: 5 seats from the 1st, 8 from the 11th, 6 from the 21st."""
    origin_id = await channel.sell("Z", 5)
    await channel.settle()
    channel.move_to_day(10)
    channel.network.cut = True
    for day, quantity in ((11, 8), (21, 6)):
        channel.move_to_day(day)
        await channel.change(origin_id, quantity)
        await channel.attend()
    mirror = await channel.mirror_of(origin_id)
    assert await stretches(channel.cloud, mirror.id) == [(5, june(1), None)]
    channel.move_to_day(25)
    await channel.network.heal()
    await channel.settle()
    expected: list[tuple[int, datetime, datetime | None]] = [
        (5, june(1), june(11)),
        (8, june(11), june(21)),
        (6, june(21), None),
    ]
    assert await stretches(channel.resell, origin_id) == expected
    assert await stretches(channel.cloud, mirror.id) == expected
    assert (await channel.mirror_of(origin_id)).quantity == 6
    assert await channel.in_step()


async def test_only_the_newest_of_what_waits_is_sent(channel: Channel) -> None:
    """Version 1 was sent before the cut; 2 is sent and lost; 3 and 4 wait, and 3 is never needed."""
    origin_id = await channel.sell("Z", 5)
    await channel.settle()
    channel.network.cut = True
    for quantity in (6, 7, 8):
        await channel.change(origin_id, quantity)
        await channel.attend()
    assert await channel.rows(channel.resell, SENT, "row") == [
        "acknowledged 1",
        "sent 2",
        "pending 3",
        "pending 4",
    ]
    await channel.network.heal()
    await channel.settle()
    assert await channel.rows(channel.resell, SENT, "row") == [
        "acknowledged 1",
        "acknowledged 2",
        "superseded 3",
        "acknowledged 4",
    ]
    assert (await channel.mirror_of(origin_id)).quantity == 8
