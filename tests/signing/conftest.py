"""The small channel behind HTTP, with a real store of sessions, and a door that lets a membership in.

The door stands for a sign-in, whose own tests are beside these.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from ipaddress import ip_network

import pytest
import pytest_asyncio

from bss.transaction.database import Database
from server.egress.client import Egress
from server.http.application import application
from server.identity.discovery import Discovery
from server.identity.relying_party import RelyingParty
from server.memory.short_lived import ShortLived
from tests.schema.books import open_books
from tests.signing.door import with_a_door
from tests.signing.forgetful import Forgetful, forgetful_server
from tests.signing.houses import ANNA, CLOUD, LENA, LITE, Houses, house
from tests.signing.provider import Provider, running
from tests.signing.shop import Shop


@pytest.fixture(scope="session")
def forgetful() -> Iterator[Forgetful]:
    with forgetful_server() as server:
        yield server


@pytest_asyncio.fixture
async def shop(database: Database, forgetful: Forgetful) -> AsyncIterator[Shop]:
    books = await open_books()
    entries = ShortLived(forgetful.url)
    party = RelyingParty(Discovery(Egress((ip_network("127.0.0.0/8"), ip_network("::1/128")))))
    serving = application(books.clock, entries=entries, relying_party=party, pages_send_any=True)
    yield Shop(books, with_a_door(books, serving))
    await entries.close()


@pytest_asyncio.fixture
async def houses(shop: Shop) -> AsyncIterator[Houses]:
    async with AsyncExitStack() as stack:
        of_cloud = await stack.enter_async_context(running(Provider(shop.books.clock, present=dict(ANNA))))
        of_lite = await stack.enter_async_context(running(Provider(shop.books.clock, present=dict(LENA))))
        staff = [("finance", "finance", "root"), ("sales", "sales", "root")]
        partners = [("sales", "partner_sales", "lite"), ("of x", "billing_viewer", "x")]
        yield Houses(
            shop,
            await house(shop, CLOUD, "root", of_cloud, staff),
            await house(shop, LITE, "lite", of_lite, partners),
        )
