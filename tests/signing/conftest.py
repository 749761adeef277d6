"""The small channel behind HTTP, with a real store of sessions, and a door that lets a membership in.

The door stands for a sign-in, whose own tests are beside these.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bss.identifier import Kind, private
from bss.transaction.database import Database
from server.http.application import application
from server.http.sessions import begin_session
from server.memory.short_lived import ShortLived
from tests.schema.books import Books, open_books
from tests.signing.browser import Browser
from tests.signing.forgetful import Forgetful, forgetful_server

HOST = "shop.example"


@dataclass
class Shop:
    """An installation with one host."""

    books: Books
    application: Starlette

    def browser(self, host: str = HOST) -> Browser:
        return Browser(self.application, host)

    async def member(self, account: str, role: str) -> str:
        """The id of a new person's membership."""
        given = {"name": f"{role} of {account}", "accountId": self.books.ids[account], "role": role}
        return str((await self.books.make("admitPerson", given, show="... on Membership { id }"))["id"])

    async def signed_in(self, membership: str, browser: Browser | None = None) -> Browser:
        """A browser of the member, signed in."""
        browser = browser or self.browser()
        answer = await browser.open(f"/door/{membership}")
        assert answer.status_code == 200, answer.text
        return browser


@pytest.fixture(scope="session")
def forgetful() -> Iterator[Forgetful]:
    with forgetful_server() as server:
        yield server


@pytest_asyncio.fixture
async def shop(database: Database, forgetful: Forgetful) -> AsyncIterator[Shop]:
    books = await open_books()
    entries = ShortLived(forgetful.url)
    serving = application(books.clock, entries=entries)

    async def door(request: Request) -> Response:
        response = Response("come in")
        membership = private(Kind.MEMBERSHIP, request.path_params["membership"])
        await begin_session(request, response, books.staff, membership)
        return response

    serving.router.routes.append(Route("/door/{membership}", door))
    yield Shop(books, serving)
    await entries.close()
