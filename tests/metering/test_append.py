"""Appending readings, on the real database: what is counted, once, and what refuses a batch."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from bss.identifier import uuid7
from bss.metering import queries
from bss.metering.append import append
from bss.metering.reading import EventIdReused, Reading
from bss.metering.record_usage import RecordUsage, record_usage
from bss.period import Period
from bss.refusal import InvalidInput
from bss.transaction.begin import begin
from bss.transaction.database import Database
from bss.viewer import Viewer
from tests.metering.books import NOW, Books, open_books

MARCH = Period(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))
MINUTE = timedelta(minutes=1)


def at(hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, 1, hour, minute, tzinfo=UTC)


def vcpus(subscription_id: UUID, event_id: str, starts_at: datetime, minutes: int, value: str = "2") -> Reading:
    ends_at = starts_at + minutes * MINUTE
    return Reading(event_id, subscription_id, "vcpu_hours", "vm-1", starts_at, ends_at, Decimal(value))


def day_of_samples(subscription_id: UUID) -> list[Reading]:
    """288 samples of five minutes: two vCPUs for 24 hours."""
    return [vcpus(subscription_id, f"e{n}", at(0) + 5 * n * MINUTE, 5) for n in range(288)]


async def vcpu_hours(viewer: Viewer, subscription_id: UUID) -> Decimal:
    totals = await queries.totals(viewer, [subscription_id], MARCH)
    return totals[subscription_id]["vcpu_hours"].quantity / 3_600_000


async def rows_of(books: Books, table: str) -> int:
    async with begin(books.viewer) as tx:
        found: int = await tx.connection.fetchval(f"SELECT count(*) FROM {table}")
        return found


async def test_a_batch_that_is_sent_again_adds_nothing(database: Database) -> None:
    books = await open_books("cloud", subscriptions=1)
    (vm,) = books.subscriptions
    first = await append(books.viewer, "vcenter", day_of_samples(vm), now=NOW)
    again = await append(books.viewer, "vcenter", day_of_samples(vm), now=NOW)
    assert (first.received, first.accepted, first.duplicate) == (288, 288, 0)
    assert (again.received, again.accepted, again.duplicate) == (288, 0, 288)
    assert await vcpu_hours(books.viewer, vm) == 48
    assert {hour.revision for hour in await queries.hours(books.viewer, vm, MARCH)} == {1}
    assert await queries.differences(books.viewer, MARCH) == ()


async def test_two_overlapping_halves_make_one_whole(database: Database) -> None:
    books = await open_books("cloud", subscriptions=1)
    (vm,) = books.subscriptions
    samples = day_of_samples(vm)
    await append(books.viewer, "vcenter", samples[:200], now=NOW)
    report = await append(books.viewer, "vcenter", samples[100:], now=NOW)
    assert (report.received, report.accepted, report.duplicate) == (188, 88, 100)
    assert await vcpu_hours(books.viewer, vm) == 48


async def test_four_writers_of_one_batch_count_it_once(database: Database) -> None:
    books = await open_books("cloud", subscriptions=1)
    (vm,) = books.subscriptions
    samples = day_of_samples(vm)
    orders = (samples, samples[::-1], samples[144:] + samples[:144], samples[::2] + samples[1::2])
    reports = await asyncio.gather(*(append(books.viewer, "vcenter", order, now=NOW) for order in orders))
    assert sum(report.accepted for report in reports) == 288
    assert sum(report.duplicate for report in reports) == 3 * 288
    assert await vcpu_hours(books.viewer, vm) == 48
    assert await queries.differences(books.viewer, MARCH) == ()


async def test_an_event_that_stands_twice_in_a_batch_counts_once(database: Database) -> None:
    books = await open_books("cloud", subscriptions=1)
    (vm,) = books.subscriptions
    over_midnight = vcpus(vm, "e", at(1, 30), 60)
    report = await append(books.viewer, "vcenter", [over_midnight, over_midnight], now=NOW)
    assert (report.accepted, report.duplicate) == (1, 1)
    assert await vcpu_hours(books.viewer, vm) == 2


async def test_another_source_may_use_the_same_event_id(database: Database) -> None:
    books = await open_books("cloud", subscriptions=1)
    (vm,) = books.subscriptions
    await append(books.viewer, "north", [vcpus(vm, "e", at(1), 30)], now=NOW)
    report = await append(books.viewer, "south", [vcpus(vm, "e", at(2), 30)], now=NOW)
    assert report.accepted == 1
    assert await vcpu_hours(books.viewer, vm) == 2


async def test_a_reading_over_three_hours_is_split_by_the_millisecond(database: Database) -> None:
    books = await open_books("cloud", subscriptions=1)
    (vm,) = books.subscriptions
    start = at(1, 59) + timedelta(seconds=59, milliseconds=999)
    end = at(3) + timedelta(milliseconds=2)
    await append(
        books.viewer, "s", [Reading("e", vm, "vcpu_hours", "vm-1", start, end, Decimal("0.000000001"))], now=NOW
    )
    hours = await queries.hours(books.viewer, vm, MARCH)
    assert [(hour.hour, hour.quantity) for hour in hours] == [
        (at(1), Decimal("0.000000001")),
        (at(2), Decimal("0.003600000")),
        (at(3), Decimal("0.000000002")),
    ]
    assert {hour.samples for hour in hours} == {1}


async def test_an_hour_that_gets_more_readings_gets_a_greater_revision(database: Database) -> None:
    books = await open_books("cloud", subscriptions=1)
    (vm,) = books.subscriptions
    await append(books.viewer, "s", [vcpus(vm, "a", at(1), 20), vcpus(vm, "b", at(1, 20), 20)], now=NOW)
    await append(books.viewer, "s", [vcpus(vm, "c", at(1, 40), 20)], now=NOW)
    (hour,) = await queries.hours(books.viewer, vm, MARCH)
    assert (hour.revision, hour.samples, hour.quantity) == (2, 3, Decimal(2 * 3_600_000))


async def test_an_event_id_with_another_content_refuses_the_whole_batch(database: Database) -> None:
    books = await open_books("cloud", subscriptions=1)
    (vm,) = books.subscriptions
    await append(books.viewer, "s", [vcpus(vm, "a", at(1), 20, "2.0")], now=NOW)
    batch = [vcpus(vm, "new", at(2), 20), vcpus(vm, "a", at(1), 20, "2"), vcpus(vm, "a", at(1), 20, "3")]
    with pytest.raises(EventIdReused) as refused:
        await append(books.viewer, "s", batch, now=NOW)
    assert refused.value.count == 1
    assert [problem.path for problem in refused.value.problems] == [("readings", "2", "eventId")]
    assert await rows_of(books, "usage_event") == 1
    assert await rows_of(books, "usage_batch") == 1


async def test_two_contents_under_one_id_in_one_batch_are_refused(database: Database) -> None:
    books = await open_books("cloud", subscriptions=1)
    (vm,) = books.subscriptions
    with pytest.raises(EventIdReused, match="Reading 1: 'a'"):
        await append(books.viewer, "s", [vcpus(vm, "a", at(1), 20), vcpus(vm, "a", at(1), 21)], now=NOW)
    assert await rows_of(books, "usage_key") == 0


async def test_every_bad_reading_is_named_and_nothing_is_written(database: Database) -> None:
    books = await open_books("cloud", subscriptions=1)
    (vm,) = books.subscriptions
    good = vcpus(vm, "good", at(1), 5)
    bad = [
        good._replace(event_id="of nobody", subscription_id=uuid7()),
        good._replace(meter="beer"),
        good._replace(value=Decimal("-1")),
        good._replace(value=Decimal("NaN")),
        good._replace(value=Decimal("0.0000000001")),
        good._replace(value=Decimal("1E15")),
        good._replace(ends_at=good.starts_at),
        good._replace(starts_at=good.starts_at + timedelta(microseconds=1)),
        good._replace(starts_at=datetime(2026, 3, 1)),  # noqa: DTZ001
        good._replace(starts_at=good.starts_at - timedelta(days=40)),
        good._replace(event_id=""),
        good._replace(resource="a\x00b"),
        good._replace(value=Decimal(9)),
        good._replace(meter="beer", value=Decimal("-1"), ends_at=good.starts_at - MINUTE),
    ]
    with pytest.raises(InvalidInput) as refused:
        await append(books.viewer, "s", [good, *bad], now=NOW)
    assert [problem.path[1:] for problem in refused.value.problems] == [
        ("1", "subscription"),
        ("2", "meter"),
        ("3", "value"),
        ("4", "value"),
        ("5", "value"),
        ("6", "value"),
        ("7", "endsAt"),
        ("8", "startsAt"),
        ("9", "startsAt"),
        ("10", "endsAt"),
        ("11", "eventId"),
        ("12", "resource"),
        ("13", "eventId"),
        ("14", "meter"),
        ("14", "value"),
        ("14", "endsAt"),
    ]
    assert await rows_of(books, "usage_key") == await rows_of(books, "usage_hour") == 0


async def test_no_more_than_fifty_problems_are_listed(database: Database) -> None:
    books = await open_books("cloud", subscriptions=1)
    (vm,) = books.subscriptions
    with pytest.raises(InvalidInput) as refused:
        await append(books.viewer, "s", (vcpus(vm, f"e{n}", at(1), 5, "-1") for n in range(500)), now=NOW)
    assert len(refused.value.problems) == 50


async def test_a_subscription_outside_the_scope_does_not_exist(database: Database) -> None:
    books, other = await open_books("cloud", subscriptions=1), await open_books("resell", subscriptions=1)
    with pytest.raises(InvalidInput, match="Reading 0: There is no such subscription"):
        await append(books.viewer, "s", [vcpus(other.subscriptions[0], "e", at(1), 5)], now=NOW)
    await append(books.viewer, "s", [vcpus(books.subscriptions[0], "e", at(1), 5)], now=NOW)
    assert await queries.totals(books.y, books.subscriptions, MARCH) == {}
    assert await queries.totals(other.viewer, books.subscriptions, MARCH) == {}
    assert list(await queries.totals_under(books.viewer, books.x.path, MARCH)) == list(books.subscriptions)
    assert await queries.totals_under(books.viewer, books.y.path, MARCH) == {}


async def test_a_sum_is_spread_by_time_and_an_instant_has_one_hour(database: Database) -> None:
    books = await open_books("cloud", subscriptions=1)
    (vm,) = books.subscriptions
    spread = Reading("a", vm, "egress_bytes", "vm-1", at(1, 40), at(2, 20), Decimal("0.000000003"))
    instant = Reading("b", vm, "egress_bytes", "vm-1", at(5), at(5), Decimal(7))
    await append(books.viewer, "s", [spread, instant], now=NOW)
    hours = await queries.hours(books.viewer, vm, MARCH)
    assert [(hour.hour, hour.quantity) for hour in hours] == [
        (at(1), Decimal("0.000000001")),
        (at(2), Decimal("0.000000002")),
        (at(5), Decimal(7)),
    ]


async def test_a_repeated_call_of_the_command_records_one_batch(database: Database) -> None:
    books = await open_books("cloud", subscriptions=1)
    (vm,) = books.subscriptions
    request = RecordUsage("api", (vcpus(vm, "e", at(1), 30),))
    calls = (record_usage(books.viewer, request, now=NOW, key="k") for _ in range(5))
    outcomes = await asyncio.gather(*calls)
    assert len({outcome.object_id for outcome in outcomes}) == 1
    batch = (await queries.batches(books.viewer, [outcomes[0].object_id]))[outcomes[0].object_id]
    assert (batch.source, batch.received, batch.accepted, batch.duplicate) == ("api", 1, 1, 0)
    assert await vcpu_hours(books.viewer, vm) == 1


async def test_the_command_takes_a_thousand_readings_and_not_one_more(database: Database) -> None:
    books = await open_books("cloud", subscriptions=1)
    (vm,) = books.subscriptions
    readings = tuple(vcpus(vm, f"e{n}", at(0) + n * MINUTE, 1) for n in range(1001))
    with pytest.raises(InvalidInput, match="1 to 1000"):
        await record_usage(books.viewer, RecordUsage("api", readings), now=NOW)
    await record_usage(books.viewer, RecordUsage("api", readings[:1000]), now=NOW)
    assert await vcpu_hours(books.viewer, vm) == Decimal(2000) / 60
