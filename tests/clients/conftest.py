"""The small channel in a fresh database."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from bss.transaction.database import Database
from tests.clients.market import Market, another_organisation, opened_market
from tests.schema.books import Books, open_books


@pytest_asyncio.fixture
async def books(database: Database) -> Books:
    return await open_books()


@pytest_asyncio.fixture
async def market(books: Books) -> AsyncIterator[Market]:
    """Two organisations and the application."""
    found = opened_market(books, await another_organisation(books))
    yield found
    await found.http.aclose()
