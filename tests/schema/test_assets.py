"""An asset, such as a perpetual licence: paid for once, had for ever, handed on or given back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import pytest_asyncio

from tests.schema.books import Books
from tests.schema.test_lifecycle import changed, january, lines_of_january, offering, priced, sold


@pytest_asyncio.fixture
async def shop(books: Books) -> Books:
    """A licence at 100 EUR, once, and a plan at 31 EUR a month."""
    licence = books.ids["licence"] = await offering(books, "licence", kind="ASSET")
    plan = books.ids["plan"] = await offering(books, "plan")
    await priced(books, (licence, "100"), (plan, "31"), once=[licence])
    return books


async def test_a_licence_is_paid_for_once_whoever_has_it_afterwards(shop: Books) -> None:
    licence = await sold(shop, shop.ids["licence"], "2", startsAt=january(5))
    assert await lines_of_january(shop, licence) == ["200.00"]
    given = {"subscriptionId": licence["id"], "characteristics": {"key": "AB-12"}}
    described = await shop.make("changeCharacteristics", given, show="... on Subscription { characteristics endsAt }")
    assert (described["characteristics"], described["endsAt"]) == ({"key": "AB-12"}, None)


async def test_a_licence_that_is_given_back_before_it_begins_costs_nothing(shop: Books) -> None:
    shop.clock.move_to(datetime(2026, 1, 3, tzinfo=UTC))
    licence = await sold(shop, shop.ids["licence"], startsAt=january(5))
    await changed(shop, "cancelSubscription", licence)
    assert await lines_of_january(shop, licence) == []


@pytest.mark.parametrize(
    ("mutation", "given"),
    [
        ("changeQuantity", {"quantity": "3"}),
        ("suspendSubscription", {"reason": "not paid"}),
        ("renewSubscription", {}),
        ("setRenewal", {"renewsAutomatically": False}),
    ],
)
async def test_what_recurs_or_has_a_term_is_no_word_for_an_asset(
    shop: Books, mutation: str, given: dict[str, object]
) -> None:
    licence = await sold(shop, shop.ids["licence"])
    refused = await shop.call(mutation, {"subscriptionId": licence["id"], **given})
    assert (refused["code"], "Licence is bought once and for ever" in refused["message"]) == ("WRONG_STATE", True)


async def test_an_asset_is_neither_upgraded_nor_has_it_add_ons(shop: Books) -> None:
    licence = await sold(shop, shop.ids["licence"])
    extra = await offering(shop, "extra", kind="ADD_ON")
    for mutation, wanted in (("changeOffering", shop.ids["plan"]), ("addAddOn", extra)):
        given = {"subscriptionId": licence["id"], "offeringId": wanted, "quantity": "1"}
        assert (await shop.call(mutation, given))["code"] == "WRONG_STATE"


async def test_an_asset_has_no_term_and_no_price_that_recurs(shop: Books) -> None:
    sale = {"accountId": shop.ids["new"], "offeringId": shop.ids["licence"], "quantity": "1"}
    assert (await shop.call("createSubscription", {**sale, "renewsAutomatically": False}))["path"] == [
        "renewsAutomatically"
    ]
    yearly = {"productId": shop.ids["office"], "code": "y", "name": "Y", "kind": "ASSET", "termMonths": 12}
    assert (await shop.call("createOffering", yearly))["path"] == ["termMonths"]
    price = {
        "offeringId": shop.ids["licence"],
        "charge": "fee",
        "description": "Fee",
        "model": {"perUnit": {"unit": "1"}},
    }
    prices = [{**price, "kind": "RECURRING"}, {**price, "charge": "once", "kind": "ONE_TIME"}]
    version = {"priceListId": shop.ids["direct"], "validFrom": "2026-02-01T00:00:00+01:00", "prices": prices}
    refused = await shop.call("publishPrices", version)
    assert ["prices", "0", "kind"] in [problem["path"] for problem in refused["problems"]]
