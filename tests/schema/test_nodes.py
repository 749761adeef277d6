"""Every id that the API gives out leads back to its object, for whoever may see it, and to nothing for others."""

from __future__ import annotations

from typing import Any

from bss.access.admit import token_hash
from bss.transaction.database import Database
from tests.schema.books import Books
from tests.schema.statements import counted


async def found(books: Books, identifier: str, shown: str, role: str | None = None, account: str = "x") -> Any:
    viewer = None if role is None else books.as_role(role, account)
    document = f"query($id: ID!) {{ node(id: $id) {{ id {shown} }} }}"
    return (await books.ask(document, viewer=viewer, id=identifier))["data"]["node"]


async def test_a_person_a_membership_and_a_token_are_found_and_the_secret_is_not(books: Books) -> None:
    given = {"name": "Xander", "accountId": books.ids["x"], "role": "billing_viewer", "email": "xander@x.example"}
    shown = "... on Membership { role accountId person { id name email } }"
    membership = await books.make("admitPerson", given, show=shown)
    assert (membership["role"], membership["accountId"]) == ("billing_viewer", books.ids["x"])
    assert (membership["person"]["name"], membership["person"]["email"]) == ("Xander", "xander@x.example")
    made = await books.make(
        "createToken",
        {"membershipId": membership["id"], "name": "laptop"},
        show="... on CreatedToken { secret token { id name expiresAt revokedAt } }",
    )
    token = {"name": "laptop", "membershipId": membership["id"], "revokedAt": None}
    identifier = made["token"]["id"]
    assert await found(books, identifier, "... on Token { name membershipId revokedAt }") == {"id": identifier, **token}
    everything = str(await found(books, identifier, "... on Token { name createdAt expiresAt revokedAt }"))
    assert made["secret"] not in everything
    assert token_hash(made["secret"]) not in everything
    person = membership["person"]["id"]
    assert await found(books, person, "... on Person { name }") == {"id": person, "name": "Xander"}
    for each in (person, membership["id"], identifier):
        assert await found(books, each, "", "owner", "z") is None
        assert await found(books, each, "", "owner", "x") is not None
        assert await found(books, each, "", "billing_viewer", "x") is None


async def test_a_version_a_line_and_a_run_are_found(billed: Books) -> None:
    lists = await billed.data("{ priceLists { edges { node { code versions { id number } } } } }")
    versions = {edge["node"]["code"]: edge["node"]["versions"][0]["id"] for edge in lists["priceLists"]["edges"]}
    shown = "... on PriceVersion { number prices { charge } }"
    expected = {"id": versions["retail"], "number": 1, "prices": [{"charge": "seat"}]}
    assert await found(billed, versions["retail"], shown) == expected
    assert await found(billed, versions["retail"], shown, "partner_sales", "lite") == expected
    assert await found(billed, versions["wholesale"], shown, "partner_sales", "lite") is None

    lines = await billed.data("{ billableLines { edges { node { id amount { amount } } } } }")
    ids = {edge["node"]["amount"]["amount"]: edge["node"]["id"] for edge in lines["billableLines"]["edges"]}
    shown = "... on BillableLine { amount { amount } }"
    assert await found(billed, ids["50.00"], shown, "billing_viewer", "x") == {
        "id": ids["50.00"],
        "amount": {"amount": "50.00"},
    }
    assert await found(billed, ids["38.89"], shown, "billing_viewer", "x") is None

    show = "... on BillRun { state lines invoices finishedAt }"
    run = await billed.make("requestBillRun", {"until": "2026-01-31T23:00:00Z"}, show=show)
    asked = {"id": run["id"], "state": "REQUESTED", "lines": 0, "invoices": 0, "finishedAt": None}
    assert await found(billed, run["id"], show) == asked
    assert await found(billed, run["id"], show, "owner", "x") is None


async def test_the_content_of_files_is_not_read_for_their_names(database: Database, billed: Books) -> None:
    document = "{ invoices { edges { node { pdf { path sha256 mediaType } } } } }"
    statements, data = await counted(database, billed, document)
    assert all(len(edge["node"]["pdf"]["sha256"]) == 64 for edge in data["invoices"]["edges"])
    read = [each for each in statements if "invoice_file" in each]
    assert len(read) == 1
    assert "content" not in read[0]


async def test_many_at_once_are_one_statement_for_each_kind(database: Database, books: Books) -> None:
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    for number in range(5):
        await books.sell("y", str(number + 1))
    listed = await books.data("{ subscriptions { edges { node { id } } } }")
    sold = [edge["node"]["id"] for edge in listed["subscriptions"]["edges"]]
    places = [books.ids[name] for name in ("x", "y", "z", "lite")]
    few, _ = await counted(database, books, query, ids=[sold[0], places[0]])
    many, data = await counted(database, books, query, ids=[*sold[:3], *places, *sold[3:]])
    assert few == many
    assert [each["id"] for each in data["nodes"]] == [*sold[:3], *places, *sold[3:]]
