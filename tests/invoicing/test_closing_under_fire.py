"""Bill runs that are killed, that run at once, and that are checked afterwards."""

from __future__ import annotations

import asyncio
import hashlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
import pytest_asyncio

from bss.catalogue.price_list import ChargeKind
from bss.identifier import uuid7
from bss.invoicing import queries, verify
from bss.invoicing.bill_run import RequestBillRun, request_bill_run, run
from bss.invoicing.document import InvoiceDocument, as_text, digest
from bss.invoicing.render import render
from bss.subscriptions.change_quantity import ChangeQuantity, change_quantity
from bss.transaction.database import Database
from bss.transaction.page import PageRequest
from tests.installation import Server, fresh_database
from tests.invoicing.books import Books, Price, flat, per_unit

START, END = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)
CUSTOMERS = ("Ann", "Bob", "Cid", "Dan")


async def four_customers() -> Books:
    """Two subscriptions each, with a monthly fee of 30.00 and 10 vCPU-hours at 0.50: 70.00 for every customer."""
    books = await Books.opened()
    await books.offering()
    usage = Price("vcpu-hours", per_unit("0.50"), ChargeKind.USAGE, "vcpu")
    await books.publish("retail", Price("monthly", flat("30")), usage)
    for name in CUSTOMERS:
        await books.account(name)
        await books.edge("Cloud", name, "retail")
        for machine in ("web", "db"):
            subscription = await books.subscription(name, "1", START, name=machine)
            await books.used(subscription, START, 10)
    return books


ALL_FOUR = [(f"CLOUD-00000{place}", "70.00") for place in (1, 2, 3, 4)]


@pytest_asyncio.fixture
async def named_database(server: Server) -> AsyncIterator[tuple[Server, str]]:
    """A fresh database by its name, for processes of their own."""
    async with fresh_database(server) as (name, opened):
        opened.bind()
        yield server, name


async def in_child(where: tuple[Server, str], books: Books, run_id: UUID, failpoint: str = "") -> int:
    """The exit code of a run in its own process, with two subscriptions, or a line of invoices, in a chunk."""
    urls = where[0].addresses(where[1])
    scope = str(books.viewer.organisation_id), books.viewer.path, str(run_id), END.isoformat(), "2", "1"
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.invoicing.run_in_child", urls.app, urls.sync, urls.bulk, *scope),
        env={**os.environ, "BSS_FAILPOINT": failpoint},
        stdout=asyncio.subprocess.DEVNULL,
    )
    return await child.wait()


@pytest.mark.parametrize(
    "failpoint",
    [
        "bill_run.before_chunk_commit:2",
        "bill_run.after_chunk:2",
        "bill_run.before_numbers:2",
        "bill_run.after_invoices:3",
    ],
)
async def test_a_run_that_is_killed_leaves_no_gap_and_doubles_nothing(
    named_database: tuple[Server, str], failpoint: str
) -> None:
    books = await four_customers()
    run_id = (await request_bill_run(books.viewer, RequestBillRun(END), now=END)).object_id
    assert await in_child(named_database, books, run_id, failpoint) == -signal.SIGKILL
    assert len(await books.invoices()) < len(CUSTOMERS)
    assert await in_child(named_database, books, run_id) == 0
    assert await books.invoices() == ALL_FOUR
    (count,) = await books.rows("SELECT count(*) AS lines FROM billable_line WHERE organisation_id = $1")
    assert count["lines"] == 16
    (asked,) = await books.rows("SELECT state, lines, invoices FROM bill_run WHERE organisation_id = $1")
    assert tuple(asked) == ("done", 16, 4)


async def test_a_run_that_is_killed_bills_what_was_used_before_it_goes_on(named_database: tuple[Server, str]) -> None:
    """All lines are written when it dies; ten more vCPU-hours of each machine are 80.00 instead of 70.00."""
    books = await four_customers()
    run_id = (await request_bill_run(books.viewer, RequestBillRun(END), now=END)).object_id
    assert await in_child(named_database, books, run_id, "bill_run.before_numbers:1") == -signal.SIGKILL
    for row in await books.rows("SELECT id FROM subscription WHERE organisation_id = $1"):
        await books.used(row["id"], START + timedelta(hours=1), 10)
    assert await in_child(named_database, books, run_id) == 0
    assert [total for _, total in await books.invoices()] == ["80.00"] * 4


async def test_two_runs_at_once_bill_everything_once(database: Database) -> None:
    books = await four_customers()
    first, second = [(await request_bill_run(books.viewer, RequestBillRun(END), now=END)).object_id for _ in range(2)]
    await asyncio.gather(*(run(books.viewer, one, now=END) for one in (first, second)))
    assert await books.invoices() == ALL_FOUR
    (both,) = await books.rows(
        "SELECT sum(lines)::int AS lines, sum(invoices)::int AS invoices FROM bill_run WHERE organisation_id = $1"
    )
    assert tuple(both) == (16, 4)


async def test_every_stored_amount_follows_from_its_explanation(database: Database) -> None:
    books = await four_customers()
    await books.bill(END)
    assert await verify.mismatches(books.viewer) == ()
    page = await queries.line_page(books.viewer, PageRequest())
    explanations = await queries.explanations(books.viewer, [line.id for line in page.rows])
    assert {Decimal(one["amount"]) for one in explanations.values()} == {Decimal(30), Decimal(5)}


async def test_rating_a_closed_period_again_gives_the_same_bytes_whatever_came_later(database: Database) -> None:
    books = await four_customers()
    await books.bill(END)
    edge = books.edges["Bob"]
    billed = await verify.stored(books.viewer, edge, START)
    assert billed.document is not None
    assert await verify.rerate(books.viewer, edge, START) == billed
    (bob, *_) = await books.rows(
        "SELECT id FROM subscription WHERE organisation_id = $1 AND account_id = $2", books.accounts["Bob"]
    )
    later = datetime(2026, 5, 2, tzinfo=UTC)
    await change_quantity(books.viewer, ChangeQuantity(bob["id"], Decimal(9), START), now=later)
    assert await verify.rerate(books.viewer, edge, START) == billed
    await books.used(bob["id"], datetime(2026, 4, 2, tzinfo=UTC), 1)  # late usage is what it must notice
    assert await verify.rerate(books.viewer, edge, START) != billed


class PlainText:
    """A renderer that prints the invoice as its plain text, and counts."""

    printed = 0

    async def pdf(self, document: InvoiceDocument) -> bytes:
        self.printed += 1
        return as_text(document).encode()


async def test_an_invoice_is_rendered_once_and_kept_with_its_checksum(database: Database) -> None:
    books = await four_customers()
    await books.bill(END)
    (first, *_) = (await queries.page(books.viewer, PageRequest())).rows
    renderer = PlainText()
    for _ in range(2):
        await render(books.viewer, first.id, renderer, now=END)
    document = await queries.document(books.viewer, first.id)
    (file,) = (await queries.files(books.viewer, [first.id, uuid7()])).values()
    content = (await queries.contents(books.viewer, [first.id, uuid7()]))[first.id]
    assert (renderer.printed, content) == (1, as_text(document).encode())
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert (digest(document), document.number) == (first.digest, first.number)
