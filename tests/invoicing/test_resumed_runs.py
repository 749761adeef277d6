"""A bill run that was parked bills what is true when it goes on: April 2026, 10.00 a seat, 5.00 a machine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import asyncpg
import pytest
import pytest_asyncio

from bss.identifier import uuid7
from bss.invoicing import verify
from bss.invoicing.bill_run import BillRunIncomplete, RequestBillRun, request_bill_run, run
from bss.subscriptions.cancel_subscription import CancelSubscription, cancel_subscription
from bss.subscriptions.change_quantity import ChangeQuantity, change_quantity
from bss.transaction.begin import begin
from bss.transaction.database import Database, Role
from tests.invoicing.books import Books, Price, per_unit

START, END = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
SEAT, MACHINE = Price("monthly", per_unit("10")), Price("monthly", per_unit("5"), offering="vm")


@dataclass(frozen=True)
class Parked:
    """A run in which a seat was rated, and which was parked by a machine that has no price."""

    books: Books
    run_id: UUID
    seat: UUID
    machine: UUID

    async def resumed(self, *prices: Price) -> None:
        """The list gets these prices too, and the run goes on an hour later."""
        await self.books.publish("retail", SEAT, *prices, valid_from=START)
        await run(self.books.viewer, self.run_id, now=END + HOUR)


@pytest_asyncio.fixture
async def parked(database: Database) -> AsyncIterator[Parked]:
    """A supplier that takes 4.00 a seat stands above."""
    books = await Books.opened()
    link, supplied = uuid7(), uuid7()
    await books.account("Zed")
    await books.offering("seat", link, supplied)
    await books.supplied(link, Price("monthly", per_unit("4")), supplied)
    await books.offering("vm")
    await books.publish("retail", SEAT, MACHINE)
    await books.edge("Cloud", "Zed", "retail")
    seat = await books.subscription("Zed", "1", START)
    await books.answered(seat, START)
    machine = await books.subscription("Zed", "1", START, offering="vm")
    await books.leave_out("retail", SEAT, valid_from=datetime(2026, 3, 1, tzinfo=UTC))  # without the machine
    run_id = (await request_bill_run(books.viewer, RequestBillRun(END), now=END)).object_id
    with pytest.raises(BillRunIncomplete):
        await run(books.viewer, run_id, now=END)
    assert (await books.amounts("Zed"), await books.amounts("supply")) == (["10.00"], ["4.00"])
    yield Parked(books, run_id, seat, machine)


async def recorded(books: Books, subscription: UUID) -> set[datetime]:
    rows = await books.rows(
        "SELECT recorded_at FROM billable_line WHERE organisation_id = $1 AND subscription_id = $2", subscription
    )
    return {row["recorded_at"] for row in rows}


async def test_a_change_while_the_run_is_parked_is_on_the_invoice(parked: Parked) -> None:
    """Three seats and a machine are 35.00; the line of the first attempt would have made it 15.00."""
    books = parked.books
    await change_quantity(books.viewer, ChangeQuantity(parked.seat, Decimal(3), START), now=END + HOUR / 2)
    await parked.resumed(MACHINE)
    assert await books.invoices() == [("CLOUD-000001", "35.00")]
    assert await books.amounts("supply") == ["12.00"]
    for buyer in ("Zed", "supply"):
        edge = books.edges[buyer]
        assert await verify.rerate(books.viewer, edge, START) == await verify.stored(books.viewer, edge, START)


async def test_a_change_that_is_recorded_after_the_runs_now_is_not_on_the_invoice(parked: Parked) -> None:
    """Segments are read as prices are, as of `now`, so that rating again finds the same."""
    books, edge = parked.books, parked.books.edges["Zed"]
    await change_quantity(books.viewer, ChangeQuantity(parked.seat, Decimal(3), START), now=END + 2 * HOUR)
    await parked.resumed(MACHINE)
    assert await books.invoices() == [("CLOUD-000001", "15.00")]
    assert await verify.rerate(books.viewer, edge, START) == await verify.stored(books.viewer, edge, START)


async def test_a_line_that_is_due_no_more_goes_and_one_that_is_the_same_stays(parked: Parked) -> None:
    books = parked.books
    other = await books.subscription("Zed", "2", START)
    await books.answered(other, START)
    with pytest.raises(BillRunIncomplete):
        await run(books.viewer, parked.run_id, now=END)
    assert await books.amounts("Zed") == ["10.00", "20.00"]
    for gone in (parked.seat, parked.machine):
        await cancel_subscription(books.viewer, CancelSubscription(gone, START), now=END + HOUR / 2)
    await run(books.viewer, parked.run_id, now=END + HOUR)
    assert await books.invoices() == [("CLOUD-000001", "20.00")]
    assert (await recorded(books, parked.seat), await recorded(books, other)) == (set(), {END})
    edge = books.edges["Zed"]
    assert await verify.rerate(books.viewer, edge, START) == await verify.stored(books.viewer, edge, START)


async def test_a_subscription_that_cannot_be_charged_keeps_its_lines_until_it_can(parked: Parked) -> None:
    """So that no other run, which does not know of the issue, issues the invoice without them."""
    books = parked.books
    await books.leave_out("retail", MACHINE, valid_from=START)  # now the seat has no price
    with pytest.raises(BillRunIncomplete, match=str(parked.seat)):
        await run(books.viewer, parked.run_id, now=END + HOUR)
    assert await books.amounts("Zed") == ["10.00", "5.00"]
    assert await books.invoices() == []


async def test_lines_refuse_raw_deletes_but_those_of_an_open_period_by_the_bulk_role(parked: Parked) -> None:
    books = parked.books
    customer = await books.person("Zed", "billing_viewer")
    for viewer, roles in ((books.viewer, (Role.APP, Role.SYNC)), (customer, tuple(Role))):
        for role in roles:
            with pytest.raises(asyncpg.RestrictViolationError):
                async with begin(viewer, role=role) as tx:
                    await tx.connection.execute("DELETE FROM billable_line")
    async with begin(books.viewer, role=Role.BULK) as tx:
        await tx.connection.execute("DELETE FROM billable_line WHERE amount = 10")
    await parked.resumed(MACHINE)
    assert (await books.invoices(), await books.amounts("supply")) == ([("CLOUD-000001", "15.00")], ["4.00"])
    for edge in (books.edges["Zed"], books.edges["supply"]):
        with pytest.raises(asyncpg.RestrictViolationError):
            async with begin(books.viewer, role=Role.BULK) as tx:
                await tx.connection.execute("DELETE FROM billable_line WHERE edge_id = $1", edge)


@pytest.mark.parametrize("refusal", ["", "PRICE_MISSING: Seat has no price."])
async def test_a_resold_subscription_that_its_supplier_does_not_run_parks_its_bill_to(
    database: Database, refusal: str
) -> None:
    books = await Books.opened()
    link, supplied = uuid7(), uuid7()
    await books.offering("seat", link, supplied)
    await books.supplied(link, Price("monthly", per_unit("4")), supplied)
    await books.publish("retail", SEAT)
    for name in ("Ann", "Zed"):
        await books.account(name)
        await books.edge("Cloud", name, "retail")
    await books.answered(await books.subscription("Ann", "1", START), START)
    waiting = await books.subscription("Zed", "2", START)
    if refusal:
        await books.answered(waiting, START, refusal=refusal)
    run_id = (await request_bill_run(books.viewer, RequestBillRun(END), now=END)).object_id
    told = "the supplier has not accepted the subscription" if refusal else "is not provisioned by its supplier yet"
    with pytest.raises(BillRunIncomplete, match=told) as incomplete:
        await run(books.viewer, run_id, now=END)
    assert refusal == "" or refusal not in str(incomplete.value)
    assert {issue.subscription_id for issue in incomplete.value.issues} == {waiting}
    assert {issue.edge_id for issue in incomplete.value.issues} == {books.edges["Zed"], books.edges["supply"]}
    assert (await books.invoices(), await books.amounts("supply")) == ([("CLOUD-000001", "10.00")], ["4.00"])
    await books.answered(waiting, END + HOUR / 2)
    await run(books.viewer, run_id, now=END + HOUR)
    assert await books.invoices() == [("CLOUD-000001", "10.00"), ("CLOUD-000002", "20.00")]
    assert await books.amounts("supply") == ["4.00", "8.00"]


async def test_what_the_supplier_refused_and_was_cancelled_to_its_start_is_not_due(database: Database) -> None:
    books = await Books.opened()
    await books.account("Zed")
    link, supplied = uuid7(), uuid7()
    await books.offering("seat", link, supplied)
    await books.supplied(link, Price("monthly", per_unit("4")), supplied)
    await books.publish("retail", SEAT)
    await books.edge("Cloud", "Zed", "retail")
    await books.answered(await books.subscription("Zed", "1", START), START)
    refused = await books.subscription("Zed", "2", START)
    with pytest.raises(BillRunIncomplete):
        await books.bill(END)
    await cancel_subscription(books.viewer, CancelSubscription(refused, START), now=END)
    await books.bill(END)
    assert await books.invoices() == [("CLOUD-000001", "10.00")]
