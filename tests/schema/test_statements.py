"""Statements of account: what was invoiced, and the balance that runs through it."""

from __future__ import annotations

from bss.identifier import Kind, private, public, uuid7
from bss.invoicing.bill_run import run
from tests.schema.books import Books
from tests.schema.conftest import FEBRUARY

QUERY = """query($id: ID!, $since: Date!, $until: Date!) {
  statementOfAccount(accountId: $id, since: $since, until: $until) {
    opening { amount currency } entries { number issuedOn amount { amount } balance { amount } }
    closing { amount } text
  }
}"""
TEXT = """\
STATEMENT OF ACCOUNT X
2026-02-01 – 2026-03-31, EUR

Issued      Due         Document                                          Amount             Balance
────────────────────────────────────────────────────────────────────────────────────────────────────
                        Brought forward                                                         0.00
2026-02-01  2026-03-03  lite-000001                                        50.00               50.00
2026-03-01  2026-03-31  lite-000002                                        50.00              100.00
────────────────────────────────────────────────────────────────────────────────────────────────────
                        Balance                                                               100.00
"""


async def test_the_balance_runs_through_two_months(billed: Books) -> None:
    """X pays Lite 50.00 for January, issued on 1 February, and 50.00 for February, issued on 1 March."""
    march = FEBRUARY.replace(month=3)
    billed.clock.move_to(march)
    asked = await billed.make("requestBillRun", {"until": "2026-02-28T23:00:00Z"}, show="... on BillRun { id }")
    await run(billed.staff, private(Kind.BILL_RUN, asked["id"]), now=march)
    days = {"id": billed.ids["x"], "since": "2026-02-01", "until": "2026-04-01"}
    (both,) = (await billed.data(QUERY, **days))["statementOfAccount"]
    assert both["text"] == TEXT
    assert (both["opening"], both["closing"]) == ({"amount": "0.00", "currency": "EUR"}, {"amount": "100.00"})
    (march_only,) = (await billed.data(QUERY, **{**days, "since": "2026-02-02"}))["statementOfAccount"]
    assert (march_only["opening"]["amount"], march_only["closing"]["amount"]) == ("50.00", "100.00")
    assert [entry["number"] for entry in march_only["entries"]] == ["lite-000002"]
    (january,) = (await billed.data(QUERY, **{**days, "until": "2026-03-01"}))["statementOfAccount"]
    assert january["closing"]["amount"] == "50.00"
    for viewer in (billed.as_role("billing_viewer", "x"), billed.as_role("partner_sales", "lite")):
        assert (await billed.data(QUERY, viewer=viewer, **days))["statementOfAccount"] == [both]
    assert (await billed.data(QUERY, **{**days, "until": "2026-02-01", "since": "2026-01-01"})) == {
        "statementOfAccount": []
    }


async def test_a_statement_that_cannot_be_made_is_refused(books: Books) -> None:
    days = {"id": books.ids["x"], "since": "2026-02-01", "until": "2026-02-01"}
    (error,) = (await books.ask(QUERY, **days))["errors"]
    assert error["extensions"] == {"code": "INVALID_INPUT", "input": ["until"]}
    for hidden in (books.ids["z"], public(Kind.ACCOUNT, uuid7())):
        asked = {**days, "until": "2026-03-01", "id": hidden}
        (error,) = (await books.ask(QUERY, viewer=books.as_role("owner", "lite"), **asked))["errors"]
        assert error["extensions"] == {"code": "NOT_FOUND", "input": ["accountId"]}
