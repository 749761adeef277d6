"""The small channel in a database of its own: Cloud sells to Lite and Z, Lite to X and Y."""

from __future__ import annotations

import pytest_asyncio

from bss.transaction.database import Database
from tests.schema.books import Books, open_books


@pytest_asyncio.fixture
async def books(database: Database) -> Books:
    return await open_books()
