"""Bundles through the API: what cannot be one, who knows one, and a sale that is done whole, once, or not at all.

A team is five seats, a backup beside them and a set-up; the buyer "New" has an edge on which all three have prices.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from bss.identifier import Kind, public, uuid7
from bss.subscriptions import sell_bundle as selling
from tests.schema.books import Books
from tests.schema.test_lifecycle import january, offering, priced

NOBODYS = public(Kind.OFFERING, uuid7())
SHOWN = "... on BundleSale { orderReference subscriptions { id name quantity } }"
KNOWN = "query($id: ID!) { node(id: $id) { ... on Bundle { code owner { name } } } }"
LISTED = "{ bundles { edges { node { code components { quantity offering { code } } } } } }"


async def bundle(books: Books, owner: str, code: str, *components: tuple[str, str]) -> str:
    return str((await books.make("createBundle", asked(books, owner, code, *components)))["id"])


def asked(books: Books, owner: str, code: str, *components: tuple[str, str]) -> dict[str, Any]:
    listed = [{"offeringId": books.ids.get(name, name), "quantity": quantity} for name, quantity in components]
    return {"ownerId": books.ids[owner], "code": code, "name": code.title(), "components": listed}


@pytest_asyncio.fixture
async def shop(books: Books) -> Books:
    return await with_a_team(books)


async def with_a_team(books: Books) -> Books:
    books.ids["backup"] = await offering(books, "backup", kind="ADD_ON")
    books.ids["setup"] = await offering(books, "setup", kind="ASSET")
    setup = books.ids["setup"]
    await priced(books, (books.ids["seats"], "31"), (books.ids["backup"], "6.20"), (setup, "100"), once=[setup])
    books.ids["team"] = await bundle(books, "root", "team", ("backup", "1"), ("seats", "5"), ("setup", "1"))
    return books


async def open_other(books: Books) -> None:
    """A second lite reseller, which buys from nobody yet, and its customer."""
    for name, parent, kind in (("other", "root", "LITE_RESELLER"), ("theirs", "other", "CUSTOMER")):
        given = {"parentId": books.ids[parent], "kind": kind, "name": name.title()}
        books.ids[name] = (await books.make("createAccount", given))["id"]


def sale(books: Books, account: str = "new", code: str = "team", **more: object) -> dict[str, Any]:
    return {"accountId": books.ids[account], "bundleId": books.ids[code], "quantity": "3", **more}


async def sold_to_new(books: Books) -> list[str]:
    """The subscriptions of the buyer, by name."""
    document = "query($id: ID!) { subscriptions(accountId: $id) { edges { node { name } } } }"
    found = await books.data(document, id=books.ids["new"])
    return [edge["node"]["name"] for edge in found["subscriptions"]["edges"]]


def paths(refused: dict[str, Any]) -> list[str]:
    assert refused["code"] == "INVALID_INPUT", refused
    return [".".join(problem["path"]) for problem in refused["problems"]]


async def test_everything_that_is_wrong_with_a_bundle_is_told_at_once(shop: Books) -> None:
    given = asked(shop, "root", " ", (NOBODYS, "1"), ("seats", "0"), ("seats", "0.0000000001"), ("backup", "-1"))
    assert paths(await shop.call("createBundle", given)) == [
        "code",
        "name",
        "components.0.offeringId",
        "components.1.quantity",
        "components.2.offeringId",
        "components.2.quantity",
        "components.3.quantity",
    ]
    assert paths(await shop.call("createBundle", asked(shop, "root", "empty"))) == ["components"]
    taken = await shop.call("createBundle", asked(shop, "root", "team", ("seats", "1")))
    assert (taken["code"], taken["path"]) == ("CONFLICT", ["code"])
    buyers = await shop.call("createBundle", asked(shop, "x", "x", ("seats", "1")))
    assert paths(buyers) == ["ownerId"]


async def test_add_ons_need_exactly_one_plan_of_their_supplier(shop: Books) -> None:
    shop.ids["other"] = await offering(shop, "other")
    product = await shop.make("createProduct", {"ownerId": shop.root, "code": "bought", "name": "Bought"})
    supply = {"supplyLinkId": public(Kind.LINK, uuid7()), "supplyOfferingId": NOBODYS}
    shop.ids["bought"] = await offering(shop, "bought", kind="ADD_ON", productId=product["id"], **supply)
    for components, problems in (
        ((("backup", "1"), ("setup", "1")), ["components"]),
        ((("backup", "1"), ("seats", "1"), ("other", "1")), ["components"]),
        ((("seats", "1"), ("backup", "1"), ("bought", "1")), ["components.2.offeringId"]),
    ):
        assert paths(await shop.call("createBundle", asked(shop, "root", "odd", *components))) == problems
    assert await bundle(shop, "root", "plans", ("seats", "1"), ("other", "0.5"), ("setup", "1"))


async def test_a_seller_bundles_what_it_may_sell(shop: Books) -> None:
    """Lite buys seats and no backup; what is Lite's own, Cloud does not sell."""
    own = {"ownerId": shop.ids["lite"], "code": "own", "name": "Own"}
    product = (await shop.make("createProduct", own))["id"]
    shop.ids["own"] = (await shop.make("createOffering", {"productId": product, "code": "own", "name": "Own"}))["id"]
    refused = await shop.call("createBundle", asked(shop, "lite", "more", ("seats", "1"), ("backup", "1")))
    assert paths(refused) == ["components.1.offeringId"]
    refused = await shop.call("createBundle", asked(shop, "root", "more", ("own", "1")))
    assert paths(refused) == ["components.0.offeringId"]
    assert await bundle(shop, "lite", "pack", ("seats", "3"), ("own", "1"))


async def test_a_bundle_is_known_to_its_seller_and_to_whom_all_of_it_is_sold(shop: Books) -> None:
    """X buys seats from Lite, which buys them from Cloud; the backup of a team is sold to neither."""
    await open_other(shop)
    shop.ids["pair"] = await bundle(shop, "root", "pair", ("seats", "2"))
    shop.ids["pack"] = await bundle(shop, "lite", "pack", ("seats", "3"))
    for code, knowing in (("team", "new"), ("pair", "new z lite x y"), ("pack", "lite x y")):
        for account in ("new", "z", "lite", "x", "y", "other"):
            viewer = shop.as_role("billing_viewer", account)
            found = (await shop.data(KNOWN.replace("owner { name }", ""), viewer=viewer, id=shop.ids[code]))["node"]
            assert (found == {"code": code}) == (account in knowing.split()), (code, account)
    assert (await shop.data(KNOWN, id=shop.ids["pack"]))["node"] == {"code": "pack", "owner": {"name": "Lite"}}
    above = await shop.data(KNOWN, viewer=shop.as_role("partner_sales", "lite"), id=shop.ids["pair"])
    assert above["node"] == {"code": "pair", "owner": None}


async def test_the_list_has_the_bundles_of_the_accounts_in_scope(shop: Books) -> None:
    await bundle(shop, "lite", "pack", ("seats", "3"))
    pack = {"code": "pack", "components": [{"quantity": "3", "offering": {"code": "seats"}}]}
    listed = (await shop.data(LISTED))["bundles"]["edges"]
    assert [edge["node"]["code"] for edge in listed] == ["team", "pack"]
    assert [(each["quantity"], each["offering"]["code"]) for each in listed[0]["node"]["components"]] == [
        ("1", "backup"),
        ("5", "seats"),
        ("1", "setup"),
    ]
    of_lite = await shop.data(LISTED, viewer=shop.as_role("owner", "lite"))
    assert of_lite["bundles"]["edges"] == [{"node": pack}]
    body = await shop.ask(LISTED, viewer=shop.as_role("partner_sales", "lite"))
    assert body["errors"][0]["extensions"]["code"] == "PERMISSION_DENIED"


async def test_another_sellers_bundle_is_not_found_and_not_sold_outside_its_side(shop: Books) -> None:
    """Staff knows the bundle of Lite, and Lite has nothing to sell to Z; Lite sells X what Cloud has bundled."""
    await open_other(shop)
    shop.ids["pack"] = await bundle(shop, "lite", "pack", ("seats", "3"))
    shop.ids["pair"] = await bundle(shop, "root", "pair", ("seats", "2"))
    nobodys = {**sale(shop, "theirs", "pack"), "bundleId": public(Kind.BUNDLE, uuid7())}
    for given in (sale(shop, "theirs", "pack"), nobodys):
        refused = await shop.call("sellBundle", given, viewer=shop.as_role("owner", "other"), show=SHOWN)
        assert (refused["code"], refused["path"]) == ("NOT_FOUND", ["bundleId"])
    assert paths(await shop.call("sellBundle", sale(shop, "z", "pack"), show=SHOWN)) == ["bundleId"]
    sold = await shop.call(
        "sellBundle", sale(shop, "x", "pair"), viewer=shop.as_role("partner_sales", "lite"), show=SHOWN
    )
    assert [each["quantity"] for each in sold["subscriptions"]] == ["6"]


async def test_a_sale_is_done_once(shop: Books) -> None:
    """A repeated call shows the same three, also when something else was ordered by the same reference since."""
    given = sale(shop, orderReference="PO-7")
    first = await shop.call("sellBundle", given, key="one", show=SHOWN)
    assert [(each["name"], each["quantity"]) for each in first["subscriptions"]] == [
        ("Office seats", "15"),
        ("Setup", "3"),
        ("Office seats: Backup", "3"),
    ]
    shop.clock.move_to(datetime(2026, 1, 2, tzinfo=UTC))
    more = {"accountId": shop.ids["new"], "offeringId": shop.ids["seats"], "quantity": "1"}
    await shop.make("createSubscription", {**more, "orderReference": "PO-7"})
    assert await shop.call("sellBundle", given, key="one", show=SHOWN) == first
    assert len(await sold_to_new(shop)) == 4
    refused = await shop.call("sellBundle", {**given, "quantity": "4"}, key="one", show=SHOWN)
    assert refused["code"] == "IDEMPOTENCY_KEY_REUSED"


async def test_without_a_reference_one_is_made_for_the_whole_sale(shop: Books) -> None:
    shown = "... on BundleSale { orderReference subscriptions { orderReference } }"
    first, second = [await shop.make("sellBundle", sale(shop), show=shown) for _ in range(2)]
    for each in (first, second):
        assert {one["orderReference"] for one in each["subscriptions"]} == {each["orderReference"]}
        assert each["orderReference"].startswith("ORD-")
    assert first["orderReference"] != second["orderReference"]


async def test_the_mistakes_of_all_components_are_told_at_once(shop: Books) -> None:
    """Half of a billionth has ten decimals, and a thousand million teams have too many seats."""
    shop.ids["odd"] = await bundle(shop, "root", "odd", ("seats", "0.5"), ("backup", "0.1"), ("setup", "1"))
    given = sale(shop, code="odd", quantity="0.000000001", orderReference="x" * 201)
    refused = await shop.call("sellBundle", given, show=SHOWN)
    assert paths(refused) == ["orderReference", "quantity", "quantity"]
    assert [each["message"].partition(":")[0] for each in refused["problems"][1:]] == ["Office seats", "Backup"]
    many = await shop.call("sellBundle", sale(shop, quantity="1000000000"), show=SHOWN)
    assert paths(many) == ["quantity"]
    assert many["problems"][0]["message"].startswith("Office seats: ")
    for quantity in ("0", "-1", "0.0000000001"):
        assert paths(await shop.call("sellBundle", sale(shop, quantity=quantity), show=SHOWN)) == ["quantity"]
    assert await sold_to_new(shop) == []


async def test_what_refuses_the_sale_of_a_component_refuses_the_bundle(shop: Books) -> None:
    """Z buys seats, and neither backups nor set-ups: the first that has no price is named, and no seat is sold."""
    before = len((await shop.data("{ subscriptions { edges { cursor } } }"))["subscriptions"]["edges"])
    unpriced = await shop.call("sellBundle", sale(shop, "z"), show=SHOWN)
    assert (unpriced["code"], unpriced["path"]) == ("PRICE_MISSING", ["bundleId"])
    assert "Backup has no price on Cloud → Z" in unpriced["message"]
    nobody = {**sale(shop), "accountId": public(Kind.ACCOUNT, uuid7())}
    assert (await shop.call("sellBundle", nobody, show=SHOWN))["path"] == ["accountId"]
    shop.ids["pack"] = await bundle(shop, "lite", "pack", ("seats", "3"))
    past = sale(shop, "x", "pack", startsAt="2025-12-31T00:00:00Z")
    denied = await shop.call("sellBundle", past, viewer=shop.as_role("partner_sales", "lite"), show=SHOWN)
    assert denied["code"] == "PERMISSION_DENIED"
    await shop.make("closeAccount", {"accountId": shop.ids["new"]})
    assert (await shop.call("sellBundle", sale(shop), show=SHOWN))["code"] == "ACCOUNT_CLOSED"
    after = len((await shop.data("{ subscriptions { edges { cursor } } }"))["subscriptions"]["edges"])
    assert before == after


async def test_a_component_that_is_sold_to_the_seller_no_more_is_named(shop: Books) -> None:
    """Other bought seats by the wholesale list, and then by one that never had them."""
    await open_other(shop)
    parties = {"sellerAccountId": shop.root, "buyerAccountId": shop.ids["other"]}
    terms = {"zone": "Europe/Amsterdam", "policy": "standard", "billingDay": 1, "issuerId": shop.ids["root issuer"]}
    edge = (await shop.make("agreeEdge", {**parties, **terms, "priceListId": shop.ids["wholesale"]}))["id"]
    shop.ids["pack"] = await bundle(shop, "other", "pack", ("seats", "3"))
    own = {"ownerId": shop.root, "code": "bare", "name": "Bare", "currency": "EUR"}
    bare = (await shop.make("createPriceList", own))["id"]
    await shop.make("updateEdge", {"edgeId": edge, "priceListId": bare})
    partner = shop.as_role("partner_sales", "other")
    refused = await shop.call("sellBundle", sale(shop, "theirs", "pack"), viewer=partner, show=SHOWN)
    assert (refused["code"], refused["path"]) == ("NOT_FOUND", ["bundleId"])
    staffs = await shop.call("sellBundle", sale(shop, "theirs", "pack"), show=SHOWN)
    assert (staffs["code"], staffs["path"]) == ("PRICE_MISSING", ["bundleId"])


async def test_a_fault_in_the_middle_leaves_nothing_half_sold(shop: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = []
    begin = selling.begin_service

    async def breaking(*given: Any, **more: Any) -> None:
        begun.append(given)
        if len(begun) == 3:
            raise RuntimeError("the third breaks")
        await begin(*given, **more)

    monkeypatch.setattr(selling, "begin_service", breaking)
    document = 'mutation($input: SellBundleInput!) { sellBundle(input: $input, idempotencyKey: "one") { __typename } }'
    body = await shop.ask(document, input=sale(shop))
    assert body["errors"][0]["extensions"]["code"] == "FAULT"
    assert (len(begun), await sold_to_new(shop)) == (3, [])
    monkeypatch.undo()
    sold = await shop.call("sellBundle", sale(shop), key="one", show=SHOWN)
    assert len(sold["subscriptions"]) == len(await sold_to_new(shop)) == 3


async def test_a_sale_starts_when_it_is_agreed(shop: Books) -> None:
    shown = "... on BundleSale { subscriptions { startsAt state timeline { effectiveFrom } } }"
    for day in (10, 20):
        shop.clock.move_to(datetime(2026, 1, 15, tzinfo=UTC))
        sold = (await shop.make("sellBundle", sale(shop, startsAt=january(day)), show=shown))["subscriptions"]
        starts = f"2026-01-{day - 1:02}T23:00:00Z"
        assert sold == [{"startsAt": starts, "state": "ACTIVE", "timeline": [{"effectiveFrom": starts}]}] * 3


async def test_what_a_component_asks_for_is_chosen_with_the_bundle(shop: Books) -> None:
    asked_for = [{"code": "region", "name": "Region", "kind": "CHOICE", "choices": ["ams"], "required": True}]
    await shop.make("describeProduct", {"productId": shop.ids["office"], "characteristics": asked_for})
    unchosen = await shop.call("sellBundle", sale(shop))
    assert [(each["path"], each["message"].partition(" is")[0]) for each in unchosen["problems"]] == [
        (["characteristics"], f"{name}: Region") for name in ("Backup", "Office seats", "Setup")
    ]
    wrong = [{"offeringId": shop.ids[code], "characteristics": {"region": "fra"}} for code in ("setup", "seats")]
    assert paths(await shop.call("sellBundle", sale(shop, characteristics=wrong))) == [
        "characteristics",
        "characteristics.1.characteristics.region",
        "characteristics.0.characteristics.region",
    ]
    chosen = [
        {"offeringId": shop.ids[code], "characteristics": {"region": "ams"}} for code in ("seats", "backup", "setup")
    ]
    shown = "... on BundleSale { subscriptions { characteristics } }"
    sold = await shop.call("sellBundle", sale(shop, characteristics=chosen), show=shown)
    assert [each["characteristics"] for each in sold["subscriptions"]] == [{"region": "ams"}] * 3
    twice = await shop.call("sellBundle", sale(shop, characteristics=[*chosen, chosen[0]]))
    assert twice["path"] == ["characteristics", "3", "offeringId"]
    foreign = [{"offeringId": NOBODYS, "characteristics": {}}]
    assert "characteristics" in paths(await shop.call("sellBundle", sale(shop, characteristics=foreign)))


async def test_a_bundle_with_a_private_component_is_not_sold_to_others(shop: Books) -> None:
    await shop.make("updateOffering", {"offeringId": shop.ids["backup"], "privateTo": [shop.ids["z"]]})
    refused = await shop.call("sellBundle", sale(shop))
    assert (paths(refused), refused["message"]) == (["bundleId"], "Backup is private to other accounts.")
    assert await sold_to_new(shop) == []
