"""A customer that moves within a year that it paid in advance gets the rest back, and pays it at its new seller."""

from __future__ import annotations

from bss.catalogue.price_list import ChargeKind
from bss.cycle import cycle_of
from bss.invoicing import margins, verify
from bss.organisations.account import AccountKind
from bss.transaction.database import Database
from tests.hierarchy.test_moved_billing import day, move
from tests.invoicing.books import Books, Price, per_unit

ADVANCE = ChargeKind.RECURRING_IN_ADVANCE


async def yearly(kind: ChargeKind = ADVANCE) -> Books:
    """A year is 365.00 at A and 730.00 at B, which buy it from Lite at 182.50, and Lite from Cloud at 36.50."""
    books = await Books.opened()
    await books.offering(cycle=cycle_of("anniversary/P1Y"))
    await books.account("Lite", kind=AccountKind.LITE_RESELLER)
    for name in ("A", "B"):
        await books.account(name, "Lite", AccountKind.LITE_RESELLER)
    await books.account("X", "A")
    await books.publish("to Lite", Price("year", per_unit("36.50"), kind))
    await books.publish("Lite", Price("year", per_unit("182.50"), kind), owner="Lite")
    await books.edge("Cloud", "Lite", "to Lite")
    for name, unit in (("A", "365"), ("B", "730")):
        await books.publish(name, Price("year", per_unit(unit), kind), owner=name)
        await books.issuer(name)
        await books.edge("Lite", name, "Lite")
    await books.edge("A", "X", "A")
    return books


async def test_the_rest_of_the_year_is_given_back_by_the_one_and_charged_by_the_other(database: Database) -> None:
    """Moved on 15 April, after 90 days: 275.00 back from A, 550.00 to B. Lite's own year is as if nothing had moved."""
    books = await yearly()
    await books.subscription("X", "1", day(1, 15))
    await books.bill(day(4, 1))
    await move(books, "X", "B", day(4, 15))
    await books.bill(day(5, 1))
    await books.bill(day(8, 1))
    assert await books.amounts("X") == ["365.00", "-275.00"]
    assert await books.amounts("X from B") == ["550.00"]
    assert await books.amounts("A") == ["182.50", "-137.50"]
    assert await books.amounts("B") == ["137.50"]
    assert await books.amounts("Lite") == ["36.50"]
    for edge in ("X", "X from B", "A", "B", "Lite"):
        for start in (day(1, 1), day(4, 1)):
            stored = await verify.stored(books.viewer, books.edges[edge], start)
            assert await verify.rerate(books.viewer, books.edges[edge], start) == stored, (edge, start)
    assert await verify.mismatches(books.viewer) == ()


async def test_margins_of_a_year_that_moved_add_up_to_what_was_sold(database: Database) -> None:
    """X pays 90.00 at A and 550.00 at B; A and B paid Lite 45.00 and 137.50; Lite paid Cloud 36.50."""
    books = await yearly()
    await books.subscription("X", "1", day(1, 15))
    await books.bill(day(4, 1))
    await move(books, "X", "B", day(4, 15))
    await books.bill(day(5, 1))
    found = await margins.totals(books.viewer, day(1, 1), day(5, 1))
    sold = {name: found[books.edges[name]].sold for name in ("X", "X from B", "A", "B", "Lite")}
    assert {name: f"{amount:.2f}" for name, amount in sold.items()} == {
        "X": "90.00",
        "X from B": "550.00",
        "A": "45.00",
        "B": "137.50",
        "Lite": "36.50",
    }
    costs = {name: found[books.edges[name]].cost for name in ("X", "X from B", "A", "B")}
    assert {name: f"{cost:.2f}" for name, cost in costs.items()} == {
        "X": "45.00",
        "X from B": "137.50",
        "A": "9.00",
        "B": "27.50",
    }


async def test_a_year_in_arrears_is_charged_for_the_time_at_each_when_it_leaves(database: Database) -> None:
    """At A 90 days, due in April in which it leaves; at B and at Lite when the year has ended."""
    books = await yearly(ChargeKind.RECURRING)
    await books.subscription("X", "1", day(1, 15))
    await books.bill(day(4, 1))
    await move(books, "X", "B", day(4, 15))
    await books.bill(day(5, 1))
    assert (await books.amounts("X"), await books.amounts("X from B")) == (["90.00"], [])
    assert (await books.amounts("A"), await books.amounts("Lite")) == (["45.00"], [])
    await books.bill(day(1, 31).replace(year=2027))
    await books.bill(day(2, 1).replace(year=2027))
    assert (await books.amounts("X"), await books.amounts("X from B")) == (["90.00"], ["550.00"])
    assert await books.amounts("Lite") == ["36.50"]
