"""The five saved documents in `docs/api` do what a newcomer is told that they do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bss.identifier import Kind, private, public, uuid7
from bss.transaction.begin import begin
from bss.transaction.database import Role
from tests.schema.books import OPENED, Books

FOLDER = Path(__file__).parents[2] / "docs" / "api"


def saved(number: int) -> str:
    (found,) = FOLDER.glob(f"{number}-*.graphql")
    return found.read_text(encoding="utf-8")


def nodes(connection: dict[str, Any]) -> list[dict[str, Any]]:
    return [edge["node"] for edge in connection["edges"]]


def test_there_are_five() -> None:
    assert [path.name[0] for path in sorted(FOLDER.glob("*.graphql"))] == ["1", "2", "3", "4", "5"]


async def test_the_tree_with_its_subscriptions(books: Books) -> None:
    found = await books.data(saved(1))
    tree = {node["name"]: node["parent"] and node["parent"]["name"] for node in nodes(found["accounts"])}
    assert tree == {"Cloud": None, "Lite": "Cloud", "X": "Lite", "Y": "Lite", "Z": "Cloud"}
    sold = [(node["account"]["name"], node["offering"]["name"]) for node in nodes(found["subscriptions"])]
    assert sold == [("X", "Office seats"), ("Z", "Office seats")]
    of_x = await books.data(saved(1), viewer=books.as_role("billing_viewer", "x"))
    assert [(node["name"], node["parent"]) for node in nodes(of_x["accounts"])] == [("X", None)]


async def test_a_sale_that_is_sent_twice(books: Books) -> None:
    given = {"accountId": books.ids["y"], "offeringId": books.ids["seats"], "quantity": "5"}
    first = (await books.data(saved(2), input=given, key="my first sale"))["createSubscription"]
    again = (await books.data(saved(2), input=given, key="my first sale"))["createSubscription"]
    assert first == again
    assert (first["state"], first["timeline"][0]["quantity"]) == ("ACTIVE", "5")
    refusal = (await books.data(saved(2), input={**given, "quantity": "0"}, key="k"))["createSubscription"]
    assert (refusal["code"], refusal["problems"][0]["path"]) == ("INVALID_INPUT", ["quantity"])


async def test_usage_by_hour(books: Books) -> None:
    """Two vCPUs from 00:30 to 02:00 are 1 vCPU-hour and then 2: 3,600,000 and 7,200,000 vCPU-milliseconds."""
    reading = {"eventId": "1", "subscriptionId": books.ids["of x"], "meter": "vcpu_hours", "resource": "vm-1"}
    interval = {"startsAt": "2026-01-01T00:30:00Z", "endsAt": "2026-01-01T02:00:00Z", "value": "2"}
    batch = {"source": "test", "readings": [{**reading, **interval}, {**reading, **interval}]}
    recorded = await books.make("recordUsage", batch, show="... on UsageBatch { received accepted duplicate }")
    assert (recorded["received"], recorded["accepted"], recorded["duplicate"]) == (2, 1, 1)
    period = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-08T00:00:00Z"}
    found = await books.data(saved(3), subscription=books.ids["of x"], **period)
    hours = [(each["hour"][11:16], each["quantity"]) for each in found["usageHours"]]
    assert hours == [("00:00", "3600000"), ("01:00", "7200000")]
    assert found["node"]["usage"] == [{"meter": "vcpu_hours", "quantity": "10800000", "hours": 2}]


async def test_invoices_with_explained_lines(billed: Books) -> None:
    (invoice,) = nodes((await billed.data(saved(4), viewer=billed.as_role("billing_viewer", "x")))["invoices"])
    (line,) = invoice["lines"]
    assert (invoice["billTo"]["name"], invoice["total"]) == ("X", {"amount": "50.00", "currency": "EUR"})
    assert (line["quantity"], line["amount"]["amount"]) == ("5", "50.00")
    assert line["explain"]["price"] == {"model": "per_unit", "unit": "10"}
    assert invoice["pdf"]["path"] == f"/invoices/{invoice['id']}.pdf"


async def test_mirrors_and_locks(books: Books) -> None:
    link_id = await _link_to_a_reseller(books)
    mirrored = await _mirrored_subscription(books, link_id)
    found = await books.data(saved(5))
    (link,) = nodes(found["links"])
    assert (link["id"], link["side"], link["peerName"], link["pairs"]) == (link_id, "DISTRIBUTOR", "Cloud Resell", 1)
    (locked,) = [node for node in nodes(found["subscriptions"]) if node["mirrored"]]
    assert (locked["id"], locked["managedBy"]) == (mirrored, "Cloud Resell")
    assert [(bond["version"], bond["inStep"]) for bond in locked["bonds"]] == [(3, True)]
    refusal = await books.call("changeQuantity", {"subscriptionId": mirrored, "quantity": "9"})
    assert (refusal["__typename"], "Cloud Resell" in refusal["message"]) == ("LockedField", True)


async def _link_to_a_reseller(books: Books) -> str:
    reseller = {"parentId": books.root, "kind": "RESELLER", "name": "Cloud Resell"}
    books.ids["resell"] = (await books.make("createAccount", reseller))["id"]
    parties = {"sellerAccountId": books.root, "buyerAccountId": books.ids["resell"]}
    names = {"priceListId": books.ids["wholesale"], "issuerId": books.ids["root issuer"]}
    terms = {"zone": "Europe/Amsterdam", "policy": "standard", "billingDay": 1}
    await books.make("agreeEdge", {**parties, **names, **terms})
    joining = {"linkKey": str(uuid7()), "peerName": "Cloud Resell", "accountId": books.ids["resell"]}
    return str((await books.make("joinLinkAsDistributor", joining))["id"])


async def _mirrored_subscription(books: Books, link_id: str) -> str:
    """A copy of the reseller's subscription, with its pair, as sync writes it."""
    pattern = private(Kind.SUBSCRIPTION, books.ids["of z"])
    mirror = uuid7()
    async with begin(books.staff, role=Role.SYNC) as tx:
        await tx.connection.execute(
            "INSERT INTO subscription (id, organisation_id, path, account_id, offering_id, name, state, quantity,"
            " characteristics, cycle, renews_automatically, order_reference, starts_at, mirrored, managed_by,"
            " version, created_at) SELECT $2, organisation_id, $3, $4, offering_id, 'Mirror', state, quantity,"
            " characteristics, cycle, renews_automatically, '', starts_at, true, 'Cloud Resell', 1, created_at"
            " FROM subscription WHERE organisation_id = $1 AND id = $5",
            *(tx.organisation_id, mirror, books.path("resell"), private(Kind.ACCOUNT, books.ids["resell"]), pattern),
        )
        await tx.connection.execute(
            "INSERT INTO pair (id, organisation_id, link_id, pair_id, subject, local_id, version, acknowledged_version,"
            " created_at) VALUES ($1, $2, $3, $4, 'subscription', $5, 3, 0, $6)",
            *(uuid7(), tx.organisation_id, private(Kind.LINK, link_id), uuid7(), mirror, OPENED),
        )
    return public(Kind.SUBSCRIPTION, mirror)
