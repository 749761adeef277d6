"""The accounts of a channel through the API: changed, closed and moved."""

from __future__ import annotations

from typing import Any

from tests.schema.books import Books

SHOWN = "... on Account { name accountingNumber email billingAddress legalAddress version }"


async def test_an_account_gets_other_texts_and_keeps_what_is_not_named(books: Books) -> None:
    given = {"accountId": books.ids["x"], "accountingNumber": " 4711 ", "email": "ap@x.example"}
    first = await books.make("updateAccount", given, show=SHOWN)
    assert (first["name"], first["accountingNumber"], first["email"], first["version"]) == (
        *("X", "4711", "ap@x.example", 2),
    )
    moved = {"accountId": books.ids["x"], "billingAddress": "Kade 1\nArnhem", "legalAddress": "Plein 2\nUtrecht"}
    second = await books.make("updateAccount", {**moved, "email": "", "expectedVersion": 2}, show=SHOWN)
    assert second["accountingNumber"] == "4711"
    assert (second["email"], second["billingAddress"], second["legalAddress"]) == (
        *("", "Kade 1\nArnhem", "Plein 2\nUtrecht"),
    )


async def test_every_problem_of_a_changed_account_is_named(books: Books) -> None:
    lines = "\n".join(["line"] * 11)
    given = {"accountId": books.ids["x"], "name": " ", "email": "nobody", "legalAddress": lines}
    refusal = await books.call("updateAccount", given)
    assert [problem["path"] for problem in refusal["problems"]] == [["legalAddress"], ["name"], ["email"]]
    late = await books.call("updateAccount", {"accountId": books.ids["x"], "name": "Ex", "expectedVersion": 7})
    assert (late["code"], late["path"]) == ("CONFLICT", ["expectedVersion"])
    await books.make("updateAccount", {"accountId": books.ids["y"], "accountingNumber": "1"})
    taken = await books.call("updateAccount", {"accountId": books.ids["x"], "accountingNumber": "1"})
    assert (taken["code"], taken["path"]) == ("CONFLICT", ["accountingNumber"])
    null = await books.ask(
        'mutation($input: UpdateAccountInput!) { updateAccount(input: $input, idempotencyKey: "k") { __typename } }',
        input={"accountId": books.ids["x"], "name": None},
    )
    assert "cannot be explicitly set to null" in null["errors"][0]["message"]


async def test_a_partner_changes_accounts_of_its_own_subtree_only_and_a_customer_none(books: Books) -> None:
    async def renamed(account: str, role: str, at: str) -> dict[str, Any]:
        given = {"accountId": books.ids[account], "name": "Renamed"}
        return await books.call("updateAccount", given, viewer=books.as_role(role, at))

    assert (await renamed("x", "partner", "lite"))["__typename"] == "Account"
    outside = await renamed("z", "partner", "lite")
    assert (outside["code"], outside["path"]) == ("NOT_FOUND", ["accountId"])
    assert (await renamed("x", "customer", "x"))["__typename"] == "PermissionDenied"
