"""Charges by cycle through changes that cross: plans, prices, parked months, what is taken back. Sums by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from bss.agreements.update_edge import UpdateEdge, update_edge
from bss.catalogue.price_list import ChargeKind
from bss.cycle import cycle_of
from bss.invoicing.bill_run import BillRunIncomplete, run
from bss.invoicing.draft_invoice import draft_invoice
from bss.subscriptions.cancel_subscription import CancelSubscription, cancel_subscription
from bss.subscriptions.change_characteristics import ChangeCharacteristics, change_characteristics
from bss.subscriptions.change_offering import ChangeOffering, change_offering
from bss.subscriptions.change_quantity import ChangeQuantity, change_quantity
from bss.transaction.begin import begin
from bss.transaction.database import Database, Role
from tests.hierarchy.test_moved_billing import move
from tests.hierarchy.test_moved_cycles import yearly
from tests.invoicing.books import Books, Price, per_unit

ADVANCE, ARREARS = ChargeKind.RECURRING_IN_ADVANCE, ChargeKind.RECURRING
MACHINE = Price("month", per_unit("31"), offering="vm")


def day(month: int, of_month: int) -> datetime:
    return datetime(2026, month, of_month, tzinfo=UTC)


async def selling(cycle: str, kind: ChargeKind, unit: str = "365") -> Books:
    """Zed buys a seat by this cycle, and a machine at 31.00 a month in arrears."""
    books = await Books.opened()
    await books.account("Zed")
    await books.offering("seat", cycle=cycle_of(cycle))
    await books.offering("vm")
    await books.publish("retail", Price("year", per_unit(unit), kind), MACHINE)
    await books.edge("Cloud", "Zed", "retail")
    return books


async def billed(books: Books, *instants: datetime) -> None:
    for instant in instants:
        await books.bill(instant)


async def seats(books: Books, subscription: UUID, quantity: int, at: datetime, now: datetime) -> None:
    await change_quantity(books.viewer, ChangeQuantity(subscription, Decimal(quantity), at), now=now)


async def total(books: Books, edge: str = "Zed") -> str:
    return f"{sum((Decimal(amount) for amount in await books.amounts(edge)), Decimal(0)):.2f}"


@pytest.mark.parametrize(
    ("bought", "then", "amounts"), [("vm", "seat", "9.00 297.00"), ("seat", "vm", "22.00 -297.00")]
)
async def test_a_plan_of_the_month_becomes_one_of_the_year_and_back(
    database: Database, bought: str, then: str, amounts: str
) -> None:
    """On 10 March: 9 of 31 days of a month and 297 of 365 of a year, or the rest of the year back and 22 days."""
    books = await selling("anniversary/P1Y", ADVANCE)
    sold = await books.subscription("Zed", "1", day(1, 1), offering=bought)
    await billed(books, day(2, 1), day(3, 1))
    request = ChangeOffering(sold, books.offerings[then], None, day(3, 10))
    await change_offering(books.viewer, request, now=day(3, 10))
    before = await books.amounts("Zed")
    await books.bill(day(4, 1))
    after = await books.amounts("Zed")
    for amount in before:
        after.remove(amount)
    assert sorted(after) == sorted(amounts.split())


async def test_who_comes_within_a_cycle_pays_what_is_asked_then(database: Database) -> None:
    """A calendar year costs 730.00 since June; sold on 1 November: 61 days at 2.00."""
    books = await selling("P1Y", ADVANCE)
    await books.publish("retail", Price("year", per_unit("730"), ADVANCE), MACHINE, valid_from=day(6, 1))
    await books.subscription("Zed", "1", day(11, 1))
    await books.bill(day(12, 1))
    assert await books.amounts("Zed") == ["122.00"]


async def test_a_list_that_did_not_have_the_plan_when_the_cycle_began_is_not_asked(database: Database) -> None:
    books = await selling("P1Y", ADVANCE)
    await books.publish("other", MACHINE)
    await books.publish("both", Price("year", per_unit("365"), ADVANCE), MACHINE)
    await update_edge(books.viewer, UpdateEdge(books.edges["Zed"], books.lists["other"]), now=day(1, 1))
    await books.subscription("Zed", "1", day(5, 1), offering="vm")
    await books.bill(day(6, 1))
    await update_edge(books.viewer, UpdateEdge(books.edges["Zed"], books.lists["both"]), now=day(6, 5))
    await books.subscription("Zed", "1", day(6, 10))
    await books.bill(day(7, 1))
    assert await books.amounts("Zed") == ["31.00", "31.00", "205.00"]


@pytest.mark.parametrize(("quantity", "at", "sum_of_all"), [(2, day(1, 10), "171.00"), (1, day(1, 20), "90.00")])
async def test_a_quarter_in_arrears_whose_change_is_dated_otherwise_later(
    database: Database, quantity: int, at: datetime, sum_of_all: str
) -> None:
    """90.00 for 90 days. A second seat from the 20th: January's bill has 19 days at one. It was from the 10th on, or
    never: 9 + 2 × 81, or 90."""
    books = await selling("P3M", ARREARS, "90")
    sold = await books.subscription("Zed", "1", day(1, 1))
    await seats(books, sold, 2, day(1, 20), day(1, 20))
    await books.bill(day(2, 1))
    await seats(books, sold, quantity, at, day(2, 5))
    drafts = await draft_invoice(books.viewer, books.accounts["Zed"], now=day(4, 1))
    drafted = sum((Decimal(draft.document.total) for draft in drafts), Decimal(await total(books)))
    await billed(books, day(3, 1), day(4, 1), day(5, 1))
    assert (await total(books), f"{drafted:.2f}") == (sum_of_all, sum_of_all)


async def test_a_seam_that_is_none_any_more_charges_nothing_twice(database: Database) -> None:
    """Two seats from 15 February, when a characteristic changed too; a month later it was one seat all the time."""
    books = await selling("anniversary/P1Y", ADVANCE)
    sold = await books.subscription("Zed", "1", day(1, 15))
    described = ChangeCharacteristics(sold, {"note": "x"}, day(2, 15))
    await change_characteristics(books.viewer, described, now=day(2, 15))
    await seats(books, sold, 2, day(2, 15), day(2, 15) + timedelta(hours=1))
    await billed(books, day(2, 1), day(3, 1))
    await seats(books, sold, 1, day(2, 15), day(3, 5))
    await billed(books, day(4, 1), day(5, 1))
    assert await total(books) == "365.00"


@pytest.mark.parametrize("again", [False, True])
async def test_what_is_cancelled_to_its_start_after_the_bill_is_given_back(database: Database, again: bool) -> None:
    books = await selling("anniversary/P1Y", ADVANCE)
    sold = await books.subscription("Zed", "1", day(1, 15))
    await books.bill(day(2, 1))
    await cancel_subscription(books.viewer, CancelSubscription(sold, day(1, 15)), now=day(2, 3))
    await billed(books, day(3, 1), day(4, 1))
    if again:
        await books.subscription("Zed", "1", day(4, 10))
    await billed(books, day(5, 1), day(6, 1))
    assert await total(books) == ("365.00" if again else "0.00")


@pytest.mark.parametrize(
    ("learned", "sum_of_the_year"),
    [
        ([("cancel", 0, day(1, 20))], "5.00"),
        ([("seats", 5, day(1, 20)), ("seats", 2, day(2, 15))], "803.00"),
        ([("cancel", 0, day(2, 10))], "26.00"),
        ([("seats", 2, day(2, 10))], "704.00"),
    ],
)
async def test_what_is_learned_while_a_month_is_parked_is_on_its_bill(
    database: Database, learned: Sequence[tuple[str, int, datetime]], sum_of_the_year: str
) -> None:
    """A second seat from 15 February; January waits for a mended reading, and so February waits for January."""
    books = await selling("anniversary/P1Y", ADVANCE)
    broken = await never_in_service(books)
    sold = await books.subscription("Zed", "1", day(1, 15))
    if learned[0][2].month == 1:
        await seats(books, sold, 2, day(2, 15), day(2, 15))
    with pytest.raises(BillRunIncomplete):
        await books.bill(day(3, 1))
    assert await books.invoices() == []
    for hour, (what, quantity, at) in enumerate(learned):
        now = day(3, 5) + timedelta(hours=hour)
        if what == "cancel":
            await cancel_subscription(books.viewer, CancelSubscription(sold, at), now=now)
        else:
            await seats(books, sold, quantity, at, now)
    await mended(books, broken)
    (parked,) = await books.rows("SELECT id FROM bill_run WHERE organisation_id = $1")
    await run(books.viewer, parked["id"], now=day(3, 10))
    await billed(books, day(4, 1), day(5, 1))
    assert await total(books) == sum_of_the_year


async def never_in_service(books: Books) -> UUID:
    """Something that was cancelled to its start, and was used all the same."""
    sold = await books.subscription("Zed", "1", day(1, 5), offering="vm")
    await cancel_subscription(books.viewer, CancelSubscription(sold, day(1, 5)), now=day(1, 5))
    await books.used(sold, day(1, 7), 1)
    return sold


async def mended(books: Books, subscription: UUID) -> None:
    async with begin(books.viewer, role=Role.BULK) as tx:
        await tx.connection.execute(
            "DELETE FROM usage_hour WHERE organisation_id = $1 AND subscription_id = $2",
            *(books.viewer.organisation_id, subscription),
        )


async def test_what_is_learned_after_a_move_is_settled_where_it_was(database: Database) -> None:
    """Moved from A to B on 15 April; in June one learns that it ended on 1 April: A pays Lite 76 days of its year."""
    books = await yearly()
    sold = await books.subscription("X", "1", day(1, 15))
    await books.bill(day(4, 1))
    await move(books, "X", "B", day(4, 15))
    await billed(books, day(5, 1), day(6, 1))
    await cancel_subscription(books.viewer, CancelSubscription(sold, day(4, 1)), now=day(6, 5))
    await billed(books, day(7, 1), day(8, 1))
    assert {edge: await total(books, edge) for edge in ("A", "B", "X from B", "Lite")} == {
        "A": "38.00",
        "B": "0.00",
        "X from B": "0.00",
        "Lite": "7.60",
    }
