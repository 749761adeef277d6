"""The sample channel at the end of April, before anything is closed: lived once per test run, copied per test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from bss.clock import SetClock
from bss.invoicing.document import InvoiceDocument
from bss.transaction.database import Database
from server.demo.books import Books
from server.demo.channel import Channel, opened_channel
from server.demo.story import EVE, Story
from tests.installation import Server, copied_database, fresh_database


class BlankPaper:
    """A renderer for tests that are not about the look of a document."""

    async def pdf(self, document: InvoiceDocument) -> bytes:
        return b"%PDF-blank " + document.number.encode()


@dataclass(frozen=True)
class EndOfApril:
    """The database that holds both books, closed to connections so that it can be copied."""

    name: str
    channel: Channel

    @asynccontextmanager
    async def copied(self, server: Server) -> AsyncIterator[tuple[str, Database, Story]]:
        """A copy of one's own, with the story at nine o'clock on the first of May."""
        async with copied_database(server, self.name) as (name, database):
            books = Books(database, database, SetClock(EVE), BlankPaper())
            story = Story(books, self.channel, lambda _: None)
            books.clock.move_to(story.morning_after)
            yield name, database, story


@asynccontextmanager
async def lived(server: Server) -> AsyncIterator[EndOfApril]:
    """Live through April once."""
    async with fresh_database(server) as (name, database):
        books = Books(database, database, SetClock(EVE), BlankPaper())
        channel = await opened_channel(books, EVE)
        await Story(books, channel, lambda _: None).month()
        await database.close()
        yield EndOfApril(name, channel)
