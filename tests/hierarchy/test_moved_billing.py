"""What a moved customer consumes is charged where it stood: no gap, and nothing twice."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bss.agreements.create_issuer import CreateIssuer, create_issuer
from bss.agreements.update_edge import UpdateEdge, update_edge
from bss.catalogue.price_list import ChargeKind
from bss.hierarchy.move_account import MoveAccount, NewTerms, move_account
from bss.invoicing import margins, verify
from bss.organisations.account import AccountKind
from bss.organisations.create_account import CreateAccount, create_account
from bss.refusal import InvalidInput
from bss.subscriptions.begin_service import PriceMissing
from bss.transaction.database import Database
from tests.invoicing.books import CARD, Books, Price, per_unit


def day(month: int, of_month: int, hour: int = 0) -> datetime:
    return datetime(2026, month, of_month, hour, tzinfo=UTC)


async def two_lites() -> Books:
    """Cloud sells a seat at 20.00 to A and at 24.00 to B; A sells it to X at 30.00, and B at 60.00; hours 0.10 each."""
    books = await Books.opened()
    await books.offering()
    for name in ("A", "B"):
        await books.account(name, kind=AccountKind.LITE_RESELLER)
    await books.account("X", "A")
    hours = Price("hours", per_unit("0.10"), ChargeKind.USAGE, "vcpu")
    for name, owner, unit in (("to A", "Cloud", "20"), ("to B", "Cloud", "24"), ("A", "A", "30"), ("B", "B", "60")):
        await books.publish(name, Price("monthly", per_unit(unit)), hours, owner=owner)
    await books.edge("Cloud", "A", "to A")
    await books.edge("Cloud", "B", "to B")
    await books.edge("A", "X", "A")
    await books.issuer("B")
    return books


async def move(
    books: Books, name: str, parent: str, at: datetime, terms: bool = True, now: datetime | None = None
) -> None:
    """The account goes under the parent, and buys there by the parent's list."""
    new = NewTerms(books.lists[parent], "UTC", "standard", 1, books.issuers[parent]) if terms else None
    request = MoveAccount(books.accounts[name], books.accounts[parent], at, new)
    await move_account(books.viewer, request, now=now or at)
    if terms:
        (row,) = await books.rows(
            "SELECT id FROM edge WHERE organisation_id = $1 AND buyer_account_id = $2 AND valid_to IS NULL",
            books.accounts[name],
        )
        books.edges[f"{name} from {parent}"] = row["id"]


async def test_a_customer_moved_in_mid_month_pays_each_seller_its_half(database: Database) -> None:
    """April has 30 days: 15.00 to A and 30.00 to B; 3 hours before the 16th and 5 from it on; Cloud 10.00, 12.00."""
    books = await two_lites()
    seat = await books.subscription("X", "1", day(4, 1))
    await books.used(seat, day(4, 15, 23), 3)
    await books.used(seat, day(4, 16), 5)
    await move(books, "X", "B", day(4, 16))
    await books.bill(day(5, 1))
    assert await books.amounts("X") == ["0.30", "15.00"]
    assert await books.amounts("X from B") == ["0.50", "30.00"]
    assert await books.amounts("A") == ["0.30", "10.00"]
    assert await books.amounts("B") == ["0.50", "12.00"]
    totals = sorted(total for _, total in await books.invoices())
    assert totals == ["10.30", "12.50", "15.30", "30.50"]
    assert await verify.mismatches(books.viewer) == ()
    await books.bill(day(6, 1))
    assert await books.amounts("X") == ["0.30", "15.00"]
    assert await books.amounts("X from B") == ["0.50", "30.00", "60.00"]
    for edge in ("X", "X from B", "A", "B"):
        rerated = await verify.rerate(books.viewer, books.edges[edge], day(4, 1))
        assert rerated == await verify.stored(books.viewer, books.edges[edge], day(4, 1)), edge


async def test_a_move_after_the_month_changes_nothing_of_it(database: Database) -> None:
    """April is billed on the 5th of May, the customer moved on the 3rd: A charges 30.00, and 2 of 31 days of May."""
    books = await two_lites()
    await books.subscription("X", "1", day(4, 1))
    await move(books, "X", "B", day(5, 3))
    await books.bill(day(5, 5))
    assert await books.amounts("X") == ["30.00"]
    assert await books.amounts("X from B") == []
    await books.bill(day(6, 1))
    assert await books.amounts("X") == ["30.00", "1.94"]
    assert await books.amounts("X from B") == ["56.13"]
    assert (await books.amounts("A"), await books.amounts("B")) == (["20.00", "1.29"], ["22.45"])


async def test_an_edge_that_stays_above_charges_the_whole_month_in_one_line(database: Database) -> None:
    """Cloud → Lite stays, whether X buys from A or from B below Lite: 20.00 in one line, not twice 10.00."""
    books = await Books.opened()
    await books.offering()
    await books.account("Lite", kind=AccountKind.LITE_RESELLER)
    for name in ("A", "B"):
        await books.account(name, "Lite", AccountKind.LITE_RESELLER)
    await books.account("X", "A")
    await books.publish("to Lite", Price("monthly", per_unit("20")))
    await books.edge("Cloud", "Lite", "to Lite")
    await books.publish("Lite", Price("monthly", per_unit("25")), owner="Lite")
    for name, unit in (("A", "30"), ("B", "60")):
        await books.publish(name, Price("monthly", per_unit(unit)), owner=name)
        await books.issuer(name)
        await books.edge("Lite", name, "Lite")
    await books.edge("A", "X", "A")
    await books.subscription("X", "1", day(4, 1))
    await move(books, "X", "B", day(4, 16))
    await books.bill(day(5, 1))
    assert await books.amounts("Lite") == ["20.00"]
    assert (await books.amounts("A"), await books.amounts("B")) == (["12.50"], ["12.50"])
    assert (await books.amounts("X"), await books.amounts("X from B")) == (["15.00"], ["30.00"])


async def test_there_and_back_in_a_month_is_three_parts(database: Database) -> None:
    """A 10 days, B 10 days, A again 10 days, on an edge of its own: 10.00, 20.00, 10.00; Cloud → A twice 6.67."""
    books = await two_lites()
    await books.subscription("X", "1", day(4, 1))
    await move(books, "X", "B", day(4, 11))
    await move(books, "X", "A", day(4, 21))
    await books.bill(day(5, 1))
    assert await books.amounts("X") == ["10.00"]
    assert await books.amounts("X from B") == ["20.00"]
    assert await books.amounts("X from A") == ["10.00"]
    assert (await books.amounts("A"), await books.amounts("B")) == (["6.67", "6.67"], ["8.00"])


async def test_margins_follow_the_move(database: Database) -> None:
    """A sold for 15.00 what it bought for 10.00, and B for 30.00 what it bought for 12.00."""
    books = await two_lites()
    await books.subscription("X", "1", day(4, 1))
    await move(books, "X", "B", day(4, 16))
    await books.bill(day(5, 1))
    found = await margins.totals(books.viewer, day(4, 1), day(5, 1))
    told = {
        name: (f"{found[books.edges[name]].sold:.2f}", f"{found[books.edges[name]].cost:.2f}")
        for name in ("X", "X from B")
    }
    assert told == {"X": ("15.00", "10.00"), "X from B": ("30.00", "12.00")}


async def test_a_move_does_not_reach_into_what_is_billed(database: Database) -> None:
    books = await two_lites()
    await books.subscription("X", "1", day(4, 1))
    await books.bill(day(5, 1))
    with pytest.raises(InvalidInput, match="billed already") as refusal:
        await move(books, "X", "B", day(4, 30), now=day(5, 10))
    assert refusal.value.path == ("effectiveAt",)
    await move(books, "X", "B", day(5, 1), now=day(5, 10))
    await books.bill(day(6, 1))
    assert (await books.amounts("X"), await books.amounts("X from B")) == (["30.00"], ["60.00"])
    with pytest.raises(InvalidInput, match="moved now or as of the past"):
        await move(books, "X", "A", day(6, 3), now=day(6, 2))


async def test_without_terms_the_edge_above_charges_from_then_on(database: Database) -> None:
    books = await two_lites()
    await books.subscription("X", "1", day(4, 1))
    await move(books, "X", "B", day(4, 16), terms=False)
    await books.bill(day(5, 1))
    assert (await books.amounts("X"), await books.amounts("A"), await books.amounts("B")) == (
        *(["15.00"], ["10.00"], ["12.00"]),
    )


async def test_where_nothing_would_charge_it_a_consumer_is_not_moved(database: Database) -> None:
    """Below Cloud without terms nobody sells to X; C buys on no edge, so that what it sells on would cost nothing."""
    books = await two_lites()
    await books.account("C", kind=AccountKind.LITE_RESELLER)
    await books.publish("C", Price("monthly", per_unit("60")), owner="C")
    await books.issuer("C")
    await books.subscription("X", "1", day(4, 1))
    for parent, terms, missing in (("Cloud", False, "any edge to X"), ("C", True, "any edge to C")):
        with pytest.raises(PriceMissing, match=missing) as refusal:
            await move(books, "X", parent, day(4, 16), terms)
        assert refusal.value.path == ("newParentId",)
    await books.bill(day(5, 1))
    assert await books.amounts("X") == ["30.00"]


async def test_the_terms_of_an_edge_that_has_ended_stay(database: Database) -> None:
    books = await two_lites()
    await move(books, "X", "B", day(4, 16))
    with pytest.raises(InvalidInput, match="has ended") as refused:
        await update_edge(books.viewer, UpdateEdge(books.edges["X"], policy="daily"), now=day(4, 17))
    assert refused.value.path == ("edgeId",)


async def test_a_move_into_a_billed_month_is_refused_though_the_terms_changed_since(database: Database) -> None:
    """March is billed to K on the 1st of April; from then on K is billed on the 15th, and by another issuer.

    G, to which it moves, has billed nothing yet, so that K's own edge alone tells how far back is closed.
    """
    books = await Books.opened()
    await books.offering()
    await books.account("K")
    await books.publish("to K", Price("monthly", per_unit("50")))
    await books.edge("Cloud", "K", "to K")
    await books.subscription("K", "1", day(3, 1))
    await books.bill(day(4, 1))
    another = CreateIssuer(books.root, "Cloud too", CARD, "C2-", 14)
    issuer = (await create_issuer(books.viewer, another, now=day(4, 2))).object_id
    changed = UpdateEdge(books.edges["K"], issuer_id=issuer, billing_day=15)
    await update_edge(books.viewer, changed, now=day(4, 2))
    given = CreateAccount(books.root, AccountKind.LITE_RESELLER, "G")
    group = (await create_account(books.viewer, given, now=day(4, 2))).object_id
    early = MoveAccount(books.accounts["K"], group, day(3, 20))
    with pytest.raises(InvalidInput, match="before 2026-04-01 00:00Z is billed already"):
        await move_account(books.viewer, early, now=day(4, 2))
    assert await books.amounts("K") == ["50.00"]


async def test_a_month_that_was_billed_before_a_move_rates_to_the_same_bytes_after_it(database: Database) -> None:
    books = await two_lites()
    await books.subscription("X", "1", day(3, 1))
    await books.bill(day(4, 1))
    before = await verify.stored(books.viewer, books.edges["X"], day(3, 1))
    await move(books, "X", "B", day(4, 16))
    assert await verify.rerate(books.viewer, books.edges["X"], day(3, 1)) == before
