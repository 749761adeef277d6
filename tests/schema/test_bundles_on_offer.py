"""The bundles that may be sold to an account: what every edge to it has a price for, of its sellers, and open to it."""

from __future__ import annotations

import pytest_asyncio

from bss.transaction.database import Database
from bss.viewer import Viewer
from tests.schema.books import Books
from tests.schema.statements import counted
from tests.schema.test_bundles import SHOWN, bundle, sale, with_a_team

SOLD = """query($account: ID!, $last: Int) { storefrontBundles(accountId: $account, last: $last) {
  edges { node { code components { quantity offering { code } } } } } }"""


@pytest_asyncio.fixture
async def shop(books: Books) -> Books:
    return await with_a_team(books)


async def on_offer(books: Books, account: str, viewer: Viewer | None = None) -> list[str]:
    """The codes of the bundles that the account may buy."""
    found = await books.data(SOLD, viewer=viewer, account=books.ids[account])
    return [edge["node"]["code"] for edge in found["storefrontBundles"]["edges"]]


async def test_a_partner_lists_the_bundles_that_it_may_sell_and_a_customer_those_that_it_may_buy(shop: Books) -> None:
    """X, Y and Z buy seats, New backups and set-ups as well; Lite packs seats for its own side."""
    shop.ids["pair"] = await bundle(shop, "root", "pair", ("seats", "2"))
    shop.ids["pack"] = await bundle(shop, "lite", "pack", ("seats", "3"))
    offered = {"new": ["team", "pair"], "z": ["pair"], "lite": ["pair", "pack"], "x": ["pair", "pack"]}
    assert {account: await on_offer(shop, account) for account in offered} == offered
    partner = shop.as_role("partner_sales", "lite")
    assert await on_offer(shop, "root") == []
    assert await on_offer(shop, "x", partner) == ["pair", "pack"]
    assert await on_offer(shop, "x", shop.as_role("billing_viewer", "x")) == ["pair", "pack"]
    for account, codes in offered.items():
        for code in ("team", "pair", "pack"):
            sold = await shop.call("sellBundle", sale(shop, account, code), show=SHOWN)
            assert (sold["__typename"] == "BundleSale") == (code in codes), (account, code)
    body = await shop.ask(SOLD, viewer=partner, account=shop.ids["z"])
    assert body["errors"][0]["extensions"] == {"code": "NOT_FOUND", "input": ["accountId"]}


async def test_a_bundle_is_on_offer_while_all_of_it_is_open_to_the_account(shop: Books) -> None:
    """A part that is kept off the shelf is sold in the bundle all the same; one that is private to Z is not."""
    hidden = {"offeringId": shop.ids["backup"], "inStorefront": False}
    await shop.make("updateOffering", hidden)
    assert await on_offer(shop, "new") == ["team"]
    await shop.make("updateOffering", {"offeringId": shop.ids["backup"], "privateTo": [shop.ids["z"]]})
    assert await on_offer(shop, "new") == []
    await shop.make("updateOffering", {"offeringId": shop.ids["backup"], "privateTo": []})
    assert await on_offer(shop, "new") == ["team"]
    await shop.make("closeAccount", {"accountId": shop.ids["new"]})
    assert await on_offer(shop, "new") == []


async def test_many_bundles_on_offer_cost_as_many_statements_as_one(database: Database, shop: Books) -> None:
    for number in range(20):
        await bundle(shop, "root", f"pair {number}", ("seats", str(number + 1)))
    of_one, one = await counted(database, shop, SOLD, account=shop.ids["z"], last=1)
    of_many, many = await counted(database, shop, SOLD, account=shop.ids["z"], last=20)
    assert (len(one["storefrontBundles"]["edges"]), len(many["storefrontBundles"]["edges"])) == (1, 20)
    assert of_one == of_many
