"""The invoice before it is issued: what the bill run will write, to the last word, and nothing written for it."""

from __future__ import annotations

import io
import json
import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pypdf import PdfReader

from bss.identifier import Kind, private
from bss.invoicing import draft_invoice
from bss.invoicing.bill_run import BillRunIncomplete, run
from bss.invoicing.document import DocumentKind
from bss.invoicing.queries import documents
from bss.module import Module
from bss.transaction.database import Database
from bss.viewer import Viewer
from server.http.application import application
from tests.schema.books import CANARY, Books
from tests.schema.test_cost_to_date import SIXTEENTH, priced_by_the_hour
from tests.schema.test_http import token
from tests.schema.test_usage import use

DRAFT = (
    "query($account: ID!) { draftInvoice(accountId: $account) { invoiceId startsAt endsAt until issuedOn dueOn text"
    " pdfPath billTo { name } total { amount currency } issues { subscriptionId reason } lines { lineId"
    " position accountName subscriptionName description serviceStart serviceEnd quantity unit unitPrice explain"
    " amount { amount } subscription { id } } } }"
)
ISSUED = (
    "{ invoices { edges { node { id number text issuedOn dueOn total { amount currency } billingStart billingEnd"
    " lines { id explain } } } } }"
)
END = datetime(2026, 2, 28, 23, tzinfo=UTC)


async def drafts(books: Books, account: str, viewer: Viewer | None = None) -> list[dict[str, Any]]:
    return list((await books.data(DRAFT, viewer=viewer, account=books.ids[account]))["draftInvoice"])


async def bill(books: Books, until: datetime) -> None:
    """A bill run, as it is asked for and done."""
    given = {"until": until.isoformat()}
    asked = await books.make("requestBillRun", given, show="... on BillRun { id }")
    await run(books.staff, private(Kind.BILL_RUN, asked["id"]), now=books.clock.now())


async def invoiced(books: Books) -> dict[str, dict[str, Any]]:
    """The issued invoices by id."""
    found = (await books.data(ISSUED))["invoices"]["edges"]
    return {edge["node"]["id"]: edge["node"] for edge in found}


async def a_full_february(books: Books) -> None:
    """January is closed. X has seats, more of them from the 10th on, and a machine; Lite is also billed for Z."""
    books.clock.move_to(datetime(2026, 1, 31, 23, tzinfo=UTC))
    await bill(books, books.clock.now())
    await priced_by_the_hour(books)
    await books.make("updateEdge", {"edgeId": books.ids["edge to z"], "billToAccountId": books.ids["lite"]})
    machine = {"accountId": books.ids["x"], "offeringId": books.ids["vm"], "quantity": "1"}
    seats, books.ids["of x"] = books.ids["of x"], (await books.make("createSubscription", machine))["id"]
    books.clock.move_to(datetime(2026, 2, 9, 23, tzinfo=UTC))
    await books.make("changeQuantity", {"subscriptionId": seats, "quantity": "8"})
    await use(books, "x", "2026-02-10T00:00:00+00:00", 15, "2")


async def test_the_draft_of_a_period_that_has_ended_is_the_invoice(books: Books) -> None:
    """X's eight seats and 30 vCPU-hours; Lite's invoice has what X uses and what Z buys: two edges, one Bill-To."""
    await a_full_february(books)
    books.clock.move_to(END)
    shown = {account: await drafts(books, account) for account in ("x", "lite", "z")}
    values = {
        account: (await draft_invoice.draft_invoice(books.staff, private(Kind.ACCOUNT, books.ids[account]), now=END))
        for account in ("x", "lite")
    }
    assert shown["z"] == [], "Z's purchases are invoiced to Lite"
    books.clock.move_to(datetime(2026, 3, 2, tzinfo=UTC))
    await bill(books, END)
    issued = await invoiced(books)
    for account in ("x", "lite"):
        (draft,), (value,) = shown[account], values[account]
        invoice = issued[draft["invoiceId"]]
        assert draft["text"].replace("DRAFT", f"INVOICE {invoice['number']}", 1) == invoice["text"]
        assert (draft["total"], draft["issues"]) == (invoice["total"], [])
        assert [draft[name] for name in ("startsAt", "endsAt", "issuedOn", "dueOn")] == [
            invoice[name] for name in ("billingStart", "billingEnd", "issuedOn", "dueOn")
        ]
        assert {line["lineId"]: line["explain"] for line in draft["lines"]} == {
            line["id"]: line["explain"] for line in invoice["lines"]
        }
        assert [line["position"] for line in draft["lines"]] == list(range(1, len(draft["lines"]) + 1))
        frozen = (await documents(books.staff, (value.bill.id,)))[value.bill.id]
        assert {**vars(value.document), "kind": DocumentKind.INVOICE, "number": frozen.number} == vars(frozen)
    assert len(shown["x"][0]["lines"]) == 3
    assert {line["accountName"] for line in shown["lite"][0]["lines"]} == {"X", "Z"}
    of_x = await drafts(books, "x")
    assert [draft["startsAt"] for draft in of_x] == ["2026-02-28T23:00:00Z"], "what is issued is in draft no more"


async def test_the_period_in_progress_is_drafted_as_far_as_it_has_come(books: Books) -> None:
    """On 16 January, 15 of 31 days: 24.19 for X. The month that ended stays in draft until it is billed."""
    books.clock.move_to(SIXTEENTH)
    x = books.as_role("billing_viewer", "x")
    (draft,) = await drafts(books, "x", x)
    assert (draft["total"], draft["until"]) == ({"amount": "24.19", "currency": "EUR"}, "2026-01-16T09:30:00Z")
    assert (draft["billTo"], draft["issuedOn"]) == ({"name": "X"}, "2026-02-01")
    assert draft["text"].startswith("DRAFT\n")
    (line,) = draft["lines"]
    assert (line["position"], line["quantity"], line["unitPrice"], line["description"]) == (
        1,
        "5",
        "10",
        "Seat (15/31)",
    )
    assert line["explain"]["price"] == {"model": "per_unit", "unit": "10"}
    assert line["subscription"] == {"id": books.ids["of x"]}
    books.clock.move_to(SIXTEENTH + timedelta(days=31))
    totals = [(each["until"], each["total"]["amount"]) for each in await drafts(books, "x", x)]
    assert totals == [("2026-01-31T23:00:00Z", "50.00"), ("2026-02-16T09:30:00Z", "26.79")]


async def test_who_sees_the_account_sees_its_draft_and_nobody_sees_the_sellers_price(books: Books) -> None:
    books.clock.move_to(SIXTEENTH)
    for role in ("billing_viewer", "owner"):
        x = books.as_role(role, "x")
        shown = json.dumps(await drafts(books, "x", x))
        assert "24.19" in shown
        for hidden in (CANARY, "18.82", books.ids["edge to lite"], "Wholesale"):
            assert hidden not in shown
        for account in ("lite", "z", "root"):
            body = await books.ask(DRAFT, viewer=x, account=books.ids[account])
            assert body["errors"][0]["extensions"] == {"code": "NOT_FOUND", "input": ["accountId"]}
    lite = books.as_role("partner_sales", "lite")
    assert [draft["total"]["amount"] for draft in await drafts(books, "lite", lite)] == ["18.82"]
    assert await drafts(books, "x", lite) == await drafts(books, "x"), "who sells sees what it will bill"
    billing = replace(lite, modules=frozenset({Module.BILLING}))
    assert await drafts(books, "x", billing) == await drafts(books, "x"), "bills are made where usage cannot be read"
    assert await drafts(books, "y") == await drafts(books, "root") == []


async def test_a_line_of_a_buyer_outside_the_scope_is_on_the_draft_without_its_explanation(books: Books) -> None:
    await books.make("updateEdge", {"edgeId": books.ids["edge to z"], "billToAccountId": books.ids["lite"]})
    books.clock.move_to(SIXTEENTH)
    (draft,) = await drafts(books, "lite", books.as_role("partner_sales", "lite"))
    known = {line["accountName"]: line["explain"] is not None for line in draft["lines"]}
    assert known == {"X": True, "Z": False}
    assert {line["accountName"]: line["subscription"] for line in draft["lines"]}["Z"] is None


async def test_the_issues_that_would_park_it_are_told_and_not_counted(books: Books) -> None:
    """Usage of what was sold and never activated stands beside X's seats of 50.00: no bill run could bill it."""
    sale = {"accountId": books.ids["x"], "offeringId": books.ids["seats"], "quantity": "5", "activate": False}
    books.ids["of x"] = (await books.make("createSubscription", sale))["id"]
    await use(books, "x", "2026-01-10T00:00:00+00:00", 1, "1")
    books.clock.move_to(datetime(2026, 2, 1, tzinfo=UTC))
    ended = (await drafts(books, "x"))[0]
    (issue,) = ended["issues"]
    assert (issue["subscriptionId"], ended["total"]["amount"]) == (books.ids["of x"], "50.00")
    with pytest.raises(BillRunIncomplete) as parked:
        await bill(books, datetime(2026, 1, 31, 23, tzinfo=UTC))
    assert issue["reason"] in {each.reason for each in parked.value.issues}
    assert ended["invoiceId"] not in await invoiced(books)


async def test_asking_writes_nothing_and_takes_as_many_statements_for_many(database: Database, books: Books) -> None:
    books.clock.move_to(SIXTEENTH)
    series = "{ issuers { edges { node { series { lastNumber } } } } }"
    before = await books.data(series)
    counts = []
    for more in (0, 12):
        for _ in range(more):
            await books.sell("x")
        books.clock.move_to(datetime(2026, 1, 17 + more // 6, tzinfo=UTC))
        seen: list[str] = []
        database.observer = seen.append
        (draft,) = await drafts(books, "x", books.as_role("billing_viewer", "x"))
        database.observer = None
        assert not [each for each in seen if re.match(r"\s*(INSERT|UPDATE|DELETE|COPY|CREATE)", each)]
        counts.append((len(draft["lines"]), Counter(re.sub(r"savepoint_\w+", "savepoint", each) for each in seen)))
    assert [lines for lines, _ in counts] == [1, 13]
    assert counts[0][1] == counts[1][1]
    assert (await books.data("{ billableLines { edges { cursor } } }"))["billableLines"]["edges"] == []
    assert (await invoiced(books), await books.data(series)) == ({}, before)


async def test_more_than_can_be_waited_for_is_refused(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    await books.sell("x")
    books.clock.move_to(SIXTEENTH)
    monkeypatch.setattr(draft_invoice, "MOST_SUBSCRIPTIONS", 1)
    body = await books.ask(DRAFT, account=books.ids["x"])
    assert body["errors"][0]["extensions"] == {"code": "INVALID_INPUT", "input": ["accountId"]}


async def test_a_draft_is_printed_and_says_that_it_is_one(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    books.clock.move_to(SIXTEENTH)
    (draft,) = await drafts(books, "x")
    (of_lite,) = await drafts(books, "lite")
    app = application(books.clock)
    authorised = {
        role: {"Authorization": f"Bearer {await token(books, account, role)}"}
        for role, account in (("billing_viewer", "x"), ("partner_sales", "lite"))
    }
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bss") as client,
    ):
        printed = await client.get(draft["pdfPath"], headers=authorised["billing_viewer"])
        assert (printed.status_code, printed.headers["Content-Type"]) == (200, "application/pdf")
        (page,) = [each.extract_text() for each in PdfReader(io.BytesIO(printed.content)).pages]
        assert "Draft: not an invoice. It has no number, and nothing is due." in page
        assert "DRAFT" in page
        assert "24.19" in page
        assert "Please pay" not in page
        assert CANARY not in page
        of_another = draft["pdfPath"].replace(draft["invoiceId"], of_lite["invoiceId"])
        for path in (of_lite["pdfPath"], of_another, "/accounts/acc_1/drafts/inv_1.pdf"):
            assert (await client.get(path, headers=authorised["billing_viewer"])).status_code == 404
        assert (await client.get(draft["pdfPath"])).status_code == 401
        assert (await client.get(draft["pdfPath"], headers=authorised["partner_sales"])).content == printed.content
        monkeypatch.setattr(draft_invoice, "MOST_PRINTED_LINES", 0)
        refused = await client.get(draft["pdfPath"], headers=authorised["billing_viewer"])
        assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (422, "INVALID_INPUT")
