"""An ordinary year of subscriptions, told through the API, with what it costs at the end.

Everything is sold to Z, who buys at 12 EUR a seat, and billed for the calendar month in Amsterdam.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import pytest

from bss.identifier import Kind, private
from bss.invoicing.bill_run import run
from tests.schema.books import OPENED, Books

TIMELINE = """... on Subscription { state endsAt version termMonths parentId predecessorId account { name }
  timeline { status quantity offeringId effectiveFrom effectiveTo } orders { verb reason actorName effectiveAt }
  addOns { id state endsAt } }"""


def january(day: int) -> str:
    """Local midnight in Amsterdam."""
    return f"2026-01-{day:02}T00:00:00+01:00"


async def offering(books: Books, code: str, **lifecycle: object) -> str:
    """Another offering of the same product."""
    given = {"productId": books.ids["office"], "code": code, "name": code.title(), "unit": "seat", **lifecycle}
    return str((await books.make("createOffering", given))["id"])


async def priced(books: Books, *prices: tuple[str, str], once: Collection[str] = ()) -> None:
    """A buyer "New" with an edge of its own, on whose list each offering has a monthly price a seat."""
    account = {"parentId": books.root, "kind": "CUSTOMER", "name": "New"}
    books.ids["new"] = (await books.make("createAccount", account))["id"]
    listed = {"ownerId": books.root, "code": "new", "name": "New", "currency": "EUR"}
    books.ids["list"] = (await books.make("createPriceList", listed))["id"]
    charges = [
        {
            "offeringId": sold,
            "charge": "seats",
            "kind": "ONE_TIME" if sold in once else "RECURRING",
            "description": "Seats",
            "model": {"perUnit": {"unit": price}},
        }
        for sold, price in prices
    ]
    version = {"priceListId": books.ids["list"], "validFrom": "2025-12-01T00:00:00Z", "prices": charges}
    await books.make("publishPrices", version)
    issuer = await books.make("createIssuer", {"ownerId": books.root, "name": "Cloud", "seriesPrefix": "NEW-"})
    terms = {"zone": "Europe/Amsterdam", "policy": "standard", "billingDay": 1}
    parties = {"sellerAccountId": books.root, "buyerAccountId": books.ids["new"], "issuerId": issuer["id"]}
    edge = await books.make("agreeEdge", {**parties, **terms, "priceListId": books.ids["list"]})
    books.ids["edge to new"] = edge["id"]


async def sold(books: Books, offering_id: str, quantity: str = "1", **more: object) -> dict[str, Any]:
    given = {"accountId": books.ids["new"], "offeringId": offering_id, "quantity": quantity, **more}
    return await books.make("createSubscription", {"startsAt": january(1), **given}, show=TIMELINE)


async def changed(books: Books, mutation: str, subscription: dict[str, Any], **given: object) -> dict[str, Any]:
    return await books.make(mutation, {"subscriptionId": subscription["id"], **given}, show=TIMELINE)


async def lines_of_january(books: Books, subscription: dict[str, Any]) -> list[str]:
    """The amounts of January's lines, after a bill run at the start of February."""
    at = datetime(2026, 2, 1, 9, tzinfo=UTC)
    books.clock.move_to(at)
    asked = await books.make("requestBillRun", {"until": "2026-01-31T23:00:00Z"}, show="... on BillRun { id }")
    await run(books.staff, private(Kind.BILL_RUN, asked["id"]), now=at)
    query = "{ billableLines(first: 200) { edges { node { subscription { id } serviceStart amount { amount } } } } }"
    edges = (await books.data(query))["billableLines"]["edges"]
    own = [edge["node"] for edge in edges if edge["node"]["subscription"]["id"] == subscription["id"]]
    return [line["amount"]["amount"] for line in sorted(own, key=lambda line: str(line["serviceStart"]))]


def stretches(subscription: dict[str, Any]) -> list[tuple[str, str, str | None]]:
    return [(each["status"], each["effectiveFrom"], each["effectiveTo"]) for each in subscription["timeline"]]


async def test_c07_a_trial_is_free_and_then_paid(books: Books) -> None:
    """14 days free from 1 January, 31.00 a month: 17 of 31 days are 17.00."""
    tried = await offering(books, "tried", trialDays=14)
    await priced(books, (tried, "31"))
    trial = await sold(books, tried, trial=True)
    assert stretches(trial) == [
        ("TRIAL", "2025-12-31T23:00:00Z", "2026-01-14T23:00:00Z"),
        ("ACTIVE", "2026-01-14T23:00:00Z", None),
    ]
    assert await lines_of_january(books, trial) == ["17.00"]


async def test_a_trial_is_converted_early_or_extended(books: Books) -> None:
    """Converted on the 11th: 21 of 31 days. Extended to the 22nd: 10 of 31 days."""
    tried = await offering(books, "tried", trialDays=14)
    await priced(books, (tried, "31"))
    early, late = await sold(books, tried, trial=True), await sold(books, tried, trial=True)
    books.clock.move_to(datetime(2026, 1, 10, 23, tzinfo=UTC))
    await changed(books, "convertTrial", early)
    extended = await changed(books, "extendTrial", late, until=january(22))
    assert stretches(extended)[0] == ("TRIAL", "2025-12-31T23:00:00Z", "2026-01-21T23:00:00Z")
    earlier = {"subscriptionId": late["id"], "until": january(20)}
    assert (await books.call("extendTrial", earlier))["path"] == ["until"]
    again = await books.call("convertTrial", {"subscriptionId": early["id"]})
    assert (again["code"], again["message"]) == ("WRONG_STATE", "The subscription is not in trial.")
    assert await lines_of_january(books, early) == ["21.00"]
    assert await lines_of_january(books, late) == ["10.00"]


async def test_what_has_no_trial_is_not_tried(books: Books) -> None:
    await priced(books, (books.ids["seats"], "31"))
    given = {"accountId": books.ids["new"], "offeringId": books.ids["seats"], "quantity": "1", "trial": True}
    refused = await books.call("createSubscription", {**given, "activate": False})
    assert [each["path"] for each in refused["problems"]] == [["trial"], ["activate"]]


async def test_a_suspension_costs_nothing_and_says_by_whom_and_why(books: Books) -> None:
    """Suspended from the 11th to the 21st: 10 of 31 days, and 11 of 31, at 31.00."""
    await priced(books, (books.ids["seats"], "31"))
    seats = await sold(books, books.ids["seats"])
    silent = await books.call("suspendSubscription", {"subscriptionId": seats["id"], "reason": " "})
    assert silent["path"] == ["reason"]
    books.clock.move_to(datetime(2026, 1, 10, 23, tzinfo=UTC))
    suspended = await changed(books, "suspendSubscription", seats, reason="not paid")
    assert suspended["state"] == "SUSPENDED"
    wrong = await books.call("changeQuantity", {"subscriptionId": seats["id"], "quantity": "2"})
    assert wrong["code"] == "WRONG_STATE"
    resumed = await changed(books, "resumeSubscription", seats, effectiveAt=january(21))
    assert resumed["state"] == "ACTIVE"
    assert [(each["verb"], each["reason"]) for each in resumed["orders"]] == [
        ("RESUME", ""),
        ("SUSPEND", "not paid"),
        ("CREATE", ""),
    ]
    assert {each["actorName"] for each in resumed["orders"]} == {books.staff.actor_name}
    assert await lines_of_january(books, seats) == ["10.00", "11.00"]


async def test_an_upgrade_is_in_effect_at_once_or_at_renewal(books: Books) -> None:
    """31.00 until the 16th, 62.00 from then on: 15.00 and 32.00. The downgrade waits for the term's end."""
    better = await offering(books, "better")
    await priced(books, (books.ids["seats"], "31"), (better, "62"))
    seats = await sold(books, books.ids["seats"])
    upgraded = await changed(books, "changeOffering", seats, offeringId=better, effectiveAt=january(16))
    assert [each["offeringId"] for each in upgraded["timeline"]] == [books.ids["seats"], better]
    back = await changed(books, "changeOffering", seats, offeringId=books.ids["seats"], atTermEnd=True)
    assert [each["effectiveFrom"] for each in back["timeline"]][2] == "2026-01-31T23:00:00Z"
    assert await lines_of_january(books, seats) == ["15.00", "32.00"]


async def test_what_cannot_be_changed_into_is_refused(books: Books) -> None:
    extra = await offering(books, "extra", kind="ADD_ON")
    other = await offering(books, "other")
    await priced(books, (books.ids["seats"], "31"), (extra, "5"))
    seats = await sold(books, books.ids["seats"])
    for wanted, code in (
        (books.ids["seats"], "INVALID_INPUT"),
        (extra, "INVALID_INPUT"),
        (other, "PRICE_MISSING"),
        ("off_00000000000000000000000000", "NOT_FOUND"),
    ):
        refused = await books.call("changeOffering", {"subscriptionId": seats["id"], "offeringId": wanted})
        assert (refused["code"], refused["path"]) == (code, ["offeringId"])


async def test_an_add_on_stands_beside_its_plan_and_ends_with_it(books: Books) -> None:
    """Two add-ons at 6.20 a month from the 11th: 21 of 31 days are 8.40 for two; with the plan on the 26th, 6.00."""
    extra = await offering(books, "extra", kind="ADD_ON")
    await priced(books, (books.ids["seats"], "31"), (extra, "6.20"))
    alone = {"accountId": books.ids["new"], "offeringId": extra, "quantity": "1"}
    assert (await books.call("createSubscription", alone))["path"] == ["offeringId"]
    plan = await sold(books, books.ids["seats"])
    beside = await changed(books, "addAddOn", plan, offeringId=extra, quantity="2", startsAt=january(11))
    assert beside["parentId"] == plan["id"]
    nested = {"subscriptionId": beside["id"], "offeringId": extra, "quantity": "1", "startsAt": january(12)}
    assert (await books.call("addAddOn", nested))["path"] == ["subscriptionId"]
    cancelled = await changed(books, "cancelSubscription", plan, effectiveAt=january(26), reason="moves away")
    assert cancelled["addOns"] == [{"id": beside["id"], "state": "CANCELLED", "endsAt": "2026-01-25T23:00:00Z"}]
    assert await lines_of_january(books, plan) == ["25.00"]
    assert await lines_of_january(books, beside) == ["6.00"]


async def test_an_add_on_is_cancelled_alone(books: Books) -> None:
    extra = await offering(books, "extra", kind="ADD_ON")
    await priced(books, (books.ids["seats"], "31"), (extra, "6.20"))
    plan = await sold(books, books.ids["seats"])
    beside = await changed(books, "addAddOn", plan, offeringId=extra, quantity="1", startsAt=january(1))
    await changed(books, "cancelSubscription", beside, effectiveAt=january(6))
    suspended = await changed(books, "suspendSubscription", plan, reason="not paid", effectiveAt=january(11))
    assert [each["state"] for each in suspended["addOns"]] == ["CANCELLED"]
    assert await lines_of_january(books, plan) == ["10.00"]
    assert await lines_of_january(books, beside) == ["1.00"]


async def test_without_renewal_it_expires_at_the_end_of_the_term_unless_it_is_renewed(books: Books) -> None:
    yearly = await offering(books, "yearly", termMonths=12)
    await priced(books, (yearly, "31"))
    seats = await sold(books, yearly, renewsAutomatically=False)
    assert seats["endsAt"] == "2026-12-31T23:00:00Z"
    renewed = await changed(books, "renewSubscription", seats, terms=2)
    assert renewed["endsAt"] == "2028-12-31T23:00:00Z"
    lasting = await changed(books, "setRenewal", seats, renewsAutomatically=True)
    assert (lasting["endsAt"], stretches(lasting)[-1][2]) == (None, None)
    endless = await books.call("renewSubscription", {"subscriptionId": seats["id"]})
    assert endless["message"] == "The subscription is renewed automatically."
    expiring = await changed(books, "setRenewal", seats, renewsAutomatically=False)
    assert (expiring["state"], expiring["endsAt"]) == ("ACTIVE", "2026-12-31T23:00:00Z")
    books.clock.move_to(datetime(2027, 1, 1, tzinfo=UTC))
    assert (await books.call("setRenewal", {"subscriptionId": seats["id"], "renewsAutomatically": True}))[
        "message"
    ] == "The subscription has expired."


async def test_two_subscriptions_end_their_terms_together(books: Books) -> None:
    yearly = await offering(books, "yearly", termMonths=12)
    await priced(books, (yearly, "31"))
    first = await sold(books, yearly)
    second = await sold(books, yearly, startsAt="2026-03-15T00:00:00+01:00", renewsAutomatically=False)
    assert second["endsAt"] == "2027-03-14T23:00:00Z"
    aligned = await changed(books, "alignTerm", second, withSubscriptionId=first["id"])
    assert aligned["endsAt"] == "2026-12-31T23:00:00Z"
    itself = {"subscriptionId": first["id"], "withSubscriptionId": first["id"]}
    assert (await books.call("alignTerm", itself))["path"] == ["withSubscriptionId"]


async def test_outside_its_window_a_commitment_is_cancelled_at_the_end_of_the_term(books: Books) -> None:
    committed = await offering(books, "committed", termMonths=12, cancellationDays=7)
    await priced(books, (committed, "31"))
    seats, other = await sold(books, committed), await sold(books, committed)
    books.clock.move_to(datetime(2026, 1, 6, tzinfo=UTC))
    assert (await changed(books, "cancelSubscription", other))["endsAt"] == "2026-01-06T00:00:00Z"
    books.clock.move_to(datetime(2026, 1, 8, tzinfo=UTC))
    refused = await books.call("cancelSubscription", {"subscriptionId": seats["id"]})
    assert (refused["code"], refused["path"]) == ("CANCELLATION_WINDOW_CLOSED", ["effectiveAt"])
    assert "2026-12-31 23:00Z" in refused["message"]
    assert (await changed(books, "cancelSubscription", seats, atTermEnd=True))["endsAt"] == "2026-12-31T23:00:00Z"


async def test_a_transfer_ends_here_and_goes_on_there(books: Books) -> None:
    """At 12 EUR for Z until the 16th, 5.81; at 31 EUR for New from then on, 16.00: with its scheduled change."""
    await priced(books, (books.ids["seats"], "31"))
    books.clock.move_to(OPENED)
    given = {"accountId": books.ids["z"], "offeringId": books.ids["seats"], "quantity": "1", "startsAt": january(1)}
    seats = await books.make("createSubscription", given, show=TIMELINE)
    await changed(books, "changeQuantity", seats, quantity="2", effectiveAt="2026-02-10T00:00:00+01:00")
    taken = await changed(books, "transferSubscription", seats, accountId=books.ids["new"], effectiveAt=january(16))
    assert (taken["account"]["name"], taken["predecessorId"]) == ("New", seats["id"])
    assert [(each["quantity"], each["effectiveFrom"]) for each in taken["timeline"]] == [
        ("1", "2026-01-15T23:00:00Z"),
        ("2", "2026-02-09T23:00:00Z"),
    ]
    again = {"subscriptionId": seats["id"], "accountId": books.ids["new"]}
    assert (await books.call("transferSubscription", again))["code"] == "WRONG_STATE"
    assert await lines_of_january(books, seats) == ["5.81"]
    assert await lines_of_january(books, taken) == ["16.00"]


@pytest.mark.parametrize("mutation", ["suspendSubscription", "convertTrial", "renewSubscription", "addAddOn"])
async def test_outside_the_scope_there_is_nothing_to_change(books: Books, mutation: str) -> None:
    given: dict[str, object] = {"subscriptionId": books.ids["of z"]}
    given |= {"suspendSubscription": {"reason": "x"}}.get(mutation, {})
    given |= {"addAddOn": {"offeringId": books.ids["seats"], "quantity": "1"}}.get(mutation, {})
    refused = await books.call(mutation, given, viewer=books.as_role("partner_sales", "lite"))
    assert (refused["code"], refused["path"]) == ("NOT_FOUND", ["subscriptionId"])


async def test_many_at_once_have_an_outcome_each(books: Books) -> None:
    """One document, three operations, in order: a refused one undoes nothing, and the same again repeats nothing."""
    await priced(books, (books.ids["seats"], "31"))
    first, second = await sold(books, books.ids["seats"]), await sold(books, books.ids["seats"])
    document = """mutation($a: ID!, $b: ID!, $c: ID!) {
      a: changeQuantity(input: {subscriptionId: $a, quantity: "2"}, idempotencyKey: "many a") { ...outcome }
      b: changeQuantity(input: {subscriptionId: $b, quantity: "-2"}, idempotencyKey: "many b") { ...outcome }
      c: suspendSubscription(input: {subscriptionId: $c, reason: "not paid"}, idempotencyKey: "many c") { ...outcome }
    }
    fragment outcome on Node { ... on Subscription { state quantity version } }"""
    document = document.replace("{ ...outcome }", "{ ...outcome ... on Refusal { code path } }")
    ids = {"a": first["id"], "b": second["id"], "c": second["id"]}
    told = await books.data(document, **ids)
    assert told == {
        "a": {"state": "ACTIVE", "quantity": "2", "version": 2},
        "b": {"code": "INVALID_INPUT", "path": ["quantity"]},
        "c": {"state": "SUSPENDED", "quantity": "1", "version": 2},
    }
    assert await books.data(document, **ids) == told
