"""The channel, with both organisations in one database and in two.

The databases are made once for all of these tests: each test opens two organisations of its own in them, and a test
that saw another's rows would fail.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bss.transaction.database import Database
from tests.installation import Server, fresh_database
from tests.sync.channel import Channel


@pytest_asyncio.fixture(scope="session")
async def databases(server: Server) -> AsyncIterator[tuple[Database, Database]]:
    """Two databases on one server."""
    async with fresh_database(server) as (_, first), fresh_database(server) as (_, second):
        yield first, second


@pytest_asyncio.fixture(params=["one database", "two databases"])
async def channel(databases: tuple[Database, Database], request: pytest.FixtureRequest) -> Channel:
    """Cloud and Cloud Resell, joined and settled, on the 1st of June."""
    first, second = databases
    return await Channel.opened(first, first if request.param == "one database" else second)
