"""The small channel behind a real server on loopback, with followers that come and go."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from bss.transaction.database import Database
from server.live.pace import MostStreams, Pace
from tests.live.serving import Served, opened, serving
from tests.schema.books import Books, open_books

QUICK = Pace(look=0.05, recognise=0.2, silence=60, comment=0.2, patience=1)


@pytest_asyncio.fixture
async def books(database: Database) -> Books:
    return await open_books()


@pytest_asyncio.fixture
async def served(books: Books) -> AsyncIterator[Served]:
    async with (
        opened(books, pace=QUICK, most=MostStreams(of_a_client=60, of_an_organisation=100)) as shop,
        serving(shop) as found,
    ):
        yield found
