"""W3: what was sold, provided and billed, where the three do not agree: exceptions only, with what they come to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bss.identifier import Kind, private
from bss.invoicing.bill_run import run
from bss.transaction.database import Database
from bss.viewer import Viewer
from tests.schema.books import Books
from tests.schema.rows import write_rows
from tests.schema.statements import counted
from tests.schema.test_usage import use

ASKED = (
    "query($account: ID!) { discrepancies(accountId: $account) { kind since until message suggestion"
    " subscription { id } bill { charge billed { amount } owed { amount } difference { amount currency } } } }"
)
FEBRUARY = datetime(2026, 1, 31, 23, tzinfo=UTC)


async def found(books: Books, account: str, viewer: Viewer | None = None) -> list[dict[str, Any]]:
    answer = await books.data(ASKED, viewer=viewer, account=books.ids[account])
    return list(answer["discrepancies"])


async def january_is_billed(books: Books) -> None:
    books.clock.move_to(FEBRUARY)
    asked = await books.make("requestBillRun", {"until": FEBRUARY.isoformat()}, show="... on BillRun { id }")
    await run(books.staff, private(Kind.BILL_RUN, asked["id"]), now=FEBRUARY)


async def test_what_agrees_is_not_told(books: Books) -> None:
    await january_is_billed(books)
    assert {name: await found(books, name) for name in ("root", "lite", "x", "z")} == {
        "root": [],
        "lite": [],
        "x": [],
        "z": [],
    }


async def test_a_change_that_is_learned_after_the_bill_is_told_with_its_amount(books: Books) -> None:
    """X had 5 seats at 10.00, and 8 from 17 January on: 3 seats for 15 of 31 days are 14.52, for Lite 11.29."""
    await january_is_billed(books)
    late = {"subscriptionId": books.ids["of x"], "quantity": "8", "effectiveAt": "2026-01-17T00:00:00+01:00"}
    await books.make("changeQuantity", late)
    (of_x,), (of_lite,) = await found(books, "x"), await found(books, "lite")
    assert (of_x["kind"], of_x["subscription"]["id"]) == ("BILLED_OTHERWISE", books.ids["of x"])
    assert (of_x["since"], of_x["until"]) == ("2025-12-31T23:00:00Z", "2026-01-31T23:00:00Z")
    assert of_x["bill"] == {
        "charge": "seat",
        "billed": {"amount": "50.00"},
        "owed": {"amount": "64.52"},
        "difference": {"amount": "14.52", "currency": "EUR"},
    }
    assert of_lite["bill"]["difference"]["amount"] == "11.29"
    assert "agree the difference" in of_x["suggestion"]


async def test_use_of_what_is_not_in_service_is_told_by_its_hours(books: Books) -> None:
    ended = {"subscriptionId": books.ids["of z"], "effectiveAt": "2026-01-10T00:00:00Z"}
    await books.make("cancelSubscription", ended)
    books.clock.move_to(datetime(2026, 1, 20, tzinfo=UTC))
    await use(books, "z", "2026-01-09T22:00:00+00:00", 5, "1")
    (unsold,) = await found(books, "z")
    assert (unsold["kind"], unsold["message"]) == (
        "USED_UNSOLD",
        "3 hours of vcpu_hours while nothing was in service",
    )
    assert (unsold["since"], unsold["until"]) == ("2026-01-10T00:00:00Z", "2026-01-10T03:00:00Z")


async def test_others_are_not_found_and_a_customer_is_told_of_its_own(books: Books) -> None:
    await january_is_billed(books)
    late = {"subscriptionId": books.ids["of x"], "quantity": "8", "effectiveAt": "2026-01-17T00:00:00+01:00"}
    await books.make("changeQuantity", late)
    customer = books.as_role("billing_viewer", "x")
    assert [one["bill"]["difference"]["amount"] for one in await found(books, "x", customer)] == ["14.52"]
    for other in ("z", "lite", "root"):
        body = await books.ask(ASKED, viewer=customer, account=books.ids[other])
        assert body["errors"][0]["extensions"]["code"] == "NOT_FOUND"


async def test_the_number_of_statements_does_not_depend_on_what_is_found(database: Database, books: Books) -> None:
    await january_is_billed(books)
    few, _ = await counted(database, books, ASKED, account=books.ids["lite"])
    await write_rows(books, 30)
    for _ in range(3):
        await books.sell("x")
    many, _ = await counted(database, books, ASKED, account=books.ids["lite"])
    assert many == few
