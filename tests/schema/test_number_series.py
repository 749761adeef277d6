"""What an issuer's changes do to documents and numbers: issued ones stay, and no number comes twice."""

from __future__ import annotations

from bss.identifier import Kind, private
from bss.invoicing import queries, verify
from bss.invoicing.bill_run import run
from bss.transaction.page import PageRequest
from tests.schema.books import Books
from tests.schema.conftest import FEBRUARY
from tests.schema.test_issuers import SHOWN


async def test_an_issued_invoice_keeps_its_own_copy_and_rates_again_to_the_same_bytes(billed: Books) -> None:
    (x,) = [each for each in (await queries.page(billed.staff, PageRequest())).rows if each.total == 50]
    before = await queries.document(billed.staff, x.id)
    given = {"issuerId": billed.ids["lite issuer"], "name": "Renamed", "dueDays": 5, "card": {"terms": "New."}}
    await billed.make("updateIssuer", given)
    assert await queries.document(billed.staff, x.id) == before
    edge = private(Kind.EDGE, billed.ids["edge to x"])
    stored = await verify.stored(billed.staff, edge, x.billing_start)
    assert await verify.rerate(billed.staff, edge, x.billing_start) == stored


async def test_a_new_series_begins_at_one_and_no_number_comes_twice(billed: Books) -> None:
    """January's invoice of Lite is lite-000001; February's is 2026-000001, and each series knows its last number."""
    given = {"issuerId": billed.ids["lite issuer"], "seriesPrefix": "2026-"}
    series = (await billed.make("startSeries", given, show=SHOWN))["series"]
    assert [(each["prefix"], each["lastNumber"]) for each in series] == [("2026-", 0), ("lite-", 1)]
    assert [each["endedAt"] for each in series] == [None, "2026-02-02T00:00:00Z"]
    for taken in ("lite-", "2026-", "2026-1", "lite-20"):
        refusal = await billed.call("startSeries", {**given, "seriesPrefix": taken})
        assert (refusal["code"], refusal["path"]) == ("CONFLICT", ["seriesPrefix"]), taken
    for bad in (" ", "x" * 31, "a\u202eb"):
        refusal = await billed.call("startSeries", {**given, "seriesPrefix": bad})
        assert (refusal["code"], refusal["path"]) == ("INVALID_INPUT", ["seriesPrefix"])
    march = FEBRUARY.replace(month=3)
    billed.clock.move_to(march)
    asked = await billed.make("requestBillRun", {"until": "2026-02-28T23:00:00Z"}, show="... on BillRun { id }")
    await run(billed.staff, private(Kind.BILL_RUN, asked["id"]), now=march)
    rows = (await queries.page(billed.staff, PageRequest())).rows
    numbers = [each.number for each in rows if each.issuer_id == private(Kind.ISSUER, given["issuerId"])]
    assert sorted(numbers) == ["2026-000001", "lite-000001"]
