"""Edges: who may agree on which, the chain above an account, and what keeps an offering from being sold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from bss.agreements import queries
from bss.agreements.agree_edge import AgreeEdge, agree_edge
from bss.agreements.create_issuer import CreateIssuer, create_issuer
from bss.catalogue.queries import offering
from bss.refusal import Conflict, InvalidInput, LockedField, NotFound
from bss.role import STANDARD
from bss.transaction.begin import begin, reading
from bss.transaction.database import Database, Role
from bss.transaction.page import PageRequest
from tests.catalogue.books import NOW, Books, open_books, seat, with_edges

LATER = datetime(2026, 2, 1, tzinfo=UTC)


async def test_the_chain_of_x_is_lite_to_x_and_root_to_lite_and_that_of_z_is_root_to_z(database: Database) -> None:
    books = await open_books()
    lists = await with_edges(books)
    above = await queries.edges_above(books.staff, (books.x.path, books.z.path))
    chains = {path: [edge.price_list_id for edge in edges] for path, edges in above.items()}
    assert chains == {books.x.path: [lists.of_lite, lists.to_lite], books.z.path: [lists.to_z]}
    assert [edge.seller_path for edge in above[books.x.path]] == [books.lite.path, books.root.path]


async def test_the_whole_chain_is_found_for_a_partner_that_sees_only_its_own_terms(database: Database) -> None:
    books = await open_books()
    lists = await with_edges(books)
    customer = books.within(books.x)
    above = await queries.edges_above(customer, (books.x.path, books.z.path))
    assert {path: [edge.price_list_id for edge in edges] for path, edges in above.items()} == {
        books.x.path: [lists.of_lite, lists.to_lite]
    }
    seen = (await queries.edge_page(customer, PageRequest())).rows
    assert [edge.price_list_id for edge in seen] == [lists.of_lite]
    async with reading(customer) as tx:
        assert await tx.connection.fetchval("SELECT count(*) FROM edge") == 1


async def test_an_edge_of_an_account_that_is_passed_over_is_no_part_of_the_chain(database: Database) -> None:
    books = await open_books()
    direct = await books.price_list(books.root, "direct")
    await books.edge(books.root, books.lite, direct)
    await books.edge(books.root, books.x, direct)
    (chain,) = (await queries.edges_above(books.staff, (books.x.path,))).values()
    assert [edge.buyer_account_id for edge in chain] == [books.x.id]


async def test_missing_prices_name_the_edges_and_nothing_more(database: Database) -> None:
    books = await open_books()
    lists = await with_edges(books)
    drive = await offering(books.staff, await books.offering("drive"))
    partner = replace(books.within(books.lite), permissions=STANDARD["partner_sales"].permissions)
    missing = await queries.missing_prices(partner, books.x.path, drive, LATER)
    assert missing == ("Lite → X", "Resell → Lite")
    await books.publish(lists.of_lite, seat(drive.id, "3"), valid_from=NOW)
    assert await queries.missing_prices(partner, books.x.path, drive, LATER) == ("Resell → Lite",)
    await books.publish(lists.to_lite, seat(drive.id, "2"), valid_from=NOW)
    assert await queries.missing_prices(partner, books.x.path, drive, LATER) == ()


async def test_the_first_version_of_a_list_prices_the_period_within_which_it_begins(database: Database) -> None:
    books = await open_books()
    price_list_id = await books.price_list(books.root, "retail")
    await books.edge(books.root, books.z, price_list_id)
    mail = await offering(books.staff, books.mail_id)
    assert await queries.missing_prices(books.staff, books.z.path, mail, NOW) == ("Resell → Z",)
    await books.publish(price_list_id, seat(books.mail_id, "10"), valid_from=datetime(2026, 1, 10, tzinfo=UTC))
    assert await queries.missing_prices(books.staff, books.z.path, mail, NOW) == ()


async def test_a_later_version_does_not_price_the_period_within_which_it_begins(database: Database) -> None:
    books = await open_books()
    price_list_id = await books.price_list(books.root, "retail")
    drive_id = await books.offering("drive")
    await books.publish(price_list_id, seat(drive_id, "10"), valid_from=datetime(2025, 12, 10, tzinfo=UTC))
    await books.publish(price_list_id, seat(books.mail_id, "10"), valid_from=datetime(2026, 1, 10, tzinfo=UTC))
    await books.edge(books.root, books.z, price_list_id)
    mail = await offering(books.staff, books.mail_id)
    assert await queries.missing_prices(books.staff, books.z.path, mail, NOW) == ("Resell → Z",)
    assert await queries.missing_prices(books.staff, books.z.path, mail, LATER) == ()


async def test_who_sells_on_without_buying_is_named(database: Database) -> None:
    books = await open_books()
    of_lite = await books.price_list(books.lite, "retail")
    await books.publish(of_lite, seat(books.mail_id, "9"))
    await books.edge(books.lite, books.x, of_lite)
    mail = await offering(books.staff, books.mail_id)
    assert await queries.missing_prices(books.staff, books.x.path, mail, NOW) == ("any edge to Lite",)
    assert await queries.missing_prices(books.staff, books.z.path, mail, NOW) == ("any edge to Z",)
    assert await queries.missing_prices(books.staff, books.root.path, mail, NOW) == ()


async def test_a_resold_offering_without_supply_terms_has_no_price_at_the_supplier(database: Database) -> None:
    books = await open_books()
    lists = await with_edges(books)
    drive = await offering(books.staff, await books.offering("drive", UUID(int=1), UUID(int=2)))
    await books.publish(lists.to_z, seat(drive.id, "3"), valid_from=NOW)
    assert await queries.missing_prices(books.staff, books.z.path, drive, LATER) == ("supply",)


async def test_every_term_that_cannot_stand_is_refused_at_once(database: Database) -> None:
    books = await open_books()
    lists = await with_edges(books)
    lites_issuer = await _issuer(books)
    request = AgreeEdge(books.z.id, books.x.id, lists.to_z, "Mars/Phobos", "generous", 32, lites_issuer)
    with pytest.raises(InvalidInput) as refused:
        await agree_edge(books.staff, request, now=NOW)
    assert [problem.path[0] for problem in refused.value.problems] == [
        "buyerAccountId",
        "priceListId",
        "issuerId",
        "zone",
        "policy",
        "billingDay",
    ]


async def test_an_account_buys_on_one_edge_only(database: Database) -> None:
    books = await open_books()
    lists = await with_edges(books)
    with pytest.raises(Conflict, match="buys on an edge already"):
        await books.edge(books.root, books.z, lists.to_z)


async def test_the_terms_of_a_mirrored_account_are_locked(database: Database) -> None:
    books = await open_books()
    price_list_id = await books.price_list(books.root, "retail")
    async with begin(books.staff, role=Role.SYNC) as tx:
        await tx.connection.execute(
            "UPDATE account SET mirrored = true, managed_by = 'Cloud Resell' WHERE id = $1", books.z.id
        )
    with pytest.raises(LockedField, match="managed by Cloud Resell"):
        await books.edge(books.root, books.z, price_list_id)


async def test_an_edge_takes_its_currency_from_the_list_and_bills_the_buyer(database: Database) -> None:
    books = await open_books()
    price_list_id = await books.price_list(books.root, "yen", currency="JPY")
    edge = await queries.edge(books.staff, await books.edge(books.root, books.z, price_list_id))
    assert (edge.currency, edge.bill_to_account_id, edge.path) == ("JPY", books.z.id, books.z.path)
    with pytest.raises(NotFound):
        await queries.edge(books.within(books.lite), edge.id)


async def test_a_card_is_stored_whole_and_an_unprintable_one_is_refused(database: Database) -> None:
    books = await open_books()
    issuer = await queries.issuer(books.staff, await _issuer(books))
    assert (issuer.card["name"], issuer.card["address"], issuer.card["legal"]) == ("Lite", ["Kade 2"], "")
    bad = CreateIssuer(books.root.id, "Resell", {"colour": "red;", "fax": "1"}, "2026-", 400)
    with pytest.raises(InvalidInput) as refused:
        await create_issuer(books.staff, bad, now=NOW)
    assert [".".join(problem.path) for problem in refused.value.problems] == [
        "card.fax",
        "card.colour",
        "dueDays",
    ]


async def _issuer(books: Books) -> UUID:
    request = CreateIssuer(books.lite.id, "Lite", {"address": ["Kade 2"]}, "L-")
    return (await create_issuer(books.staff, request, now=NOW)).object_id
