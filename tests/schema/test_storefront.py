"""What an account may buy: what every edge to it has a price for, by category; what is private, to nobody else."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bss.canonical import canonical
from bss.identifier import Kind, private, public, uuid7
from bss.transaction.begin import begin
from bss.transaction.database import Database
from bss.viewer import Viewer
from tests.schema.books import Books
from tests.schema.rows import write_rows
from tests.schema.statements import counted

SHELF = """query($account: ID!, $category: String) { storefront(accountId: $account, category: $category, first: 200) {
  edges { node { name category privateTo { name } } } } }"""
FEBRUARY_2 = datetime(2026, 2, 2, tzinfo=UTC)
"""In the first period that the later versions price."""
SEAT = {"charge": "seat", "kind": "RECURRING", "description": "Seat"}


async def shelf(books: Books, account: str, category: str | None = None, viewer: Viewer | None = None) -> list[str]:
    found = await books.data(SHELF, viewer=viewer, account=books.ids[account], category=category)
    return [edge["node"]["name"] for edge in found["storefront"]["edges"]]


async def offered(books: Books, code: str, **shown: object) -> str:
    given = {"productId": books.ids["office"], "code": code, "name": code.title(), "unit": "seat", **shown}
    books.ids[code] = (await books.make("createOffering", given))["id"]
    return books.ids[code]


async def priced(books: Books, price_list: str, *offerings: str) -> None:
    """A version of the list with these offerings beside the seats, in force from the period in progress on."""
    prices = [
        {"offeringId": books.ids[code], **SEAT, "model": {"perUnit": {"unit": "9"}}} for code in ("seats", *offerings)
    ]
    version = {"priceListId": books.ids[price_list], "validFrom": "2026-01-01T00:00:00.001+01:00", "prices": prices}
    await books.make("publishPrices", version)


@pytest.fixture
async def shop(books: Books) -> Books:
    """Mail and backup on every list but backup on no retail one; an archive that is sold but not shown."""
    await offered(books, "mail", category="Office")
    await offered(books, "backup", category="Safety")
    await offered(books, "archive", category="Safety", inStorefront=False)
    await priced(books, "wholesale", "mail", "backup", "archive")
    await priced(books, "retail", "mail", "archive")
    await priced(books, "direct", "mail", "backup", "archive")
    books.clock.move_to(FEBRUARY_2)
    return books


async def test_a_storefront_shows_what_every_edge_to_the_account_has_a_price_for(shop: Books) -> None:
    assert await shelf(shop, "z") == ["Office seats", "Mail", "Backup"]
    assert await shelf(shop, "lite") == ["Office seats", "Mail", "Backup"]
    assert await shelf(shop, "x") == ["Office seats", "Mail"]  # Lite has no price for the backup
    assert await shelf(shop, "z", "Safety") == ["Backup"]
    assert await shelf(shop, "root") == []
    sale = {"accountId": shop.ids["z"], "offeringId": shop.ids["archive"], "quantity": "1"}
    assert "id" in await shop.make("createSubscription", sale)  # sold all the same


async def test_a_storefront_sells_what_it_shows_and_a_page_of_it_goes_on(shop: Books) -> None:
    for account in ("x", "z", "lite"):
        found = await shop.data(
            "query($a: ID!) { storefront(accountId: $a) { edges { node { id } } } }", a=shop.ids[account]
        )
        for edge in found["storefront"]["edges"]:
            sale = {"accountId": shop.ids[account], "offeringId": edge["node"]["id"], "quantity": "1"}
            assert "id" in await shop.make("createSubscription", sale)
    paged = """query($a: ID!, $after: String) { storefront(accountId: $a, first: 2, after: $after) {
      edges { node { name } } pageInfo { hasNextPage endCursor } } }"""
    first = (await shop.data(paged, a=shop.ids["z"], after=None))["storefront"]
    rest = (await shop.data(paged, a=shop.ids["z"], after=first["pageInfo"]["endCursor"]))["storefront"]
    assert first["pageInfo"]["hasNextPage"]
    assert [edge["node"]["name"] for edge in rest["edges"]] == ["Backup"]


async def test_a_private_offering_is_shown_and_sold_to_its_account_and_those_below_it_only(shop: Books) -> None:
    private = {"offeringId": shop.ids["mail"], "privateTo": [shop.ids["lite"]]}
    await shop.make("updateOffering", private)
    assert await shelf(shop, "z") == ["Office seats", "Backup"]
    assert await shelf(shop, "x") == ["Office seats", "Mail"]
    sale = {"accountId": shop.ids["z"], "offeringId": shop.ids["mail"], "quantity": "1"}
    refused = await shop.call("createSubscription", sale)
    assert (refused["path"], refused["message"]) == (["offeringId"], "Mail is private to other accounts.")
    upgrade = {"subscriptionId": shop.ids["of z"], "offeringId": shop.ids["mail"]}
    assert (await shop.call("changeOffering", upgrade))["path"] == ["offeringId"]
    sold = await shop.make("createSubscription", {**sale, "accountId": shop.ids["x"]})
    elsewhere = {"subscriptionId": sold["id"], "accountId": shop.ids["z"]}
    assert (await shop.call("transferSubscription", elsewhere))["path"] == ["accountId"]
    # Open to everybody again.
    await shop.make("updateOffering", {"offeringId": shop.ids["mail"], "privateTo": []})
    assert "Mail" in await shelf(shop, "z")


async def test_nobody_else_learns_that_a_private_offering_exists(shop: Books) -> None:
    await shop.make("updateOffering", {"offeringId": shop.ids["mail"], "privateTo": [shop.ids["x"]]})
    asked = "query($id: ID!) { node(id: $id) { ... on Offering { name privateTo { name } } } }"
    mail = {"id": shop.ids["mail"]}
    for role, account, seen in (
        ("billing_viewer", "y", False),
        ("partner_sales", "lite", True),
        ("billing_viewer", "x", True),
    ):
        found = await shop.data(asked, viewer=shop.as_role(role, account), **mail)
        assert (found["node"] is not None) == seen, account
    sale = {"accountId": shop.ids["y"], "offeringId": shop.ids["mail"], "quantity": "1"}
    refused = await shop.call("createSubscription", sale, viewer=shop.as_role("partner_sales", "lite"))
    assert refused["message"] == "Mail is private to other accounts."  # it is Lite's customer that may not have it


@pytest.mark.parametrize(("role", "account"), [("billing_viewer", "x"), ("partner_sales", "lite")])
async def test_a_storefront_outside_the_scope_is_not_found(shop: Books, role: str, account: str) -> None:
    body = await shop.ask(SHELF, viewer=shop.as_role(role, account), account=shop.ids["z"], category=None)
    assert body["errors"][0]["extensions"]["code"] == "NOT_FOUND"
    assert await shelf(shop, "x", viewer=shop.as_role(role, account)) == ["Office seats", "Mail"]


async def test_a_seller_goes_on_with_what_it_has_on_its_list_and_sells_it_to_nobody_new(shop: Books) -> None:
    sale = {"accountId": shop.ids["x"], "offeringId": shop.ids["mail"], "quantity": "1"}
    await shop.make("createSubscription", sale)
    waiting = await shop.make("createSubscription", {**sale, "activate": False})
    await shop.make("updateOffering", {"offeringId": shop.ids["mail"], "privateTo": [shop.ids["z"]]})
    await shop.make("updateOffering", {"offeringId": shop.ids["mail"], "name": "Post"})
    assert "Post" not in await shelf(shop, "x")  # another name has opened nothing
    lite = replace(shop.staff, path=shop.path("lite"))
    listed = [
        {"offeringId": shop.ids[code], **SEAT, "model": {"perUnit": {"unit": "8"}}}
        for code in ("seats", "mail", "archive")
    ]
    version = {"priceListId": shop.ids["retail"], "validFrom": "2026-03-01T00:00:00+01:00", "prices": listed}
    published = await shop.call("publishPrices", version, viewer=lite)
    assert "code" not in published, published
    assert (await shop.call("createSubscription", sale, viewer=lite))["path"] == ["offeringId"]
    assert (await shop.call("activateSubscription", {"subscriptionId": waiting["id"]}))["path"] == ["offeringId"]


async def test_an_offering_gets_another_name_and_place_and_bad_ones_are_refused(shop: Books) -> None:
    told = "... on Offering { name category inStorefront privateTo { name } }"
    given = {"offeringId": shop.ids["mail"], "name": "Post", "category": "Letters", "inStorefront": False}
    changed = await shop.make("updateOffering", given, show=told)
    assert changed.items() >= {"name": "Post", "category": "Letters", "inStorefront": False, "privateTo": None}.items()
    only = await shop.make("updateOffering", {"offeringId": shop.ids["mail"], "inStorefront": True}, show=told)
    assert only["name"] == "Post"
    nobody = public(Kind.ACCOUNT, uuid7())
    wrong = {"offeringId": shop.ids["mail"], "name": " ", "privateTo": [shop.ids["x"], nobody]}
    refused = await shop.call("updateOffering", wrong)
    assert [problem["path"] for problem in refused["problems"]] == [["name"], ["privateTo", "1"]]


async def test_a_storefront_costs_as_many_statements_for_200_offerings_as_for_one(
    database: Database, shop: Books
) -> None:
    for table in ("vendor", "product", "offering"):
        await write_rows(shop, 200, only=table)
    found = (await shop.data("{ offerings(last: 200) { edges { node { id } } } }"))["offerings"]["edges"]
    price = {**SEAT, "model": {"perUnit": {"unit": "9"}}}
    prices = [{"offeringId": of, **price} for of in {each["node"]["id"] for each in found} | {shop.ids["seats"]}]
    await shop.make(
        "publishPrices", {"priceListId": shop.ids["direct"], "validFrom": "2026-02-01T00:00:00+01:00", "prices": prices}
    )
    page = "edges { node { id name privateTo { name } product { name } characteristics { code } } }"
    document = f"query($of: ID!, $last: Int) {{ storefront(accountId: $of, last: $last) {{ {page} }} }}"
    of_one, one = await counted(database, shop, document, of=shop.ids["z"], last=1)
    of_many, many = await counted(database, shop, document, of=shop.ids["z"], last=200)
    assert (len(one["storefront"]["edges"]), len(many["storefront"]["edges"])) == (1, 200)
    assert of_one == of_many


async def test_a_rename_beside_it_does_not_undo_who_may_buy(database: Database, shop: Books) -> None:
    """The rename has read the offering, and waits for the row, when its audience is written."""
    begun = asyncio.Event()

    async def rename() -> None:
        await begun.wait()
        await shop.make("updateOffering", {"offeringId": shop.ids["mail"], "name": "Post"})

    renaming = asyncio.create_task(rename())
    audience = canonical([private(Kind.ACCOUNT, shop.ids["lite"])]).decode()
    async with begin(shop.staff) as tx:
        await tx.connection.execute(
            "UPDATE offering SET private_to = $3 WHERE organisation_id = $1 AND id = $2",
            *(tx.organisation_id, private(Kind.OFFERING, shop.ids["mail"]), audience),
        )
        begun.set()
        await asyncio.sleep(0.3)
        assert not renaming.done()
    await renaming
    asked = "query($id: ID!) { node(id: $id) { ... on Offering { name privateTo { name } } } }"
    found = (await shop.data(asked, id=shop.ids["mail"]))["node"]
    assert found == {"name": "Post", "privateTo": [{"name": "Lite"}]}
    of_x = await shop.data(asked, viewer=shop.as_role("billing_viewer", "x"), id=shop.ids["mail"])
    assert of_x["node"]["privateTo"] is None, "it is private to an account that X does not see"
