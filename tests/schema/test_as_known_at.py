"""What held when, and when that was known: of subscriptions and of prices (W7)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bss.identifier import Kind, private
from bss.invoicing.bill_run import run
from bss.invoicing.verify import rerate, stored
from tests.schema.books import Books

IN_EFFECT = """
query($id: ID!, $asOf: DateTime, $asKnownAt: DateTime) { node(id: $id) { ... on Subscription {
  inEffect(asOf: $asOf, asKnownAt: $asKnownAt) { status quantity offeringId effectiveFrom effectiveTo }
} } }
"""
IN_FORCE = """
query($id: ID!, $asOf: DateTime, $asKnownAt: DateTime) { node(id: $id) { ... on PriceList {
  versionInForce(asOf: $asOf, asKnownAt: $asKnownAt) { id number prices { model { perUnit { unit } } } }
} } }
"""
PERIOD_START = datetime(2026, 1, 14, 23, tzinfo=UTC)


def february(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 2, day, hour, tzinfo=UTC)


async def quantity(books: Books, identifier: str, as_of: str | None = None, as_known_at: str | None = None) -> Any:
    found = await books.data(IN_EFFECT, id=identifier, asOf=as_of, asKnownAt=as_known_at)
    segment = found["node"]["inEffect"]
    return None if segment is None else segment["quantity"]


async def customer_billed_on_the_15th(books: Books) -> tuple[str, str]:
    """The edge and the subscription of a customer of Cloud: five seats at 12 EUR since the 15th of January."""
    made = await books.make("createAccount", {"parentId": books.root, "kind": "CUSTOMER", "name": "W"})
    terms = {"zone": "Europe/Amsterdam", "policy": "standard", "billingDay": 15, "issuerId": books.ids["root issuer"]}
    parties = {"sellerAccountId": books.root, "buyerAccountId": made["id"], "priceListId": books.ids["direct"]}
    edge = await books.make("agreeEdge", {**parties, **terms})
    sale = {"accountId": made["id"], "offeringId": books.ids["seats"], "quantity": "5"}
    sold = await books.make("createSubscription", {**sale, "startsAt": "2026-01-14T23:00:00Z"})
    return edge["id"], sold["id"]


async def test_a_back_dated_change_is_known_from_the_day_it_was_made(books: Books) -> None:
    """On the 20th, effective the 5th: known on the 10th it was 5, known on the 21st it is 7; the invoice stands."""
    edge, sold = await customer_billed_on_the_15th(books)
    books.clock.move_to(february(15))
    asked = await books.make("requestBillRun", {"until": "2026-02-14T23:00:00Z"}, show="... on BillRun { id }")
    await run(books.staff, private(Kind.BILL_RUN, asked["id"]), now=february(15))
    invoices = "{ invoices { edges { node { number total { amount } digest text issuedOn } } } }"
    issued = await books.data(invoices)
    of_w = [edge["node"] for edge in issued["invoices"]["edges"] if edge["node"]["issuedOn"] == "2026-02-15"]
    assert "60.00" in [each["total"]["amount"] for each in of_w]

    books.clock.move_to(february(20))
    change = {"subscriptionId": sold, "quantity": "7", "effectiveAt": "2026-02-05T00:00:00Z"}
    await books.make("changeQuantity", change)
    books.clock.move_to(february(22))

    the_6th = "2026-02-06T00:00:00Z"
    assert await quantity(books, sold, the_6th, "2026-02-10T00:00:00Z") == "5"
    assert await quantity(books, sold, the_6th, "2026-02-21T00:00:00Z") == "7"
    assert await quantity(books, sold, the_6th) == "7"
    assert await quantity(books, sold, "2026-02-04T23:59:59Z", "2026-02-21T00:00:00Z") == "5"
    assert await quantity(books, sold, "2026-02-05T00:00:00Z", "2026-02-21T00:00:00Z") == "7"
    assert await quantity(books, sold, the_6th, "2026-02-20T11:59:59Z") == "5"
    assert await quantity(books, sold, the_6th, "2026-02-20T12:00:00Z") == "7"

    assert await books.data(invoices) == issued
    billed = (books.staff, private(Kind.EDGE, edge), PERIOD_START)
    assert await rerate(*billed) == await stored(*billed)
    assert (await stored(*billed)).document in [each["digest"] for each in of_w]


async def test_nothing_is_in_effect_before_the_start_or_before_it_was_known(books: Books) -> None:
    books.clock.move_to(february(1))
    sold = await books.sell("y")
    assert await quantity(books, sold) == "5"
    assert await quantity(books, sold, "2026-02-01T11:59:59Z") is None
    assert await quantity(books, sold, "2026-02-01T12:00:00Z", "2026-02-01T11:59:59Z") is None
    given = {"subscriptionId": sold, "quantity": "8", "effectiveAt": "2026-03-01T00:00:00Z"}
    await books.make("changeQuantity", given)
    assert await quantity(books, sold) == "5"
    assert await quantity(books, sold, "2026-03-01T00:00:00Z") == "8"


async def test_prices_in_force_are_those_that_had_been_published(books: Books) -> None:
    """On the 10th of February: 13 EUR from March on."""
    books.clock.move_to(february(10))
    seat = {"charge": "seat", "kind": "RECURRING", "description": "Seat", "model": {"perUnit": {"unit": "13"}}}
    prices = [{"offeringId": books.ids["seats"], **seat}]
    direct = books.ids["direct"]
    await books.make("publishPrices", {"priceListId": direct, "validFrom": "2026-03-01T00:00:00Z", "prices": prices})

    async def in_force(as_of: str | None, as_known_at: str | None = None) -> tuple[int, str] | None:
        found = (await books.data(IN_FORCE, id=direct, asOf=as_of, asKnownAt=as_known_at))["node"]["versionInForce"]
        return None if found is None else (found["number"], found["prices"][0]["model"]["perUnit"]["unit"])

    assert await in_force(None) == (1, "12")
    assert await in_force("2026-02-28T23:59:59Z") == (1, "12")
    assert await in_force("2026-03-01T00:00:00Z") == (2, "13")
    assert await in_force("2026-03-01T00:00:00Z", "2026-02-10T11:59:59Z") == (1, "12")
    assert await in_force("2026-03-01T00:00:00Z", "2026-02-10T12:00:00Z") == (2, "13")
    assert await in_force("2025-12-01T00:00:00Z") is None
    assert await in_force("2026-03-01T00:00:00Z", "2025-12-01T00:00:00Z") is None


async def test_an_instant_that_is_none_is_refused(books: Books) -> None:
    for text in ("yesterday", "2026-02-01", "2026-02-01T00:00:00", "1969-12-31T00:00:00Z"):
        body = await books.ask(IN_EFFECT, id=books.ids["of x"], asOf=text)
        assert "An instant from 1970 to 2200" in body["errors"][0]["message"]
