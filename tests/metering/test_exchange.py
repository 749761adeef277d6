"""Hours that travel between organisations: the greatest revision wins, and what was sent is not sent again."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from bss.identifier import uuid7
from bss.metering import queries
from bss.metering.append import append
from bss.metering.exchange import HourRow, mark_sent, receive_hours, unsent_hours
from bss.metering.reading import Reading
from bss.period import HOUR, Period
from bss.refusal import NotFound
from bss.transaction.begin import begin
from bss.transaction.database import Database, Role
from bss.viewer import Viewer
from tests.metering.books import NOW, open_books

ONE = datetime(2026, 3, 1, 1, tzinfo=UTC)
MARCH = Period(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))


def row(subscription_id: UUID, revision: int, quantity: int) -> HourRow:
    return HourRow(subscription_id, "vcpu_hours", "vm-1", ONE, revision, Decimal(quantity), revision)


async def receive(viewer: Viewer, *rows: HourRow) -> int:
    async with begin(viewer, role=Role.SYNC) as tx:
        return await receive_hours(tx, rows, now=NOW)


async def unsent(viewer: Viewer, subscription_id: UUID) -> tuple[HourRow, ...]:
    async with begin(viewer, role=Role.SYNC) as tx:
        return await unsent_hours(tx, [subscription_id], 100)


def reading(subscription_id: UUID, event_id: str, value: int) -> Reading:
    return Reading(event_id, subscription_id, "vcpu_hours", "vm-1", ONE, ONE + HOUR, Decimal(value))


async def test_the_greatest_revision_stays_in_whatever_order_they_arrive(database: Database) -> None:
    books = await open_books("resell", subscriptions=1)
    (vm,) = books.subscriptions
    assert await receive(books.viewer, row(vm, 2, 20)) == 1
    assert await receive(books.viewer, row(vm, 1, 10)) == 0
    assert await receive(books.viewer, row(vm, 2, 20)) == 0
    assert await receive(books.viewer, row(vm, 4, 40), row(vm, 5, 50), row(vm, 3, 30)) == 1
    (hour,) = await queries.hours(books.viewer, vm, MARCH)
    assert (hour.revision, hour.quantity, hour.samples) == (5, Decimal(50), 5)
    assert await queries.differences(books.viewer, MARCH) == ()


async def test_hours_of_an_unknown_subscription_are_refused_together(database: Database) -> None:
    books = await open_books("resell", subscriptions=1)
    with pytest.raises(NotFound):
        await receive(books.viewer, row(books.subscriptions[0], 1, 1), row(uuid7(), 1, 1))
    assert await queries.hours(books.viewer, books.subscriptions[0], MARCH) == ()


async def test_only_hours_of_mirrored_subscriptions_wait_to_be_sent(database: Database) -> None:
    books = await open_books("cloud", subscriptions=1)
    (vm,) = books.subscriptions
    await append(books.viewer, "s", [reading(vm, "a", 1)], now=NOW)
    assert await unsent(books.viewer, vm) == ()


async def test_an_hour_that_changed_after_it_was_read_is_sent_again(database: Database) -> None:
    books = await open_books("cloud", subscriptions=1, mirrored=True)
    (vm,) = books.subscriptions
    await append(books.viewer, "s", [reading(vm, "a", 1)], now=NOW)
    first = await unsent(books.viewer, vm)
    await append(books.viewer, "s", [reading(vm, "b", 2)], now=NOW)
    async with begin(books.viewer, role=Role.SYNC) as tx:
        await mark_sent(tx, first)
    (second,) = await unsent(books.viewer, vm)
    assert [(hour.revision, hour.quantity) for hour in (*first, second)] == [
        (1, Decimal(3_600_000)),
        (2, Decimal(10_800_000)),
    ]
    async with begin(books.viewer, role=Role.SYNC) as tx:
        await mark_sent(tx, [second])
        await mark_sent(tx, first)
    assert await unsent(books.viewer, vm) == ()
