"""What is done through the API is told, in the same transaction, of the objects that it is about."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from bss.feed.topic import Topic
from bss.identifier import Kind, private
from bss.invoicing.bill_run import run
from bss.invoicing.correct_usage import correct_usage
from bss.metering.append import append
from bss.metering.correction import Correction
from bss.metering.reading import Reading
from tests.feed.readers import Reader, all_numbered, subscription
from tests.schema.books import Books

FEBRUARY = datetime(2026, 2, 2, tzinfo=UTC)


async def heard(books: Books, topic: Topic, account: str = "") -> list[UUID]:
    await all_numbered(books.staff)
    reader = Reader(books.as_role("owner", account) if account else books.staff, topic=topic)
    await reader.read()
    return reader.subjects


async def test_every_change_of_a_subscription_is_told(books: Books) -> None:
    x, z = subscription(books, "x"), subscription(books, "z")
    assert await heard(books, Topic.SUBSCRIPTION_CHANGED) == [x, z]
    await books.make("changeQuantity", {"subscriptionId": books.ids["of x"], "quantity": "7"})
    assert await heard(books, Topic.SUBSCRIPTION_CHANGED) == [x, z, x]
    refused = await books.call("changeQuantity", {"subscriptionId": books.ids["of x"], "quantity": "0"})
    assert refused["code"] == "INVALID_INPUT"
    assert await heard(books, Topic.SUBSCRIPTION_CHANGED) == [x, z, x]


async def test_an_invoice_is_told_to_its_buyer_and_to_its_seller_once(books: Books) -> None:
    books.clock.move_to(FEBRUARY)
    asked = await books.make("requestBillRun", {"until": "2026-01-31T23:00:00Z"}, show="... on BillRun { id }")
    await run(books.staff, private(Kind.BILL_RUN, asked["id"]), now=FEBRUARY)
    everything = await heard(books, Topic.INVOICE_ISSUED)
    assert len(set(everything)) == len(everything) == 3
    bought = {account: await heard(books, Topic.INVOICE_ISSUED, account) for account in ("lite", "x", "y", "z")}
    assert [len(bought[account]) for account in ("lite", "x", "y", "z")] == [2, 1, 0, 1]
    assert set(bought["x"]) < set(bought["lite"])


async def test_usage_is_told_of_by_subscription_and_a_repetition_is_not(books: Books) -> None:
    x, z = sorted((subscription(books, "x"), subscription(books, "z")))
    hour = datetime(2026, 1, 4, 10, tzinfo=UTC), datetime(2026, 1, 4, 11, tzinfo=UTC)
    readings = [
        Reading(f"{number} {each}", each, "vcpu_hours", "vm-1", *hour, Decimal(1)) for each in (x, z) for number in "ab"
    ]
    books.clock.move_to(FEBRUARY)
    await append(books.staff, "collector", readings, now=FEBRUARY)
    assert await heard(books, Topic.USAGE_ROLLED_UP) == [x, z]
    await append(books.staff, "collector", readings, now=FEBRUARY)
    assert await heard(books, Topic.USAGE_ROLLED_UP) == [x, z]


@pytest.mark.parametrize("of", ["x", "z"])
async def test_a_corrected_hour_is_told_of(books: Books, of: str) -> None:
    books.clock.move_to(FEBRUARY)
    request = Correction(
        subscription(books, of), "vcpu_hours", "vm-1", datetime(2026, 1, 4, 10, tzinfo=UTC), Decimal(3), "it was three"
    )
    await correct_usage(books.staff, request, now=FEBRUARY)
    assert await heard(books, Topic.USAGE_ROLLED_UP) == [subscription(books, of)]
