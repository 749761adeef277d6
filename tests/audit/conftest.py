"""Cloud's books in a database of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from bss.transaction.database import Database, current
from tests.audit.books import Books
from tests.installation import Server, fresh_database


@pytest_asyncio.fixture
async def books(server: Server) -> AsyncIterator[Books]:
    async with fresh_database(server) as (name, opened):
        with opened.bound():
            yield await Books.opened(server, name)


@pytest_asyncio.fixture
async def its_database(books: Books) -> Database:
    return current()
