"""Terms that would leave what runs without a price are refused, with all that is missing, and nothing is written."""

from __future__ import annotations

import re
from typing import Any

import pytest_asyncio

from bss.identifier import Kind, private
from bss.invoicing.bill_run import run
from bss.transaction.database import Database
from tests.schema.books import Books
from tests.schema.conftest import FEBRUARY
from tests.schema.test_lifecycle import offering, priced
from tests.schema.test_vendors import TERMS, published, vendor_list

EDGE = "query($id: ID!) { node(id: $id) { ... on Edge { priceList { code } pastTerms { priceListId } } } }"


async def listed(books: Books, owner: str, code: str, *versions: tuple[str, tuple[str, ...]]) -> str:
    """A price list, and each of its versions: since when, and the offerings that have a price."""
    given = {"ownerId": books.ids[owner], "code": code, "name": code.title(), "currency": "EUR"}
    books.ids[code] = (await books.make("createPriceList", given))["id"]
    for since, offerings in versions:
        price = {"charge": "one", "kind": "RECURRING", "description": "One", "model": {"perUnit": {"unit": "1"}}}
        prices = [{"offeringId": books.ids[each], **price} for each in offerings]
        await books.make("publishPrices", {"priceListId": books.ids[code], "validFrom": since, "prices": prices})
    return books.ids[code]


def problems(refused: dict[str, Any]) -> list[tuple[list[str], str]]:
    assert refused["code"] == "INVALID_INPUT", refused
    return [(each["path"], each["message"]) for each in refused["problems"]]


def lacking(code: str, count: int) -> tuple[list[str], str]:
    return ["priceListId"], f"The price list has no price for the offering {code}; subscriptions on it: {count}."


@pytest_asyncio.fixture
async def shop(books: Books) -> Books:
    """The buyer "New" has two subscriptions of seats and one of backups; Lite's X has seats, and its Y has nothing."""
    books.ids["backup"] = await offering(books, "backup")
    await priced(books, (books.ids["seats"], "31"), (books.ids["backup"], "6.20"))
    for code in ("seats", "seats", "backup"):
        sale = {"accountId": books.ids["new"], "offeringId": books.ids[code], "quantity": "1"}
        books.ids[f"of {code}"] = (await books.make("createSubscription", sale))["id"]
    return books


async def asked(books: Books, edge: str, price_list: str, **more: Any) -> dict[str, Any]:
    return await books.call("updateEdge", {"edgeId": books.ids[edge], "priceListId": books.ids[price_list], **more})


async def test_a_list_that_lacks_what_runs_on_the_edge_is_refused_with_all_that_is_missing(shop: Books) -> None:
    """One list has no version, one has seats only, one has both; the edge stays as it is until the last."""
    await listed(shop, "root", "bare")
    await listed(shop, "root", "some", ("2025-12-01T00:00:00Z", ("seats",)))
    await listed(shop, "root", "all", ("2025-12-01T00:00:00Z", ("seats", "backup")))
    before = await shop.data(EDGE, id=shop.ids["edge to new"])
    assert problems(await asked(shop, "edge to new", "bare")) == [lacking("backup", 1), lacking("seats", 2)]
    assert problems(await asked(shop, "edge to new", "some", billingDay=20)) == [lacking("backup", 1)]
    assert await shop.data(EDGE, id=shop.ids["edge to new"]) == before
    assert (await asked(shop, "edge to new", "all"))["__typename"] == "Edge"


async def test_a_later_version_counts_from_the_first_billing_period_that_it_prices(shop: Books) -> None:
    """Backups have no price from 15 February on, as March is the first to feel; what ended by then needs none."""
    both, after = ("2025-12-01T00:00:00Z", ("seats", "backup")), ("2026-02-14T23:00:00Z", ("seats",))
    await listed(shop, "root", "later", both, after)
    assert problems(await asked(shop, "edge to new", "later")) == [lacking("backup", 1)]
    ended = {"subscriptionId": shop.ids["of backup"], "effectiveAt": "2026-02-27T23:00:00Z"}
    await shop.make("cancelSubscription", ended)
    assert (await asked(shop, "edge to new", "later"))["__typename"] == "Edge"


async def test_what_a_buyer_sells_on_is_charged_on_its_edge_too(shop: Books) -> None:
    """X buys seats from Lite, which buys them from Cloud; nothing of New or Z is charged on either edge."""
    await listed(shop, "root", "bare")
    await listed(shop, "lite", "bare lite")
    assert problems(await asked(shop, "edge to lite", "bare")) == [lacking("seats", 1)]
    ((path, _),) = problems(await asked(shop, "edge to x", "bare lite"))
    assert path == ["priceListId"]
    owner = shop.as_role("owner", "lite")
    given = {"edgeId": shop.ids["edge to x"], "priceListId": shop.ids["bare lite"]}
    assert len(problems(await shop.call("updateEdge", given, viewer=owner))) == 1
    assert (await asked(shop, "edge to y", "bare lite"))["__typename"] == "Edge"
    sale = {"accountId": shop.ids["y"], "offeringId": shop.ids["seats"], "quantity": "1"}
    assert (await shop.call("createSubscription", sale))["code"] == "PRICE_MISSING"


async def test_an_edge_that_is_agreed_between_has_to_price_what_was_charged_above_it(shop: Books) -> None:
    """A branch of Lite has seats, which are charged on Lite's edge; on one of its own, Lite would charge them to it."""
    branch = {"parentId": shop.ids["lite"], "kind": "CUSTOMER", "name": "Branch"}
    shop.ids["branch"] = (await shop.make("createAccount", branch))["id"]
    sale = {"accountId": shop.ids["branch"], "offeringId": shop.ids["seats"], "quantity": "1"}
    await shop.make("createSubscription", sale)
    await listed(shop, "lite", "bare lite")
    terms = {"sellerAccountId": shop.ids["lite"], "buyerAccountId": shop.ids["branch"], **TERMS}
    given = {**terms, "issuerId": shop.ids["lite issuer"], "priceListId": shop.ids["bare lite"]}
    assert problems(await shop.call("agreeEdge", given)) == [lacking("seats", 1)]
    assert (await shop.call("agreeEdge", {**given, "priceListId": shop.ids["retail"]}))["__typename"] == "Edge"


async def test_a_vendors_list_has_to_price_what_was_sold_of_it_from_its_first_day_on(books: Books) -> None:
    """Sold from 1 January on, while nobody had agreed what it costs: the supply edge is charged for all of that."""
    vendor, bare = await vendor_list(books, None)
    product = {"ownerId": books.root, "code": "bought", "name": "Bought", "vendorId": vendor}
    books.ids["office"] = (await books.make("createProduct", product))["id"]
    books.ids["bought"] = await offering(books, "bought")
    await priced(books, (books.ids["bought"], "9"))
    sale = {"accountId": books.ids["new"], "offeringId": books.ids["bought"], "quantity": "1"}
    await books.make("createSubscription", sale)
    books.clock.move_to(FEBRUARY)
    assert problems(await books.call("agreeSupply", {"priceListId": bare, **TERMS})) == [lacking("bought", 1)]
    assert (await books.data("{ edges { edges { node { vendor { id } } } } }"))["edges"]["edges"].count(
        {"node": {"vendor": {"id": vendor}}}
    ) == 0
    await published(books, bare, books.ids["bought"])
    assert (await books.call("agreeSupply", {"priceListId": bare, **TERMS}))["__typename"] == "Edge"
    run_asked = await books.make("requestBillRun", {"until": "2026-01-31T23:00:00Z"}, show="... on BillRun { id }")
    await run(books.staff, private(Kind.BILL_RUN, run_asked["id"]), now=FEBRUARY)


async def test_it_takes_as_many_statements_for_many(database: Database, shop: Books) -> None:
    await listed(shop, "root", "bare")
    counts = []
    for more in (0, 8):
        for number in range(more):
            shop.ids[f"new {number}"] = await offering(shop, f"new-{number}")
        if more:
            everything = ("seats", "backup", *(f"new {number}" for number in range(more)))
            await listed(shop, "root", "wide", ("2025-12-01T00:00:00Z", everything))
            assert (await asked(shop, "edge to new", "wide"))["__typename"] == "Edge"
            for each in everything:
                sale = {"accountId": shop.ids["new"], "offeringId": shop.ids[each], "quantity": "1"}
                await shop.make("createSubscription", sale)
        seen: list[str] = []
        database.observer = seen.append
        counts.append(len(problems(await asked(shop, "edge to new", "bare"))))
        database.observer = None
        counts.append(len([each for each in seen if not re.match(r"\s*(SAVEPOINT|RELEASE|ROLLBACK)", each)]))
    assert (counts[0], counts[2]) == (2, 10)
    assert counts[1] == counts[3]


async def test_another_billing_day_alone_is_asked_for_its_prices_too(shop: Books) -> None:
    """The list has no backup from 15 February on: from the 20th on it would price what runs until the 28th."""
    both, after = ("2025-12-01T00:00:00Z", ("seats", "backup")), ("2026-02-14T23:00:00Z", ("seats",))
    await listed(shop, "root", "later", both, after)
    ended = {"subscriptionId": shop.ids["of backup"], "effectiveAt": "2026-02-27T23:00:00Z"}
    await shop.make("cancelSubscription", ended)
    assert (await asked(shop, "edge to new", "later"))["__typename"] == "Edge"
    refused = await shop.call("updateEdge", {"edgeId": shop.ids["edge to new"], "billingDay": 20})
    assert (refused["code"], refused["path"]) == ("INVALID_INPUT", ["billingDay"])


async def test_an_offering_that_lies_above_is_named_by_its_public_id(shop: Books) -> None:
    await listed(shop, "lite", "bare lite")
    given = {"edgeId": shop.ids["edge to x"], "priceListId": shop.ids["bare lite"]}
    refused = await shop.call("updateEdge", given, viewer=shop.as_role("owner", "lite"))
    assert shop.ids["seats"] in refused["message"]


async def test_a_list_may_lack_what_does_not_run_while_it_lacks_it(shop: Books) -> None:
    """Backup ran until the end of January, and runs again from 10 April on: February and March need no price of it."""
    both, one = ("seats", "backup"), ("seats",)
    versions = (("2025-12-01T00:00:00Z", both), ("2026-01-31T23:00:00Z", one), ("2026-03-31T22:00:00Z", both))
    await listed(shop, "root", "gap", *versions)
    ended = {"subscriptionId": shop.ids["of backup"], "effectiveAt": "2026-01-31T23:00:00Z"}
    await shop.make("cancelSubscription", ended)
    given = {"accountId": shop.ids["new"], "offeringId": shop.ids["backup"], "quantity": "1"}
    await shop.make("createSubscription", {**given, "startsAt": "2026-04-10T00:00:00Z"})
    assert (await asked(shop, "edge to new", "gap"))["__typename"] == "Edge"


async def test_who_stands_above_ones_seller_is_not_named(books: Books) -> None:
    """Lite sells rooms of its own, and Cloud has no price for them: Lite is told so, and X that it is further up."""
    product = {"ownerId": books.ids["lite"], "code": "rooms", "name": "Rooms"}
    of_lite = {"productId": (await books.make("createProduct", product))["id"], "code": "rooms", "unit": "room"}
    books.ids["rooms"] = (await books.make("createOffering", {**of_lite, "name": "Rooms"}))["id"]
    await listed(books, "lite", "own", ("2025-12-01T00:00:00Z", ("seats", "rooms")))
    await books.make("updateEdge", {"edgeId": books.ids["edge to x"], "priceListId": books.ids["own"]})
    sale = {"accountId": books.ids["x"], "offeringId": books.ids["rooms"], "quantity": "1"}
    for account, told in (("lite", "Cloud → Lite"), ("x", "an edge further up")):
        refused = await books.call("createSubscription", sale, viewer=books.as_role("owner", account))
        assert (refused["code"], refused["message"]) == ("PRICE_MISSING", f"Rooms has no price on {told}.")
