"""The accounts of a channel through the API: changed, closed and moved."""

from __future__ import annotations

from typing import Any

from bss.identifier import Kind, private
from bss.invoicing.bill_run import run
from tests.schema.books import OPENED, Books

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

    assert (await renamed("x", "partner_sales", "lite"))["__typename"] == "Account"
    outside = await renamed("z", "partner_sales", "lite")
    assert (outside["code"], outside["path"]) == ("NOT_FOUND", ["accountId"])
    assert (await renamed("x", "billing_viewer", "x"))["__typename"] == "PermissionDenied"


async def test_an_account_is_closed_when_all_below_it_has_ended_and_then_nothing_new_begins(books: Books) -> None:
    """Lite has X and Y, and X has five seats: first these end, then X and Y are closed, then Lite."""
    books.clock.move_to(OPENED.replace(day=16))
    lite, x, y = ({"accountId": books.ids[name]} for name in ("lite", "x", "y"))
    refusal = await books.call("closeAccount", lite)
    assert (refusal["code"], refusal["path"]) == ("ACCOUNT_STILL_OPEN", ["accountId"])
    named = " ".join(problem["message"] for problem in refusal["problems"])
    assert all(books.ids[name] in named for name in ("x", "y", "of x"))
    assert books.ids["of z"] not in named
    await books.make("cancelSubscription", {"subscriptionId": books.ids["of x"], "effectiveAt": "2026-01-20T00:00:00Z"})
    assert (await books.call("closeAccount", x))["code"] == "ACCOUNT_STILL_OPEN"
    books.clock.move_to(OPENED.replace(day=20))
    show = "... on Account { closedAt version }"
    assert (await books.make("closeAccount", x, show=show))["closedAt"] == "2026-01-20T00:00:00Z"
    for closed in (y, lite):
        await books.make("closeAccount", closed)
    assert (await books.call("closeAccount", x))["code"] == "ACCOUNT_CLOSED"
    for mutation, given in _beginnings(books):
        assert (await books.call(mutation, given))["code"] == "ACCOUNT_CLOSED", mutation
    assert (await books.call("reopenAccount", x))["code"] == "ACCOUNT_CLOSED"
    for reopened in (lite, x):
        assert (await books.make("reopenAccount", reopened, show=show))["closedAt"] is None
    assert (await books.call("reopenAccount", x))["code"] == "WRONG_STATE"
    await books.sell("x")


def _beginnings(books: Books) -> list[tuple[str, dict[str, Any]]]:
    sale = {"accountId": books.ids["x"], "offeringId": books.ids["seats"], "quantity": "1"}
    account = {"parentId": books.ids["lite"], "kind": "CUSTOMER", "name": "New"}
    parties = {"sellerAccountId": books.ids["lite"], "buyerAccountId": books.ids["y"]}
    terms = {"priceListId": books.ids["retail"], "issuerId": books.ids["lite issuer"], "zone": "UTC"}
    edge = {**parties, **terms, "policy": "standard", "billingDay": 1}
    return [("createSubscription", sale), ("createAccount", account), ("agreeEdge", edge)]


async def test_a_closed_account_is_billed_to_its_end_and_its_history_stays(books: Books) -> None:
    """Five seats at 10.00 from the 1st to the 16th, of 31 days: 50 × 15/31 = 24.19."""
    ends = {"subscriptionId": books.ids["of x"], "effectiveAt": "2026-01-16T00:00:00+01:00"}
    await books.make("cancelSubscription", ends)
    books.clock.move_to(OPENED.replace(day=17))
    await books.make("closeAccount", {"accountId": books.ids["x"]})
    books.clock.move_to(OPENED.replace(month=2, day=2))
    asked = await books.make("requestBillRun", {"until": "2026-01-31T23:00:00Z"}, show="... on BillRun { id }")
    await run(books.staff, private(Kind.BILL_RUN, asked["id"]), now=books.clock.now())
    document = "{ invoices { edges { node { total { amount } } } } }"
    found = await books.data(document, viewer=books.as_role("billing_viewer", "x"))
    assert [edge["node"]["total"]["amount"] for edge in found["invoices"]["edges"]] == ["24.19"]


async def test_the_root_account_and_accounts_out_of_scope_are_not_closed(books: Books) -> None:
    assert (await books.call("closeAccount", {"accountId": books.root}))["code"] == "INVALID_INPUT"
    partner = books.as_role("partner_sales", "lite")
    outside = await books.call("closeAccount", {"accountId": books.ids["z"]}, viewer=partner)
    assert outside["code"] == "NOT_FOUND"


HISTORY = (
    "query($of: ID!, $known: DateTime) { node(id: $of) { ... on Account {"
    " placements(knownAt: $known) { parent { name } effectiveFrom effectiveTo } } } }"
)
TREE = (
    "query($under: ID, $asOf: DateTime, $known: DateTime) { hierarchy(accountId: $under, asOf: $asOf, knownAt: $known)"
    " { edges { node { account { name } } } } }"
)


def _terms(books: Books) -> dict[str, Any]:
    """Cloud's direct prices: 12.00 a seat."""
    names = {"priceListId": books.ids["direct"], "issuerId": books.ids["root issuer"]}
    return {**names, "zone": "Europe/Amsterdam", "policy": "standard", "billingDay": 1}


async def _standing(books: Books, under: str, as_of: str, known: str | None = None) -> list[str]:
    asked = await books.data(TREE, under=books.ids[under], asOf=as_of, known=known)
    return sorted(edge["node"]["account"]["name"] for edge in asked["hierarchy"]["edges"])


async def test_x_leaves_lite_for_cloud_in_mid_month_and_each_is_paid_for_its_days(books: Books) -> None:
    """Five seats, 16 of 31 days from the 16th: 50 × 15/31 = 24.19 to Lite, 60 × 16/31 = 30.97 to Cloud.

    Lite pays Cloud 7.7777 × 5 × 15/31 = 18.82. The move is recorded on the 20th, as of the 16th.
    """
    books.clock.move_to(OPENED.replace(day=20))
    sixteenth = "2026-01-16T00:00:00+01:00"
    given = {"accountId": books.ids["x"], "newParentId": books.root, "effectiveAt": sixteenth, "terms": _terms(books)}
    moved = await books.make("moveAccount", given, show="... on Account { parent { name } version }")
    assert (moved["parent"]["name"], moved["version"]) == ("Cloud", 2)
    history = (await books.data(HISTORY, of=books.ids["x"], known=None))["node"]["placements"]
    assert [(each["parent"]["name"], each["effectiveTo"]) for each in history] == [
        ("Lite", "2026-01-15T23:00:00Z"),
        ("Cloud", None),
    ]
    then = (await books.data(HISTORY, of=books.ids["x"], known="2026-01-19T00:00:00Z"))["node"]["placements"]
    assert [(each["parent"]["name"], each["effectiveTo"]) for each in then] == [("Lite", None)]
    assert await _standing(books, "lite", "2026-01-10T00:00:00Z") == ["Lite", "X", "Y"]
    assert await _standing(books, "lite", "2026-01-18T00:00:00Z") == ["Lite", "Y"]
    assert await _standing(books, "lite", "2026-01-18T00:00:00Z", "2026-01-19T00:00:00Z") == ["Lite", "X", "Y"]
    books.clock.move_to(OPENED.replace(month=2, day=2))
    asked = await books.make("requestBillRun", {"until": "2026-01-31T23:00:00Z"}, show="... on BillRun { id }")
    await run(books.staff, private(Kind.BILL_RUN, asked["id"]), now=books.clock.now())
    document = "{ invoices { edges { node { total { amount } } } } }"
    books.ids["x at cloud"] = books.ids["x"]
    of_x = await books.data(document, viewer=books.as_role("billing_viewer", "x at cloud"))
    assert sorted(edge["node"]["total"]["amount"] for edge in of_x["invoices"]["edges"]) == ["24.19", "30.97"]
    of_lite = await books.data(document, viewer=books.as_role("partner_sales", "lite"))
    assert sorted(edge["node"]["total"]["amount"] for edge in of_lite["invoices"]["edges"]) == ["18.82", "24.19"]


async def test_where_an_account_cannot_stand_it_is_not_moved(books: Books) -> None:
    stranger = (await books.make("createAccount", {"parentId": books.root, "kind": "LITE_RESELLER", "name": "B"}))["id"]
    for account, parent, path in (
        ("lite", "lite", "newParentId"),
        ("lite", "x", "newParentId"),
        ("z", "x", "newParentId"),
        ("x", "lite", "newParentId"),
        ("root", "lite", "accountId"),
    ):
        given = {"accountId": books.ids[account], "newParentId": books.ids[parent]}
        refusal = await books.call("moveAccount", given)
        assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", [path]), (account, parent)
    future = {"accountId": books.ids["x"], "newParentId": stranger, "effectiveAt": "2026-02-01T00:00:00Z"}
    assert (await books.call("moveAccount", future))["path"] == ["effectiveAt"]
    wrong = {"accountId": books.ids["x"], "newParentId": stranger, "terms": {**_terms(books), "billingDay": 32}}
    refusal = await books.call("moveAccount", wrong)
    assert [problem["path"][0] for problem in refusal["problems"]] == ["terms", "terms", "terms"]
    assert (await books.data(HISTORY, of=books.ids["x"], known=None))["node"]["placements"][0]["effectiveTo"] is None
    await books.make("closeAccount", {"accountId": stranger})
    closed = await books.call("moveAccount", {"accountId": books.ids["x"], "newParentId": stranger})
    assert (closed["code"], closed["path"]) == ("ACCOUNT_CLOSED", ["newParentId"])


async def test_a_partner_moves_within_its_subtree_only_and_neither_back_in_time_nor_on_new_terms(books: Books) -> None:
    partner = books.as_role("partner_sales", "lite")
    sub = await books.call(
        "createAccount", {"parentId": books.ids["lite"], "kind": "LITE_RESELLER", "name": "Sub"}, viewer=partner
    )
    out = {"accountId": books.ids["x"], "newParentId": books.root}
    refusal = await books.call("moveAccount", out, viewer=partner)
    assert (refusal["code"], refusal["path"]) == ("NOT_FOUND", ["newParentId"])
    outside = await books.call("moveAccount", {"accountId": books.ids["z"], "newParentId": sub["id"]}, viewer=partner)
    assert (outside["code"], outside["path"]) == ("NOT_FOUND", ["accountId"])
    within = {"accountId": books.ids["x"], "newParentId": sub["id"]}
    books.clock.move_to(OPENED.replace(day=9))
    late = {**within, "effectiveAt": "2026-01-05T00:00:00Z"}
    assert (await books.call("moveAccount", late, viewer=partner))["code"] == "PERMISSION_DENIED"
    dear = {**within, "terms": _terms(books)}
    assert (await books.call("moveAccount", dear, viewer=partner))["code"] == "PERMISSION_DENIED"
    assert (await books.call("moveAccount", within, viewer=partner))["__typename"] == "Account"
    assert (await books.call("moveAccount", within, viewer=books.as_role("billing_viewer", "x")))["code"] == (
        "PERMISSION_DENIED"
    )
