"""What nobody gets out of a subscription: a closed past, an endless trial, a second set-up, a window that reopens."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bss.identifier import Kind, private
from bss.invoicing.bill_run import run
from tests.schema.books import Books
from tests.schema.test_lifecycle import TIMELINE, changed, january, lines_of_january, offering, priced, sold


async def test_a_partner_does_not_sell_or_activate_in_the_past(books: Books) -> None:
    """What began in a closed month would never be charged for it."""
    partner = books.as_role("partner_sales", "lite")
    books.clock.move_to(datetime(2026, 1, 20, tzinfo=UTC))
    past = {"accountId": books.ids["y"], "offeringId": books.ids["seats"], "quantity": "1", "startsAt": january(5)}
    assert (await books.call("createSubscription", past, viewer=partner))["code"] == "PERMISSION_DENIED"
    waiting = await books.make(
        "createSubscription", {**past, "startsAt": january(25), "activate": False}, show=TIMELINE
    )
    early = {"subscriptionId": waiting["id"], "at": january(5)}
    assert (await books.call("activateSubscription", early, viewer=partner))["code"] == "PERMISSION_DENIED"


async def test_a_trial_is_not_extended_for_ever(books: Books) -> None:
    tried = await offering(books, "tried", trialDays=14)
    await priced(books, (tried, "31"))
    trial = await sold(books, tried, trial=True)
    refused = await books.call("extendTrial", {"subscriptionId": trial["id"], "until": "2026-01-30T00:00:00+01:00"})
    assert (refused["path"], "28 days" in refused["message"]) == (["until"], True)


async def test_a_window_is_not_opened_again_by_aligning_or_transferring(books: Books) -> None:
    committed = await offering(books, "committed", termMonths=12, cancellationDays=7)
    await priced(books, (committed, "31"))
    seats = await sold(books, committed)
    books.clock.move_to(datetime(2026, 2, 5, tzinfo=UTC))
    fresh = await sold(books, committed, startsAt="2026-02-04T00:00:00+01:00")
    aligned = {"subscriptionId": seats["id"], "withSubscriptionId": fresh["id"]}
    assert (await books.call("alignTerm", aligned))["path"] == ["withSubscriptionId"]
    elsewhere = {"parentId": books.root, "kind": "CUSTOMER", "name": "Other"}
    other = (await books.make("createAccount", elsewhere))["id"]
    edges = (await books.data("{ edges { edges { node { buyer { name } issuer { id } } } } }"))["edges"]["edges"]
    (issuer,) = [edge["node"]["issuer"]["id"] for edge in edges if edge["node"]["buyer"]["name"] == "New"]
    parties = {"sellerAccountId": books.root, "buyerAccountId": other, "issuerId": issuer}
    terms = {"zone": "Europe/Amsterdam", "policy": "standard", "billingDay": 1, "priceListId": books.ids["list"]}
    await books.make("agreeEdge", {**parties, **terms})
    taken = await changed(books, "transferSubscription", seats, accountId=other)
    refused = await books.call("cancelSubscription", {"subscriptionId": taken["id"]})
    assert refused["code"] == "CANCELLATION_WINDOW_CLOSED"


async def test_an_add_on_expires_with_its_plan_and_waits_for_a_trial_to_end(books: Books) -> None:
    tried, extra = await offering(books, "tried", trialDays=14), await offering(books, "extra", kind="ADD_ON")
    await priced(books, (tried, "31"), (extra, "6.20"))
    trial = await sold(books, tried, trial=True)
    early = {"subscriptionId": trial["id"], "offeringId": extra, "quantity": "1", "startsAt": january(5)}
    assert (await books.call("addAddOn", early))["path"] == ["startsAt"]
    beside = await changed(books, "addAddOn", trial, offeringId=extra, quantity="1", startsAt=january(20))
    expiring = await changed(books, "setRenewal", trial, renewsAutomatically=False)
    assert expiring["addOns"] == [{"id": beside["id"], "state": "ACTIVE", "endsAt": expiring["endsAt"]}]
    lasting = await changed(books, "setRenewal", trial, renewsAutomatically=True)
    assert [each["endsAt"] for each in lasting["addOns"]] == [None]


async def test_an_add_on_that_has_ended_holds_nothing_up(books: Books) -> None:
    extra = await offering(books, "extra", kind="ADD_ON")
    await priced(books, (books.ids["seats"], "31"), (extra, "6.20"))
    plan = await sold(books, books.ids["seats"], renewsAutomatically=False)
    await changed(books, "addAddOn", plan, offeringId=extra, quantity="1", startsAt=january(3))
    await changed(books, "renewSubscription", plan)
    beside = await changed(books, "addAddOn", plan, offeringId=extra, quantity="1", startsAt=january(4))
    await changed(books, "cancelSubscription", beside, effectiveAt=january(6))
    books.clock.move_to(datetime(2026, 1, 10, tzinfo=UTC))
    suspended = await changed(books, "suspendSubscription", plan, reason="not paid")
    assert [each["state"] for each in suspended["addOns"]] == ["SUSPENDED", "CANCELLED"]
    resumed = await changed(books, "resumeSubscription", plan)
    assert [each["state"] for each in resumed["addOns"]] == ["ACTIVE", "CANCELLED"]


async def test_a_new_edge_does_not_bill_again_what_was_billed_above(books: Books) -> None:
    """A customer below Lite is charged on Lite's edge, 7.78; an edge of its own begins with the period in progress."""
    await books.make("createAccount", {"parentId": books.ids["lite"], "kind": "CUSTOMER", "name": "Deep"})
    listed = await books.data("{ accounts { edges { node { id name } } } }")
    deep = next(edge["node"]["id"] for edge in listed["accounts"]["edges"] if edge["node"]["name"] == "Deep")
    await priced(books, (books.ids["seats"], "31"))
    given = {"accountId": deep, "offeringId": books.ids["seats"], "quantity": "1", "startsAt": january(1)}
    seats = await books.make("createSubscription", given, show=TIMELINE)
    assert await lines_of_january(books, seats) == ["7.78"]
    issuer = await books.make("createIssuer", {"ownerId": books.root, "name": "Cloud", "seriesPrefix": "DEEP-"})
    terms = {"zone": "Europe/Amsterdam", "policy": "standard", "billingDay": 1, "priceListId": books.ids["list"]}
    parties = {"sellerAccountId": books.root, "buyerAccountId": deep, "issuerId": issuer["id"]}
    await books.make("agreeEdge", {**parties, **terms})
    at = datetime(2026, 3, 1, 9, tzinfo=UTC)
    books.clock.move_to(at)
    asked = await books.make("requestBillRun", {"until": "2026-02-28T23:00:00Z"}, show="... on BillRun { id }")
    await run(books.staff, private(Kind.BILL_RUN, asked["id"]), now=at)
    query = "{ billableLines(first: 200) { edges { node { subscription { id } amount { amount } } } } }"
    edges = (await books.data(query))["billableLines"]["edges"]
    own = [edge["node"]["amount"]["amount"] for edge in edges if edge["node"]["subscription"]["id"] == seats["id"]]
    assert sorted(own) == ["31.00", "7.78"]


async def test_nothing_is_transferred_into_a_closed_account(books: Books) -> None:
    await priced(books, (books.ids["seats"], "31"))
    seats = await sold(books, books.ids["seats"])
    await books.make("closeAccount", {"accountId": books.ids["y"]})
    closed = await books.call("transferSubscription", {"subscriptionId": seats["id"], "accountId": books.ids["y"]})
    assert (closed["code"], closed["path"]) == ("ACCOUNT_CLOSED", ["accountId"])


@pytest.mark.parametrize("used", ["plan", "add-on"])
async def test_nothing_is_transferred_as_of_before_its_usage(books: Books, used: str) -> None:
    """An hour of the 10th is there: as of the 10th the usage would be charged to nobody who has the service."""
    extra = await offering(books, "extra", kind="ADD_ON")
    await priced(books, (books.ids["seats"], "31"), (extra, "6.20"))
    plan = await sold(books, books.ids["seats"])
    beside = await changed(books, "addAddOn", plan, offeringId=extra, quantity="1", startsAt=january(2))
    reading = {
        "eventId": "one",
        "subscriptionId": {"plan": plan, "add-on": beside}[used]["id"],
        "meter": "vcpu_hours",
        "resource": "vm",
        "startsAt": "2026-01-10T10:00:00Z",
        "endsAt": "2026-01-10T11:00:00Z",
        "value": "1",
    }
    await books.make("recordUsage", {"source": "test", "readings": [reading]})
    given = {"subscriptionId": plan["id"], "accountId": books.ids["z"], "effectiveAt": january(10)}
    refused = await books.call("transferSubscription", given)
    assert (refused["path"], "2026-01-10 10:00Z" in refused["message"]) == (["effectiveAt"], True)


async def test_what_starts_later_and_ends_is_not_aligned_away(books: Books) -> None:
    """From 15 June without renewal, aligned with one that runs since January: it ends with that one's June."""
    await priced(books, (books.ids["seats"], "31"))
    first = await sold(books, books.ids["seats"])
    later = await sold(books, books.ids["seats"], startsAt="2026-06-15T00:00:00+02:00", renewsAutomatically=False)
    aligned = await changed(books, "alignTerm", later, withSubscriptionId=first["id"])
    assert (aligned["endsAt"], len(aligned["timeline"])) == ("2026-06-30T22:00:00Z", 1)
    renewed = await changed(books, "renewSubscription", aligned)
    assert renewed["endsAt"] == "2026-07-31T22:00:00Z"


async def test_what_has_left_the_scope_since_is_not_found_by_repeating_the_call(books: Books) -> None:
    """A partner notes a contact of Y; Y moves away; the partner repeats its call, and gets no fault."""
    partner = books.as_role("partner_sales", "lite")
    given = {"accountId": books.ids["y"], "name": "Carla"}
    assert "code" not in await books.call("createContact", given, viewer=partner, key="once")
    await books.make("moveAccount", {"accountId": books.ids["y"], "newParentId": books.root})
    document = """mutation($input: CreateContactInput!) {
      createContact(input: $input, idempotencyKey: "once") { ... on Refusal { code } } }"""
    body = await books.ask(document, viewer=partner, input=given)
    assert [error["extensions"]["code"] for error in body["errors"]] == ["NOT_FOUND"]
