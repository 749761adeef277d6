"""Mutations that no other story tells: each does what it says, and answers with what it did."""

from __future__ import annotations

from typing import Any

from bss.identifier import Kind, private, public, uuid7
from bss.transaction.begin import begin
from tests.schema.books import OPENED, Books

SHOWN = "... on Subscription { state quantity startsAt endsAt version timeline { quantity effectiveFrom effectiveTo } }"


async def test_the_life_of_a_subscription(books: Books) -> None:
    """Sold on the 1st, active from the 5th, 7 seats from the 20th, cancelled at the end of the term on 5 February."""
    sale = {"accountId": books.ids["y"], "offeringId": books.ids["seats"], "quantity": "5", "activate": False}
    sold = await books.make("createSubscription", sale, show=SHOWN)
    assert (sold["state"], sold["timeline"]) == ("CREATED", [])
    named = {"subscriptionId": sold["id"]}
    active = await books.make("activateSubscription", {**named, "at": "2026-01-05T00:00:00+01:00"}, show=SHOWN)
    assert (active["state"], active["startsAt"]) == ("ACTIVE", "2026-01-04T23:00:00Z")
    change = {
        **named,
        "quantity": "7",
        "effectiveAt": "2026-01-20T00:00:00+01:00",
        "expectedVersion": active["version"],
    }
    changed = await books.make("changeQuantity", change, show=SHOWN)
    assert [(each["quantity"], each["effectiveFrom"]) for each in changed["timeline"]] == [
        ("5", "2026-01-04T23:00:00Z"),
        ("7", "2026-01-19T23:00:00Z"),
    ]
    late = await books.call("changeQuantity", {**change, "quantity": "8"})
    assert (late["code"], late["path"]) == ("CONFLICT", ["expectedVersion"])
    cancelled = await books.make("cancelSubscription", {**named, "atTermEnd": True}, show=SHOWN)
    assert (cancelled["state"], cancelled["endsAt"]) == ("CANCELLED", "2026-02-04T23:00:00Z")
    both = {**named, "atTermEnd": True, "effectiveAt": "2026-03-01T00:00:00Z"}
    assert (await books.call("cancelSubscription", both))["path"] == ["atTermEnd"]
    again = await books.call("cancelSubscription", named)
    assert again["__typename"] == "WrongState"


async def test_a_parked_job_is_seen_and_resumed(books: Books) -> None:
    job = uuid7()
    async with begin(books.staff) as tx:
        await tx.connection.execute(
            "INSERT INTO job (id, organisation_id, kind, key, state, due_at, attempts, reason, created_at)"
            " VALUES ($1, $2, 'sync:deliver', 'a link', 'parked', $3, 8, 'nobody answers', $3)",
            *(job, tx.organisation_id, OPENED),
        )
    query = "query($state: JobState) { jobs(state: $state) { edges { node { id kind reason } } } }"
    parked = {"id": public(Kind.JOB, job), "kind": "SYNC_DELIVER", "reason": "nobody answers"}
    assert (await books.data(query, state="PARKED"))["jobs"]["edges"] == [{"node": parked}]
    resumed = await books.make("resumeJob", {"jobId": parked["id"]}, show="... on ResumedJob { jobId }")
    assert resumed["jobId"] == parked["id"]
    assert (await books.data(query, state="PARKED"))["jobs"]["edges"] == []
    assert (await books.call("resumeJob", {"jobId": parked["id"]}))["__typename"] == "WrongState"


async def test_what_a_peer_refused_is_seen_and_sent_again(books: Books) -> None:
    joining = {"linkKey": str(uuid7()), "peerName": "Above"}
    link = await books.make("joinLinkAsReseller", joining, show="... on Link { side peerName parked }")
    assert (link["side"], link["peerName"], link["parked"]) == ("RESELLER", "Above", 0)
    taken = await books.call("joinLinkAsReseller", joining)
    assert (taken["code"], taken["path"]) == ("CONFLICT", ["linkKey"])
    message = await _parked_message(books, link)
    parked = await books.data("{ parkedMessages { edges { node { id reason linkId } } } }")
    (seen,) = parked["parkedMessages"]["edges"]
    assert seen["node"] == {"id": message, "reason": "NOT_FOUND: no", "linkId": link["id"]}
    resumed = await books.make("resumeOutbound", {"messageId": message}, show="... on ResumedMessage { messageId }")
    assert resumed["messageId"] == message
    (now,) = (await books.data("{ links { edges { node { parked pending } } } }"))["links"]["edges"]
    assert (now["node"]["parked"], now["node"]["pending"]) == (0, 1)
    again = await books.call("resumeOutbound", {"messageId": message})
    assert (again["__typename"], again["path"]) == ("WrongState", ["messageId"])


async def _parked_message(books: Books, link: dict[str, Any]) -> str:
    message = uuid7()
    async with begin(books.staff) as tx:
        await tx.connection.execute(
            "INSERT INTO outbound (id, organisation_id, link_id, subject, pair_id, version, body, digest, state,"
            " reason, created_at) VALUES ($1, $2, $3, 'account', $4, 1, '', '', 'parked', 'NOT_FOUND: no', $5)",
            *(message, tx.organisation_id, private(Kind.LINK, link["id"]), uuid7(), OPENED),
        )
    return str(message)


async def test_only_a_distributor_sends_terms_again(books: Books) -> None:
    link = await books.make("joinLinkAsReseller", {"linkKey": str(uuid7()), "peerName": "Above"})
    refusal = await books.call("resendSupply", {"linkId": link["id"]})
    assert (refusal["__typename"], refusal["path"]) == ("NotFound", ["linkId"])


async def test_margins_by_edge_and_by_charge(billed: Books) -> None:
    """Lite sells to X for 50.00 what it buys for 38.89; what Cloud sells costs Cloud nothing that it knows."""
    period = 'from: "2025-12-31T23:00:00Z", to: "2026-01-31T23:00:00Z"'
    money = "sold { amount } cost { amount currency } margin { amount }"
    by_edge = (await billed.data(f"{{ edgeMargins({period}) {{ edgeId {money} }} }}"))["edgeMargins"]
    (lite,) = [each for each in by_edge if each["edgeId"] == billed.ids["edge to x"]]
    assert [lite[name]["amount"] for name in ("sold", "cost", "margin")] == ["50.00", "38.89", "11.11"]
    (cloud,) = [each for each in by_edge if each["edgeId"] == billed.ids["edge to lite"]]
    assert (cloud["sold"]["amount"], cloud["cost"], cloud["margin"]) == ("38.89", None, None)
    asked = f'chargeMargins(subscriptionIds: ["{billed.ids["of x"]}"], {period}) {{ charge edgeId {money} }}'
    by_charge = (await billed.data(f"{{ {asked} }}"))["chargeMargins"]
    assert [(each["charge"], each["sold"]["amount"]) for each in by_charge] == [("seat", "50.00"), ("seat", "38.89")]
