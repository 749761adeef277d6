"""Terms and deliveries through the API."""

from __future__ import annotations

from bss.identifier import Kind, private
from bss.invoicing.bill_run import run
from bss.invoicing.record_delivery import record_delivery
from tests.schema.books import Books
from tests.schema.conftest import FEBRUARY

TERMS = "pastTerms { priceListId billingDay validFrom validUntil changedBy }"
SHOWN = f"... on Edge {{ billingDay billTo {{ name }} issuer {{ name }} priceList {{ code }} {TERMS} }}"


async def test_the_partner_is_invoiced_instead_of_the_customer(books: Books) -> None:
    """Agreed for Z from the start; changed on 10 January, from the 1st on, in Amsterdam."""
    books.clock.move_to(FEBRUARY.replace(month=1, day=10))
    edge = await books.make(
        "updateEdge",
        {"edgeId": books.ids["edge to z"], "billToAccountId": books.ids["lite"], "billingDay": 20},
        show=SHOWN,
    )
    assert (edge["billTo"]["name"], edge["billingDay"], edge["priceList"]["code"]) == ("Lite", 20, "direct")
    (past,) = edge["pastTerms"]
    assert (past["billingDay"], past["validFrom"], past["validUntil"]) == (1, None, "2025-12-31T23:00:00Z")
    refusal = await books.call("updateEdge", {"edgeId": books.ids["edge to z"], "priceListId": books.ids["retail"]})
    assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", ["priceListId"])
    late = await books.call("updateEdge", {"edgeId": books.ids["edge to z"], "billingDay": 5})
    assert (late["code"], late["path"]) == ("INVALID_INPUT", ["billingDay"])
    lite = books.as_role("owner", "lite")
    hidden = await books.call("updateEdge", {"edgeId": books.ids["edge to z"], "billingDay": 25}, viewer=lite)
    assert (hidden["code"], hidden["path"]) == ("NOT_FOUND", ["edgeId"])


async def test_an_invoice_waits_to_be_sent_where_its_issuer_sends_and_there_is_an_address(books: Books) -> None:
    """Cloud sends and Lite does not; Z has no address. Each invoice has one delivery, however often the job runs."""
    await books.make("updateIssuer", {"issuerId": books.ids["root issuer"], "sends": True})
    given = {"parentId": books.root, "kind": "CUSTOMER", "name": "W", "email": "w@customer.example"}
    books.ids["w"] = (await books.make("createAccount", given))["id"]
    terms = {"zone": "Europe/Amsterdam", "policy": "standard", "billingDay": 1, "priceListId": books.ids["direct"]}
    parties = {"sellerAccountId": books.root, "buyerAccountId": books.ids["w"], "issuerId": books.ids["root issuer"]}
    await books.make("agreeEdge", {**parties, **terms})
    await books.sell("w")
    books.clock.move_to(FEBRUARY)
    asked = await books.make("requestBillRun", {"until": "2026-01-31T23:00:00Z"}, show="... on BillRun { id }")
    await run(books.staff, private(Kind.BILL_RUN, asked["id"]), now=FEBRUARY)
    query = "{ invoices { edges { node { id billTo { name } delivery { address state } } } } }"
    for _ in range(2):
        for edge in (await books.data(query))["invoices"]["edges"]:
            await record_delivery(books.staff, private(Kind.INVOICE, edge["node"]["id"]), now=FEBRUARY)
    nodes = [edge["node"] for edge in (await books.data(query))["invoices"]["edges"]]
    assert {node["billTo"]["name"]: node["delivery"] for node in nodes} == {
        "Lite": None,
        "X": None,
        "Z": None,
        "W": {"address": "w@customer.example", "state": "WAITING"},
    }
