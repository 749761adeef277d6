"""Fixtures that every test may use: the server, a fresh database, and the ORM's knowledge of the models."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from bss.transaction.database import Database
from server.schema_of_database import register_models
from tests.april import EndOfApril, lived
from tests.installation import Server, drop_template, fresh_database, make_quick, make_template, postgres


@pytest_asyncio.fixture(scope="session")
async def server() -> AsyncIterator[Server]:
    """A PostgreSQL server with a migrated template."""
    with postgres() as found:
        await register_models()
        await make_template(found)
        await make_quick(found)
        yield found
        await drop_template(found)


@pytest_asyncio.fixture(scope="session")
async def end_of_april(server: Server) -> AsyncIterator[EndOfApril]:
    """The sample channel's month, lived once."""
    async with lived(server) as april:
        yield april


@pytest_asyncio.fixture
async def database(server: Server) -> AsyncIterator[Database]:
    """A fresh, migrated database, bound for the test."""
    async with fresh_database(server) as (_, opened):
        opened.bind()
        yield opened
