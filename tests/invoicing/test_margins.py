"""The waterfall of a channel with three selling edges and a supply edge, and what each viewer sees of it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from bss.catalogue.price_list import ChargeKind
from bss.identifier import uuid7
from bss.invoicing import margins, verify
from bss.organisations.account import AccountKind
from bss.permission import Permission
from bss.refusal import PermissionDenied
from bss.transaction.database import Database
from bss.viewer import Viewer
from tests.invoicing.books import Books, Price, flat, per_unit

START, END = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)
IN_MID_MONTH = datetime(2026, 3, 15, tzinfo=UTC)


async def waterfall() -> Books:
    """C01: 7 seats for 17 of 31 days at 10.00, 12.00, 13.20 and 15.00 a seat, the unit rounded and then multiplied."""
    books = await Books.opened()
    link, supplied = uuid7(), uuid7()
    await books.account("Resell", kind=AccountKind.LITE_RESELLER)
    await books.account("Lite", "Resell", AccountKind.LITE_RESELLER)
    await books.account("X", "Lite")
    await books.offering("seat", link, supplied)
    await books.supplied(link, Price("monthly", per_unit("10")), supplied, policy="licence")
    for name, owner, price in (("a", "Cloud", "12"), ("b", "Resell", "13.20"), ("c", "Lite", "15")):
        await books.publish(name, Price("monthly", per_unit(price)), owner=owner)
    for seller, buyer, name in (("Cloud", "Resell", "a"), ("Resell", "Lite", "b"), ("Lite", "X", "c")):
        await books.edge(seller, buyer, name, policy="licence")
    await books.answered(await books.subscription("X", "7", IN_MID_MONTH), IN_MID_MONTH)
    return books


async def seen(viewer: Viewer, books: Books) -> dict[str, tuple[str, str, str]]:
    """Sold, cost and margin of every sale that the viewer sees, by the name of the buyer."""
    names = {edge_id: buyer for buyer, edge_id in books.edges.items()}
    found = await margins.margins(viewer, START, END)
    return {names[one.edge_id]: (_text(one.sold), _text(one.cost), _text(one.margin)) for one in found}


def _text(amount: Decimal | None) -> str:
    return "unknown" if amount is None else f"{amount:.2f}"


async def of_finance(books: Books, account: str) -> Viewer:
    return await books.person(account, "finance")


async def test_a_waterfall_rates_each_edge_with_its_own_list(database: Database) -> None:
    books = await waterfall()
    await books.bill(END)
    amounts = {buyer: await books.amounts(buyer) for buyer in ("supply", "Resell", "Lite", "X")}
    assert amounts == {"supply": ["38.36"], "Resell": ["46.06"], "Lite": ["50.68"], "X": ["57.61"]}
    assert await books.invoices() == [
        ("CLOUD-000001", "46.06"),
        ("LITE-000001", "57.61"),
        ("RESELL-000001", "50.68"),
    ]
    (supply,) = await books.rows(
        "SELECT invoice_id FROM billable_line WHERE organisation_id = $1 AND edge_kind = 'supply'"
    )
    assert supply["invoice_id"] is None
    assert await verify.rerate(books.viewer, books.edges["supply"], START) == await verify.stored(
        books.viewer, books.edges["supply"], START
    )


async def test_margins_are_7_70_and_4_62_and_6_93_and_add_up_with_the_cost(database: Database) -> None:
    books = await waterfall()
    await books.bill(END)
    whole = await seen(books.viewer, books)
    assert whole == {
        "Resell": ("46.06", "38.36", "7.70"),
        "Lite": ("50.68", "46.06", "4.62"),
        "X": ("57.61", "50.68", "6.93"),
    }
    assert Decimal("38.36") + sum(Decimal(margin) for _, _, margin in whole.values()) == Decimal("57.61")
    totals = await margins.totals(books.viewer, START, END)
    assert totals[books.edges["X"]].margin == Decimal("6.93")


async def test_each_seller_sees_its_own_margin_and_a_customer_none(database: Database) -> None:
    books = await waterfall()
    await books.bill(END)
    assert await seen(await of_finance(books, "Lite"), books) == {"X": ("57.61", "50.68", "6.93")}
    assert await seen(await of_finance(books, "Resell"), books) == {
        "Lite": ("50.68", "46.06", "4.62"),
        "X": ("57.61", "50.68", "6.93"),
    }
    assert await seen(await of_finance(books, "X"), books) == {}
    with pytest.raises(PermissionDenied):
        await margins.margins(await books.person("X", "billing_viewer"), START, END)
    assert Permission.MARGIN_VIEW not in (await books.person("Lite", "partner_sales")).permissions


async def test_a_sale_without_a_supply_edge_has_no_known_margin(database: Database) -> None:
    books = await Books.opened()
    await books.account("Zed")
    await books.offering()
    setup = Price("setup", flat("100"), ChargeKind.ONE_TIME)
    await books.publish("retail", Price("monthly", per_unit("31")), setup)
    await books.edge("Cloud", "Zed", "retail")
    subscription: UUID = await books.subscription("Zed", "1", START)
    await books.bill(END)
    found = await margins.margins(books.viewer, START, END, subscription_ids=[subscription])
    assert sorted((one.charge, _text(one.sold), _text(one.margin)) for one in found) == [
        ("monthly", "31.00", "unknown"),
        ("setup", "100.00", "unknown"),
    ]
    (total,) = (await margins.totals(books.viewer, START, END)).values()
    assert (_text(total.sold), total.cost) == ("131.00", None)


async def test_a_charge_that_the_cost_edge_does_not_have_costs_nothing(database: Database) -> None:
    books = await Books.opened()
    await books.account("Lite", kind=AccountKind.LITE_RESELLER)
    await books.account("X", "Lite")
    await books.offering()
    await books.publish("wholesale", Price("monthly", per_unit("20")))
    setup = Price("setup", flat("100"), ChargeKind.ONE_TIME)
    await books.publish("retail", Price("monthly", per_unit("31")), setup, owner="Lite")
    await books.edge("Cloud", "Lite", "wholesale")
    await books.edge("Lite", "X", "retail")
    await books.subscription("X", "1", START)
    await books.bill(END)
    (total,) = (await margins.totals(await of_finance(books, "Lite"), START, END)).values()
    assert (total.sold, total.cost, total.margin) == (Decimal(131), Decimal(20), Decimal(111))
