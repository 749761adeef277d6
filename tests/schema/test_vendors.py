"""A vendor's supply edge, through the API: the top organisation knows its cost, and it is its own affair."""

from __future__ import annotations

from typing import Any

from bss.identifier import Kind, private
from bss.invoicing.bill_run import run
from tests.schema.books import Books
from tests.schema.conftest import FEBRUARY

VENDOR_SEAT = "5.5555"
TERMS = {"zone": "Europe/Amsterdam", "policy": "licence", "billingDay": 1}


async def vendor_list(books: Books, offering: str | None, code: str = "vendor") -> tuple[str, str]:
    """The ids of a vendor and of its price list, with a price of a seat of the offering."""
    vendor: str = (await books.make("createVendor", {"code": code, "name": code.title()}))["id"]
    given = {"ownerId": books.root, "code": code, "name": f"{code} prices", "currency": "EUR", "vendorId": vendor}
    listed: str = (await books.make("createPriceList", given))["id"]
    if offering is not None:
        await published(books, listed, offering)
    return vendor, listed


async def published(books: Books, price_list: str, offering: str, seat: str = VENDOR_SEAT) -> None:
    price = {
        "offeringId": offering,
        "charge": "seats",
        "kind": "RECURRING",
        "description": "Seats",
        "model": {"perUnit": {"unit": seat}},
    }
    version = {"priceListId": price_list, "validFrom": "2025-12-31T23:00:00Z", "prices": [price]}
    await books.make("publishPrices", version)


async def bought_seats(books: Books, code: str = "bought") -> tuple[str, str, str]:
    """Seats of a vendor's product, which the organisation buys; the ids of the vendor, the offering and its list."""
    vendor, listed = await vendor_list(books, None, code)
    product = {"ownerId": books.root, "code": code, "name": "Bought", "vendorId": vendor}
    product_id = (await books.make("createProduct", product))["id"]
    offering = {"productId": product_id, "code": code, "name": "Bought seats", "unit": "seat"}
    offering_id: str = (await books.make("createOffering", offering))["id"]
    await published(books, listed, offering_id)
    edge = await books.make("agreeSupply", {"priceListId": listed, **TERMS}, show="... on Edge { vendor { id } }")
    assert edge["vendor"] == {"id": vendor}
    return vendor, offering_id, listed


async def sold_to_a_new_account(books: Books, offering: str, seat: str, quantity: str) -> str:
    """A subscription from the 15th on, of an account with an edge and a price list of its own."""
    account = (await books.make("createAccount", {"parentId": books.root, "kind": "CUSTOMER", "name": "New"}))["id"]
    own = {"ownerId": books.root, "code": "new", "name": "New", "currency": "EUR"}
    listed = (await books.make("createPriceList", own))["id"]
    await published(books, listed, offering, seat)
    await books.make("agreeEdge", await selling_terms(books, account, listed))
    given = {
        "accountId": account,
        "offeringId": offering,
        "quantity": quantity,
        "startsAt": "2026-01-15T00:00:00+01:00",
    }
    return str((await books.make("createSubscription", given))["id"])


async def selling_terms(books: Books, account: str, price_list: str) -> dict[str, Any]:
    issuer = await books.make("createIssuer", {"ownerId": books.root, "name": "Cloud two", "seriesPrefix": "C2-"})
    parties = {"sellerAccountId": books.root, "buyerAccountId": account}
    return {**parties, "priceListId": price_list, "issuerId": issuer["id"], **TERMS}


async def test_c01_a_vendors_price_is_the_cost_of_the_top_organisation(books: Books) -> None:
    """7 seats for 17 of 31 days, the unit rounded first: 5.5555 → 3.05 each, 21.35; 12 → 6.58 each, 46.06."""
    _, offering, _ = await bought_seats(books)
    subscription = await sold_to_a_new_account(books, offering, "12", "7")
    books.clock.move_to(FEBRUARY)
    asked = await books.make("requestBillRun", {"until": "2026-01-31T23:00:00Z"}, show="... on BillRun { id }")
    await run(books.staff, private(Kind.BILL_RUN, asked["id"]), now=FEBRUARY)
    assert await margin(books, subscription) == {
        "cost": {"amount": "21.35"},
        "sold": {"amount": "46.06"},
        "margin": {"amount": "24.71"},
    }


async def margin(books: Books, subscription: str) -> dict[str, Any]:
    document = """query($ids: [ID!]!) {
      chargeMargins(subscriptionIds: $ids, from: "2025-12-31T23:00:00Z", to: "2026-01-31T23:00:00Z") {
        sold { amount } cost { amount } margin { amount } } }"""
    (found,) = (await books.data(document, ids=[subscription]))["chargeMargins"]
    return dict(found)


async def test_what_the_vendor_does_not_price_is_not_sold(books: Books) -> None:
    vendor, _, _ = await bought_seats(books)
    product = {"ownerId": books.root, "code": "more", "name": "More", "vendorId": vendor}
    more = await books.make("createProduct", product)
    offering = {"productId": more["id"], "code": "more", "name": "More seats"}
    offering_id = (await books.make("createOffering", offering))["id"]
    sale = {"accountId": books.ids["z"], "offeringId": offering_id, "quantity": "1"}
    refused = await books.call("createSubscription", sale)
    assert refused["code"] == "PRICE_MISSING"
    assert "supply" in refused["message"]


async def test_nothing_is_sold_at_a_vendors_prices_and_bought_only_at_them(books: Books) -> None:
    _, listed = await vendor_list(books, books.ids["seats"])
    account = await books.make("createAccount", {"parentId": books.root, "kind": "CUSTOMER", "name": "New"})
    refused = await books.call("agreeEdge", await selling_terms(books, account["id"], listed))
    assert (refused["code"], refused["problems"][0]["path"]) == ("INVALID_INPUT", ["priceListId"])
    own = {"ownerId": books.root, "code": "own", "name": "Own", "currency": "EUR"}
    own_list = (await books.make("createPriceList", own))["id"]
    bought = await books.call(
        "agreeSupply", {"priceListId": own_list, **TERMS, "zone": "Mars/Olympus", "billingDay": 32}
    )
    assert sorted(each["path"] for each in bought["problems"]) == [["billingDay"], ["priceListId"], ["zone"]]
    assert (await books.call("agreeSupply", {"priceListId": listed, **TERMS}))["__typename"] == "Edge"
    again = await books.call("agreeSupply", {"priceListId": listed, **TERMS})
    assert (again["code"], again["path"]) == ("CONFLICT", ["priceListId"])


async def test_a_lite_reseller_has_no_vendor_and_sees_none(books: Books) -> None:
    vendor, _, listed = await bought_seats(books)
    partner = books.as_role("owner", "lite")
    given = {"ownerId": books.ids["lite"], "code": "v", "name": "V", "currency": "EUR", "vendorId": vendor}
    assert (await books.call("createPriceList", given, viewer=partner))["code"] == "NOT_FOUND"
    refused = await books.call("createPriceList", given)
    assert (refused["code"], refused["problems"][0]["path"]) == ("INVALID_INPUT", ["vendorId"])
    nodes = (
        "query($a: ID!, $b: ID!) { a: node(id: $a) { id } b: node(id: $b) { id } vendors { edges { node { id } } } }"
    )
    seen = await books.data(nodes, viewer=partner, a=vendor, b=listed)
    assert (seen["a"], seen["b"], seen["vendors"]["edges"]) == (None, None, [])
    assert (await books.data(nodes, a=vendor, b=listed))["a"] == {"id": vendor}


async def test_a_vendor_has_a_code_of_its_own(books: Books) -> None:
    await vendor_list(books, None)
    again = await books.call("createVendor", {"code": "vendor", "name": "Other"})
    assert (again["code"], again["path"]) == ("CONFLICT", ["code"])
    blank = await books.call("createVendor", {"code": " ", "name": ""})
    assert [each["path"] for each in blank["problems"]] == [["code"], ["name"]]
