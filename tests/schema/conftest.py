"""The small channel in a database: a fresh one, or one that the tests of a file share and only read."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from bss.transaction.database import Database
from tests.installation import Server, fresh_database
from tests.schema.books import Books, open_books


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
