"""The small channel behind HTTP as it is reached from outside, and people who attack it, with tokens and without."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest_asyncio
from starlette.applications import Starlette

from server.http.application import application
from tests.schema.books import Books
from tests.schema.conftest import _shared, billed, books, shared_books
from tests.schema.test_http import token

__all__ = ["_shared", "billed", "books", "shared_books"]


@dataclass
class Target:
    """The API as it is reached from outside."""

    books: Books
    application: Starlette
    client: httpx.AsyncClient

    async def bearer(self, account: str, role: str) -> dict[str, str]:
        """The header of a new member."""
        return {"Authorization": f"Bearer {await token(self.books, account, role)}"}


@pytest_asyncio.fixture
async def target(shared_books: Books) -> AsyncIterator[Target]:
    """One that the tests of a file share: no attack on it may change anything."""
    async with _reached(shared_books) as found:
        yield found


@pytest_asyncio.fixture
async def billed_target(billed: Books) -> AsyncIterator[Target]:
    """One of its own, with January's invoices."""
    async with _reached(billed) as found:
        yield found


@asynccontextmanager
async def _reached(found: Books) -> AsyncIterator[Target]:
    app = application(found.clock)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://target") as client,
    ):
        yield Target(found, app, client)
