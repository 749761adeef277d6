"""The story of the demonstration is a scenario: its text is golden, in one database and in two."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from bss.clock import SetClock
from bss.invoicing.pdf import Xhtml2pdfRenderer
from server.demo.books import Books
from server.demo.channel import opened_channel
from server.demo.closing import close_the_month, show_margins
from server.demo.story import EVE, Story
from tests.installation import Server, fresh_database

GOLDEN = Path(__file__).parent / "golden" / "april.txt"


@pytest_asyncio.fixture(params=[1, 2], ids=["one database", "two databases"])
async def books(request: pytest.FixtureRequest, server: Server) -> AsyncIterator[Books]:
    """Both organisations in one database, and in two."""
    async with AsyncExitStack() as stack:
        _, cloud = await stack.enter_async_context(fresh_database(server))
        resell = cloud
        if request.param == 2:
            _, resell = await stack.enter_async_context(fresh_database(server))
        renderer = await stack.enter_async_context(Xhtml2pdfRenderer())
        yield Books(cloud, resell, SetClock(EVE), renderer)


async def test_april_at_cloud_and_cloud_resell(books: Books) -> None:
    told: list[str] = []
    story = Story(books, await opened_channel(books, EVE), told.append)
    await story.month()
    issued = await close_the_month(story)
    await show_margins(story)
    assert "\n".join(told).strip() + "\n" == GOLDEN.read_text(encoding="utf-8")
    assert [each.document.total for each in issued] == ["134.84", "96.00", "7.00", "90.66", "2.90", "70.36"]
    assert all(each.pdf.startswith(b"%PDF-") for each in issued)
