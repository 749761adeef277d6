"""What this month costs so far: rated as a bill run would, for the buyer's own edge alone."""

from __future__ import annotations

import json
import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from bss.identifier import Kind, private
from bss.invoicing.bill_run import run
from bss.transaction.database import Database
from bss.viewer import Viewer
from tests.schema.books import CANARY, Books
from tests.schema.test_usage import use

COST = (
    "query($account: ID!) { costToDate(accountId: $account) { edgeId startsAt endsAt until estimated freshAsOf"
    " completeUntil gaps total { amount currency } issues { subscriptionId reason } lines { charge chargeKind quantity"
    " unit amount { amount } subscription { id } } } }"
)
SIXTEENTH = datetime(2026, 1, 16, 9, 30, tzinfo=UTC)
LAST_HOUR = datetime(2026, 2, 28, 22, 45, tzinfo=UTC)


async def priced_by_the_hour(books: Books) -> None:
    """vCPU-hours on every list, from February on: 0.04 for Lite, 0.10 for X, 0.12 for Z."""
    machines = {"productId": books.ids["office"], "code": "vm", "name": "Machine", "unit": "VM"}
    books.ids["vm"] = (await books.make("createOffering", machines))["id"]
    for code, hour in (("wholesale", "0.04"), ("retail", "0.10"), ("direct", "0.12")):
        seat = {"charge": "seat", "kind": "RECURRING", "description": "Seat"}
        unit = {"wholesale": CANARY, "retail": "10", "direct": "12"}[code]
        usage = {"charge": "cpu", "kind": "USAGE", "description": "vCPU", "meter": "vcpu_hours"}
        prices = [
            {"offeringId": books.ids["seats"], **seat, "model": {"perUnit": {"unit": unit}}},
            {"offeringId": books.ids["vm"], **usage, "model": {"perUnit": {"unit": hour}}},
        ]
        given = {"priceListId": books.ids[code], "validFrom": "2026-02-01T00:00:00+01:00", "prices": prices}
        await books.make("publishPrices", given)


async def costs(books: Books, account: str, viewer: Viewer | None = None) -> list[dict[str, Any]]:
    return list((await books.data(COST, viewer=viewer, account=books.ids[account]))["costToDate"])


async def test_seats_cost_their_share_of_the_days_that_have_passed(books: Books) -> None:
    """On the 16th, 15 of 31 days have passed: X owes 50.00 × 15/31 = 24.19, and Lite 38.8885 × 15/31 = 18.82 for it."""
    books.clock.move_to(SIXTEENTH)
    (of_x,) = await costs(books, "x", books.as_role("billing_viewer", "x"))
    assert (of_x["startsAt"], of_x["endsAt"]) == ("2025-12-31T23:00:00Z", "2026-01-31T23:00:00Z")
    assert (of_x["until"], of_x["estimated"]) == ("2026-01-16T09:30:00Z", True)
    assert (of_x["edgeId"], of_x["total"]) == (books.ids["edge to x"], {"amount": "24.19", "currency": "EUR"})
    (line,) = of_x["lines"]
    assert (line["charge"], line["quantity"], line["unit"]) == ("seat", "5", "seat")
    assert line["subscription"] == {"id": books.ids["of x"]}
    (of_lite,) = await costs(books, "lite")
    assert of_lite["total"]["amount"] == "18.82"
    assert await costs(books, "root") == [], "Cloud buys from nobody that it knows"
    (of_y,) = await costs(books, "y")
    assert (of_y["total"]["amount"], of_y["lines"]) == ("0.00", [])


async def test_x_sees_what_x_pays_and_never_what_lite_pays(books: Books) -> None:
    books.clock.move_to(SIXTEENTH)
    for role in ("billing_viewer", "owner"):
        viewer = books.as_role(role, "x")
        shown = json.dumps(await costs(books, "x", viewer))
        assert "24.19" in shown
        for hidden in (CANARY, "18.82", books.ids["edge to lite"], "Wholesale"):
            assert hidden not in shown
        for account in ("lite", "z", "root"):
            body = await books.ask(COST, viewer=viewer, account=books.ids[account])
            assert body["errors"][0]["extensions"] == {"code": "NOT_FOUND", "input": ["accountId"]}
    (of_lite,) = await costs(books, "lite", books.as_role("partner_sales", "lite"))
    assert of_lite["total"]["amount"] == "18.82", "Lite's people see what Lite pays"


async def test_the_scope_is_the_viewers_again_after_the_price_lists_above_were_read(books: Books) -> None:
    books.clock.move_to(SIXTEENTH)
    x, account = books.as_role("owner", "x"), books.ids["x"]
    document = (
        f'{{ a: costToDate(accountId: "{account}") {{ total {{ amount }} }} b: costToDate(accountId: "{account}")'
        " { total { amount } } accounts { edges { node { name } } } priceLists { edges { node { id } } }"
        " edges { edges { node { id } } } }"
    )
    found = await books.data(document, viewer=x)
    assert [edge["node"]["name"] for edge in found["accounts"]["edges"]] == ["X"]
    assert found["priceLists"]["edges"] == []
    assert [edge["node"]["id"] for edge in found["edges"]["edges"]] == [books.ids["edge to x"]]
    assert found["a"] == found["b"] == [{"total": {"amount": "24.19"}}]


async def test_the_cost_in_the_last_hour_is_what_the_bill_run_bills(books: Books) -> None:
    """30 vCPU-hours: 3.00 for X, 1.20 for Lite; the last quarter of an hour of the month brings nothing more."""
    await priced_by_the_hour(books)
    books.clock.move_to(datetime(2026, 1, 31, 23, tzinfo=UTC))
    sale = {"accountId": books.ids["x"], "offeringId": books.ids["vm"], "quantity": "1"}
    books.ids["of x"] = (await books.make("createSubscription", sale))["id"]
    await use(books, "x", "2026-02-10T00:00:00+00:00", 15, "2")
    books.clock.move_to(LAST_HOUR)
    amounts = {}
    for account in ("x", "lite"):
        (cost,) = await costs(books, account)
        (line,) = [line for line in cost["lines"] if line["charge"] == "cpu"]
        amounts[account] = line["amount"]["amount"]
        assert (line["quantity"], line["unit"]) == ("30", "vCPU-hour")
        assert (cost["freshAsOf"], cost["completeUntil"]) == ("2026-02-10T15:00:00Z", "2026-02-10T15:00:00Z")
        assert cost["gaps"] == 9 + 17 * 24 + 22
    assert amounts == {"x": "3.00", "lite": "1.20"}
    books.clock.move_to(datetime(2026, 3, 2, tzinfo=UTC))
    asked = await books.make("requestBillRun", {"until": "2026-02-28T23:00:00Z"}, show="... on BillRun { id }")
    await run(books.staff, private(Kind.BILL_RUN, asked["id"]), now=books.clock.now())
    found = await books.data("{ billableLines { edges { node { charge edgeId amount { amount } } } } }")
    billed = {
        (edge["node"]["charge"], edge["node"]["edgeId"]): edge["node"]["amount"]["amount"]
        for edge in found["billableLines"]["edges"]
    }
    assert billed["cpu", books.ids["edge to x"]] == amounts["x"]
    assert billed["cpu", books.ids["edge to lite"]] == amounts["lite"]


async def test_what_cannot_be_charged_is_told_and_not_counted(books: Books) -> None:
    """Usage of what was sold and never activated: no bill run could bill it."""
    sale = {"accountId": books.ids["y"], "offeringId": books.ids["seats"], "quantity": "5", "activate": False}
    books.ids["of y"] = (await books.make("createSubscription", sale))["id"]
    await use(books, "y", "2026-01-10T00:00:00+00:00", 1, "1")
    books.clock.move_to(SIXTEENTH)
    (of_y,) = await costs(books, "y")
    assert (of_y["total"]["amount"], of_y["lines"]) == ("0.00", [])
    (issue,) = of_y["issues"]
    assert issue["subscriptionId"] == books.ids["of y"]
    assert "not in service" in issue["reason"]


async def test_asking_writes_nothing_and_takes_as_many_statements_for_many(database: Database, books: Books) -> None:
    books.clock.move_to(SIXTEENTH)
    x = books.as_role("billing_viewer", "x")
    counts = []
    for more in (0, 12):
        for _ in range(more):
            await books.sell("x")
        books.clock.move_to(datetime(2026, 1, 17 + more // 6, tzinfo=UTC))
        seen: list[str] = []
        database.observer = seen.append
        (cost,) = await costs(books, "x", x)
        database.observer = None
        counts.append((len(cost["lines"]), Counter(re.sub(r"savepoint_\w+", "savepoint", each) for each in seen)))
    assert [lines for lines, _ in counts] == [1, 13]
    assert counts[0][1] == counts[1][1]
    assert (await books.data("{ billableLines { edges { cursor } } }"))["billableLines"]["edges"] == []
