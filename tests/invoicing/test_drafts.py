"""A draft has what the bill run will write, also of those who have moved away, and of an account with changed terms."""

from __future__ import annotations

from dataclasses import replace

from bss.agreements.update_edge import UpdateEdge, update_edge
from bss.invoicing import queries
from bss.invoicing.document import digest
from bss.invoicing.draft_invoice import DraftInvoice, draft_invoice
from bss.rating.cost_to_date import cost_to_date
from bss.transaction.database import Database
from tests.hierarchy.test_moved_billing import day, move, two_lites
from tests.invoicing.books import Books


async def drafted(books: Books) -> dict[str, DraftInvoice]:
    """The drafts of every account's April, by name."""
    found = {}
    for name, account in books.accounts.items():
        for draft in await draft_invoice(books.viewer, account, now=day(5, 1)):
            found[f"{name} from {draft.document.issuer.name}"] = draft
    return found


async def test_what_a_moved_customer_consumed_is_in_the_draft_of_each_seller_and_buyer(database: Database) -> None:
    """X moved from A to B on 16 April: four invoices, of which A's has what X used before it left."""
    books = await two_lites()
    seat = await books.subscription("X", "1", day(4, 1))
    await books.used(seat, day(4, 15, 23), 3)
    await books.used(seat, day(4, 16), 5)
    await move(books, "X", "B", day(4, 16))
    (cost,) = await cost_to_date(books.viewer, books.accounts["A"], now=day(4, 30, 23))
    assert str(cost.total) == "10.30", "A pays for X's half, though X is gone"
    drafts = await drafted(books)
    assert {name: draft.document.total for name, draft in drafts.items()} == {
        "A from Cloud": "10.30",
        "B from Cloud": "12.50",
        "X from A": "15.30",
        "X from B": "30.50",
    }
    await books.bill(day(5, 1))
    await _are_issued(books, drafts)


async def test_each_period_is_drafted_by_the_terms_that_it_will_be_billed_by(database: Database) -> None:
    """From May on, X's purchases are invoiced to Y, who stands below A too; April is still X's."""
    books = await two_lites()
    await books.account("Y", "A")
    await books.subscription("X", "1", day(4, 1))
    change = UpdateEdge(books.edges["X"], bill_to_account_id=books.accounts["Y"])
    await update_edge(books.viewer, change, now=day(5, 1))
    drafts = await drafted(books)
    assert set(drafts) == {"A from Cloud", "X from A"}
    (of_y,) = await draft_invoice(books.viewer, books.accounts["Y"], now=day(5, 11))
    assert (of_y.document.bill_to.name, of_y.document.total) == ("Y", "9.68")
    await books.bill(day(5, 1))
    await _are_issued(books, drafts)


async def _are_issued(books: Books, drafts: dict[str, DraftInvoice]) -> None:
    issued = await queries.documents(books.viewer, [draft.bill.id for draft in drafts.values()])
    for name, draft in drafts.items():
        invoice = issued[draft.bill.id]
        assert digest(replace(draft.document, kind=invoice.kind)) == digest(invoice), name
    assert await drafted(books) == {}
