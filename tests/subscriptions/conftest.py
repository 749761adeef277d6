"""The books of these tests: opened once for each module, and each story sells its own subscriptions in them."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.installation import Server, fresh_database
from tests.subscriptions.books import Books, open_books


@pytest_asyncio.fixture(scope="module")
async def books(server: Server) -> AsyncIterator[Books]:
    """A seller's books in a database of their own."""
    async with fresh_database(server) as (_, database):
        database.bind()
        yield await open_books()
