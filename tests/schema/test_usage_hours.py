"""From a line of an invoice to the hours behind it: a machine of X in February, at 0.10 EUR a vCPU-hour."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from bss.identifier import Kind, private
from bss.invoicing.bill_run import run
from bss.viewer import Viewer
from tests.schema.books import Books
from tests.schema.test_cost_to_date import priced_by_the_hour
from tests.schema.test_usage import use

MARCH = datetime(2026, 3, 2, tzinfo=UTC)
LINES = (
    "query($of: ID!, $first: Int, $after: String) { billableLines(subscriptionId: $of) { edges { node { chargeKind"
    " quantity amount { amount } usageHours(first: $first, after: $after) { pageInfo { hasNextPage endCursor }"
    " edges { node { startsAt resource quantity { value unit } } } } } } } }"
)


async def a_billed_machine(books: Books) -> None:
    """2 vCPUs for two hours and 1 vCPU for half an hour and more: 4 + 1 hours, and one hour of January."""
    await priced_by_the_hour(books)
    sale = {"accountId": books.ids["x"], "offeringId": books.ids["vm"], "quantity": "1"}
    books.ids["of x"] = (await books.make("createSubscription", {**sale, "startsAt": "2026-02-01T00:00:00+01:00"}))[
        "id"
    ]
    await use(books, "x", "2026-02-05T10:00:00+00:00", 2, "2", "vm-1")
    await use(books, "x", "2026-02-05T10:00:00+00:00", 1, "1", "vm-2")
    await use(books, "x", "2026-03-01T10:00:00+00:00", 1, "9", "vm-1")
    books.clock.move_to(MARCH)
    asked = await books.make("requestBillRun", {"until": "2026-02-28T23:00:00Z"}, show="... on BillRun { id }")
    await run(books.staff, private(Kind.BILL_RUN, asked["id"]), now=MARCH)


async def lines(books: Books, viewer: Viewer | None = None, **more: Any) -> list[dict[str, Any]]:
    found = await books.data(LINES, viewer=viewer, of=books.ids["of x"], **more)
    return [edge["node"] for edge in found["billableLines"]["edges"]]


async def test_b18_the_hours_behind_a_line_add_up_to_it(books: Books) -> None:
    """X pays 5 hours at 0.10 to Lite, and Lite 5 hours at 0.04 to Cloud; the hour of March is on neither line."""
    await a_billed_machine(books)
    both = await lines(books)
    assert sorted(line["amount"]["amount"] for line in both) == ["0.20", "0.50"]
    (of_x,) = await lines(books, books.as_role("owner", "x"))
    for line in (*both, of_x):
        hours = [edge["node"] for edge in line["usageHours"]["edges"]]
        assert sorted((hour["startsAt"], hour["resource"], hour["quantity"]["value"]) for hour in hours) == [
            ("2026-02-05T10:00:00Z", "vm-1", "2"),
            ("2026-02-05T10:00:00Z", "vm-2", "1"),
            ("2026-02-05T11:00:00Z", "vm-1", "2"),
        ]
        assert sum(Decimal(hour["quantity"]["value"]) for hour in hours) == Decimal(line["quantity"]) == 5
        assert {hour["quantity"]["unit"] for hour in hours} == {"vCPU-hour"}


async def test_the_hours_come_page_by_page_in_the_order_of_time(books: Books) -> None:
    await a_billed_machine(books)
    as_x = books.as_role("owner", "x")
    found, after = [], None
    for is_last in (False, True):
        (line,) = await lines(books, as_x, first=2, after=after)
        page = line["usageHours"]
        found += [edge["node"]["startsAt"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        assert page["pageInfo"]["hasNextPage"] is not is_last
    assert found == ["2026-02-05T10:00:00Z", "2026-02-05T10:00:00Z", "2026-02-05T11:00:00Z"]


async def test_a_line_of_seats_has_no_hours(billed: Books) -> None:
    await use(billed, "z", "2026-02-05T10:00:00+00:00", 1, "1")
    billed.ids["of x"] = billed.ids["of z"]
    (line,) = await lines(billed)
    assert (line["chargeKind"], line["usageHours"]["edges"]) == ("RECURRING", [])
