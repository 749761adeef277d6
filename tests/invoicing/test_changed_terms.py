"""Terms that change: what has ended is billed as it was agreed, and a new billing day leaves no gap and no overlap."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from bss.agreements import queries
from bss.agreements.create_issuer import CreateIssuer, create_issuer
from bss.agreements.update_edge import UpdateEdge, update_edge
from bss.catalogue.create_price_list import CreatePriceList, create_price_list
from bss.identifier import uuid7
from bss.invoicing import verify
from bss.organisations.account import AccountKind
from bss.refusal import InvalidInput, NotFound
from bss.transaction.database import Database
from tests.invoicing.books import CARD, OPENED, Books, Price, per_unit


def day(month: int, of_month: int) -> datetime:
    return datetime(2026, month, of_month, tzinfo=UTC)


async def one_seat(price: str) -> Books:
    """Zed has a seat since the 1st of March, on an edge that is billed on the 1st."""
    books = await Books.opened()
    await books.account("Zed")
    await books.offering()
    await books.publish("retail", Price("monthly", per_unit(price)))
    await books.edge("Cloud", "Zed", "retail")
    await books.subscription("Zed", "1", day(3, 1))
    return books


async def changed(books: Books, now: datetime, **terms: object) -> None:
    await update_edge(books.viewer, UpdateEdge(books.edges["Zed"], **terms), now=now)  # type: ignore[arg-type]


async def service_periods(books: Books) -> list[tuple[str, str]]:
    rows = await books.rows(
        "SELECT service_start, service_end FROM billable_line WHERE organisation_id = $1 ORDER BY service_start"
    )
    return [(f"{row['service_start']:%m-%d}", f"{row['service_end']:%m-%d}") for row in rows]


async def test_a_new_billing_day_leaves_no_gap_and_no_overlap(database: Database) -> None:
    """31.00 a month: March in full, 14 of the 31 days from 15 March to 15 April, then 15 April to 15 May in full."""
    books = await one_seat("31")
    await changed(books, day(4, 5), billing_day=15)
    await books.bill(day(5, 20))
    assert await books.amounts("Zed") == ["31.00", "14.00", "31.00"]
    assert await service_periods(books) == [("03-01", "04-01"), ("04-01", "04-15"), ("04-15", "05-15")]
    assert len(await books.invoices()) == 3
    for start in (day(3, 1), day(4, 1), day(4, 15)):
        stored = await verify.stored(books.viewer, books.edges["Zed"], start)
        assert stored.document is not None
        assert await verify.rerate(books.viewer, books.edges["Zed"], start) == stored
    assert await verify.mismatches(books.viewer) == ()


async def test_a_billing_day_that_changes_twice_in_one_period_leaves_no_gap_either(database: Database) -> None:
    """March, of which the run of 1 April makes an invoice; 19/31 up to the 20th, for what was the 15th in between."""
    books = await one_seat("31")
    await books.bill(day(4, 1))
    await changed(books, day(4, 2), billing_day=15)
    await changed(books, day(4, 3), billing_day=20)
    await books.bill(day(4, 10))
    await books.bill(day(5, 20))
    assert await books.amounts("Zed") == ["31.00", "19.00", "31.00"]
    assert await service_periods(books) == [("03-01", "04-01"), ("04-01", "04-20"), ("04-20", "05-20")]


async def test_a_billing_day_cannot_move_into_the_past(database: Database) -> None:
    """On the 20th, a period that ends on the 15th would have ended already."""
    books = await one_seat("31")
    with pytest.raises(InvalidInput, match="would have ended on 2026-04-15") as refused:
        await changed(books, day(4, 20), billing_day=15)
    assert refused.value.path == ("billingDay",)
    assert (await queries.edge(books.viewer, books.edges["Zed"])).billing_day == 1


async def test_another_price_list_holds_from_the_period_in_progress_on(database: Database) -> None:
    """Changed on 20 April: March, which is not billed yet, costs 30.00 as agreed then, and April 60.00."""
    books = await one_seat("30")
    dear = await books.publish("dear", Price("monthly", per_unit("60")))
    await changed(books, day(4, 20), price_list_id=dear)
    await books.bill(day(5, 1))
    assert await books.amounts("Zed") == ["30.00", "60.00"]
    for start in (day(3, 1), day(4, 1)):
        stored = await verify.stored(books.viewer, books.edges["Zed"], start)
        assert await verify.rerate(books.viewer, books.edges["Zed"], start) == stored
    (past,) = (await queries.past_terms(books.viewer, (books.edges["Zed"],)))[books.edges["Zed"]]
    assert (past.price_list_id, past.valid_from, past.valid_until) == (books.lists["retail"], None, day(4, 1))
    assert (past.actor_name, past.recorded_at) == (books.viewer.actor_name, day(4, 20))


async def test_another_bill_to_and_another_issuer_get_and_number_the_next_invoice(database: Database) -> None:
    books = await one_seat("30")
    partner = await books.account("Partner")
    other = CreateIssuer(books.accounts["Cloud"], "Other", CARD, "OTHER-")
    issuer_id = (await create_issuer(books.viewer, other, now=OPENED)).object_id
    await changed(books, day(4, 20), bill_to_account_id=partner, issuer_id=issuer_id)
    await books.bill(day(5, 1))
    rows = await books.rows(
        "SELECT number, bill_to_account_id FROM invoice WHERE organisation_id = $1 ORDER BY billing_start"
    )
    invoices = [(row["number"], row["bill_to_account_id"]) for row in rows]
    assert invoices == [("CLOUD-000001", books.accounts["Zed"]), ("OTHER-000001", partner)]


async def test_terms_that_do_not_fit_are_refused_all_at_once(database: Database) -> None:
    books = await one_seat("30")
    lite = await books.account("Lite", kind=AccountKind.LITE_RESELLER)
    foreign = await create_issuer(books.viewer, CreateIssuer(lite, "Lite", CARD, "L-"), now=OPENED)
    yen = CreatePriceList(books.accounts["Cloud"], "yen", "Yen", "JPY")
    yen_id = (await create_price_list(books.viewer, yen, now=OPENED)).object_id
    with pytest.raises(InvalidInput) as refused:
        await changed(
            books, day(4, 20), price_list_id=yen_id, issuer_id=foreign.object_id, policy="guess", billing_day=32
        )
    assert [problem.path for problem in refused.value.problems] == [
        ("issuerId",),
        ("priceListId",),
        ("policy",),
        ("billingDay",),
    ]
    for name in ("price_list_id", "bill_to_account_id", "issuer_id"):
        with pytest.raises(NotFound):
            await changed(books, day(4, 20), **{name: uuid7()})
    with pytest.raises(NotFound):
        await update_edge(books.viewer, UpdateEdge(uuid7(), billing_day=2), now=day(4, 20))


async def test_what_the_organisation_buys_at_is_not_its_own_to_change(database: Database) -> None:
    books = await one_seat("30")
    link = uuid7()
    await books.supplied(link, Price("monthly", per_unit("20")), uuid7())
    with pytest.raises(InvalidInput, match="its supplier makes them"):
        await update_edge(books.viewer, UpdateEdge(books.edges["supply"], billing_day=9), now=day(4, 5))


async def test_a_reseller_with_its_own_books_keeps_the_terms_that_stand_on_both_sides(database: Database) -> None:
    books = await one_seat("30")
    await books.account("Resell", kind=AccountKind.RESELLER)
    edge: UUID = await books.edge("Cloud", "Resell", "retail")
    dear = await books.publish("dear", Price("monthly", per_unit("60")))
    with pytest.raises(InvalidInput, match="Resell has books of its own") as refused:
        await update_edge(books.viewer, UpdateEdge(edge, price_list_id=dear, billing_day=15), now=day(4, 5))
    assert [problem.path for problem in refused.value.problems] == [("priceListId",), ("billingDay",)]
    await update_edge(books.viewer, UpdateEdge(edge, bill_to_account_id=books.accounts["Zed"]), now=day(4, 5))
    assert (await queries.edge(books.viewer, edge)).bill_to_account_id == books.accounts["Zed"]
