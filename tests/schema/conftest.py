"""The small channel in a database: a fresh one, or one that the tests of a file share and only read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest_asyncio

from bss.identifier import Kind, private
from bss.invoicing.bill_run import run
from bss.invoicing.pdf import Xhtml2pdfRenderer
from bss.invoicing.render import render
from bss.transaction.database import Database
from tests.installation import Server, fresh_database
from tests.schema.books import Books, open_books

FEBRUARY = datetime(2026, 2, 2, tzinfo=UTC)


@pytest_asyncio.fixture
async def books(database: Database) -> Books:
    return await open_books()


@pytest_asyncio.fixture(scope="module")
async def _shared(server: Server) -> AsyncIterator[tuple[Database, Books]]:
    async with fresh_database(server) as (_, opened):
        with opened.bound():
            yield opened, await open_books()


@pytest_asyncio.fixture
async def shared_books(_shared: tuple[Database, Books]) -> Books:
    database, found = _shared
    database.bind()
    return found


@pytest_asyncio.fixture
async def billed(books: Books) -> Books:
    """January is billed, on every edge, and printed: X pays Lite 50 EUR, Lite pays Cloud 38.89, Z pays 60."""
    books.clock.move_to(FEBRUARY)
    asked = await books.make("requestBillRun", {"until": "2026-01-31T23:00:00Z"}, show="... on BillRun { id until }")
    await run(books.staff, private(Kind.BILL_RUN, asked["id"]), now=FEBRUARY)
    found = await books.data("{ invoices { edges { node { id total { amount } } } } }")
    invoices = {edge["node"]["total"]["amount"]: edge["node"]["id"] for edge in found["invoices"]["edges"]}
    assert sorted(invoices) == ["38.89", "50.00", "60.00"]
    async with Xhtml2pdfRenderer() as renderer:
        for identifier in invoices.values():
            invoice_id: UUID = private(Kind.INVOICE, identifier)
            await render(books.staff, invoice_id, renderer, now=FEBRUARY)
    return books
