"""What is learned after the bill of a year that was paid in advance: credited and corrected once, to the cent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from bss.catalogue.price_list import ChargeKind
from bss.cycle import cycle_of
from bss.identifier import uuid7
from bss.invoicing import verify
from bss.invoicing.bill_run import BillRunIncomplete, run
from bss.invoicing.draft_invoice import draft_invoice
from bss.rating.cost_to_date import cost_to_date
from bss.subscriptions.cancel_subscription import CancelSubscription, cancel_subscription
from bss.subscriptions.change_quantity import ChangeQuantity, change_quantity
from bss.subscriptions.create_subscription import CreateSubscription, create_subscription
from bss.transaction.database import Database
from tests.invoicing.books import Books, Price, per_unit

ADVANCE, ARREARS = ChargeKind.RECURRING_IN_ADVANCE, ChargeKind.RECURRING


def day(month: int, of_month: int, year: int = 2026) -> datetime:
    return datetime(year, month, of_month, tzinfo=UTC)


async def yearly(kind: ChargeKind = ADVANCE) -> Books:
    """A year is 365.00 at Zed's, which Cloud buys at 36.50 from a supplier; a machine is 5.00 a month."""
    books = await Books.opened()
    link, supplied = uuid7(), uuid7()
    await books.account("Zed")
    await books.offering("seat", link, supplied, cycle_of("anniversary/P1Y"))
    await books.supplied(link, Price("year", per_unit("36.50"), kind), supplied)
    await books.offering("vm")
    await books.publish("retail", Price("year", per_unit("365"), kind), Price("month", per_unit("5"), offering="vm"))
    await books.edge("Cloud", "Zed", "retail")
    return books


async def sold(books: Books, quantity: str, starts_at: datetime, now: datetime | None = None) -> UUID:
    request = CreateSubscription(books.accounts["Zed"], books.offerings["seat"], Decimal(quantity), starts_at=starts_at)
    seat = (await create_subscription(books.viewer, request, now=now or starts_at)).object_id
    await books.answered(seat, starts_at)
    return seat


async def lines(books: Books, edge: str = "Zed") -> list[tuple[str, str, str]]:
    """Kind, billing month and amount, in the order of the bills."""
    rows = await books.rows(
        "SELECT kind, billing_start, amount FROM billable_line WHERE organisation_id = $1 AND edge_id = $2"
        " AND charge = 'year' ORDER BY billing_start, kind, service_start",
        books.edges[edge],
    )
    return [(row["kind"], f"{row['billing_start']:%b}", f"{row['amount']:.2f}") for row in rows]


async def proven(books: Books, *months: datetime) -> None:
    for edge in ("Zed", "supply"):
        for begun in months:
            stored = await verify.stored(books.viewer, books.edges[edge], begun)
            assert await verify.rerate(books.viewer, books.edges[edge], begun) == stored, (edge, begun)
    assert await verify.mismatches(books.viewer) == ()


async def test_what_ended_before_the_bill_is_credited_on_the_next_one_though_nothing_runs_any_more(
    database: Database,
) -> None:
    """Cancelled on 3 February as of 25 January: 10 days of 365 were had."""
    books = await yearly()
    seat = await sold(books, "1", day(1, 15))
    await books.bill(day(2, 1))
    await cancel_subscription(books.viewer, CancelSubscription(seat, day(1, 25)), now=day(2, 3))
    await books.bill(day(3, 1))
    await books.bill(day(4, 1))
    assert await lines(books) == [("original", "Jan", "365.00"), ("credit", "Feb", "-355.00")]
    assert await lines(books, "supply") == [("original", "Jan", "36.50"), ("credit", "Feb", "-35.50")]
    assert (await books.invoices())[-1][1] == "-355.00"
    await proven(books, day(1, 1), day(2, 1))


async def test_a_sale_and_a_change_that_are_dated_back_are_corrections(database: Database) -> None:
    """Sold in March as of 15 January, a second seat as of 15 February: 31 days at one, then two."""
    books = await yearly()
    await books.subscription("Zed", "1", day(1, 1), offering="vm")
    await books.bill(day(2, 1))
    await books.bill(day(3, 1))
    seat = await sold(books, "1", day(1, 15), now=day(3, 9))
    await change_quantity(books.viewer, ChangeQuantity(seat, Decimal(2), day(2, 15)), now=day(3, 10))
    await books.bill(day(4, 1))
    assert await lines(books) == [("correction", "Mar", "31.00"), ("correction", "Mar", "668.00")]
    await proven(books, day(1, 1), day(2, 1), day(3, 1))


async def test_a_year_in_arrears_that_ended_before_the_bill_is_charged_on_the_next_one(database: Database) -> None:
    books = await yearly(ARREARS)
    await books.subscription("Zed", "1", day(1, 1), offering="vm")
    seat = await sold(books, "2", day(1, 15))
    await books.bill(day(4, 1))
    await cancel_subscription(books.viewer, CancelSubscription(seat, day(3, 16)), now=day(4, 3))
    await books.bill(day(5, 1))
    assert await lines(books) == [("correction", "Apr", "120.00")]
    await proven(books, day(4, 1))


async def test_while_an_earlier_period_is_parked_the_next_one_bills_only_its_own(database: Database) -> None:
    """January is parked by a machine without a price. The year that began in it is on January's invoice when that
    comes, and once; the seat that was added on 15 February (334 days) is on February's, beside January's credit."""
    books = await yearly()
    await books.subscription("Zed", "1", day(1, 1), offering="vm")
    seat = await sold(books, "1", day(1, 15))
    await change_quantity(books.viewer, ChangeQuantity(seat, Decimal(2), day(2, 15)), now=day(2, 15))
    year = Price("year", per_unit("365"), ADVANCE)
    await books.leave_out("retail", year, valid_from=datetime(2025, 12, 15, tzinfo=UTC))
    with pytest.raises(BillRunIncomplete):
        await books.bill(day(3, 1))
    await books.publish("retail", year, Price("month", per_unit("5"), offering="vm"), valid_from=day(1, 1))
    (parked,) = await books.rows("SELECT id FROM bill_run WHERE organisation_id = $1")
    await run(books.viewer, parked["id"], now=day(3, 1) + timedelta(hours=1))
    assert await lines(books) == [
        ("original", "Jan", "365.00"),
        ("credit", "Feb", "-334.00"),
        ("original", "Feb", "668.00"),
    ]
    assert [total for _, total in await books.invoices()] == ["370.00", "339.00"]
    await proven(books, day(1, 1), day(2, 1))


async def test_two_open_periods_are_drafted_as_they_will_be_billed(database: Database) -> None:
    books = await yearly()
    seat = await sold(books, "1", day(1, 15))
    await change_quantity(books.viewer, ChangeQuantity(seat, Decimal(3), day(2, 15)), now=day(2, 15))
    drafts = await draft_invoice(books.viewer, books.accounts["Zed"], now=day(2, 20))
    (cost,) = await cost_to_date(books.viewer, books.accounts["Zed"], now=day(2, 20))
    await books.bill(day(3, 1))
    assert [draft.document.total for draft in drafts] == [total for _, total in await books.invoices()]
    assert f"{cost.total:.2f}" == drafts[1].document.total == "668.00"  # 3 × 334 − 334


async def test_a_run_that_is_done_again_writes_the_same(database: Database) -> None:
    books = await yearly()
    seat = await sold(books, "1", day(1, 15))
    await books.bill(day(2, 1))
    await change_quantity(books.viewer, ChangeQuantity(seat, Decimal(2), day(1, 20)), now=day(2, 2))
    await books.bill(day(3, 1))
    before = await lines(books)
    await books.bill(day(3, 1) + timedelta(minutes=1))
    assert (
        await lines(books)
        == before
        == [
            ("original", "Jan", "365.00"),
            ("correction", "Feb", "720.00"),
            ("credit", "Feb", "-360.00"),
        ]
    )
