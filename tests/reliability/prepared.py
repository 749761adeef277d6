"""The month at four points, each a database from which tests are copied; and the undisturbed run between them.

Owns: the order in which they are made, and what the undisturbed workers passed. Does not own: the month (`month`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from bss.clock import SetClock, SystemClock
from bss.identifier import Kind, public
from bss.invoicing.pdf import Xhtml2pdfRenderer
from bss.transaction.database import Database
from server.demo.books import Books
from server.demo.channel import Channel, opened_channel
from server.installation import prepare_embedded
from server.schema_of_database import register_models
from tests.reliability.children import children_of
from tests.reliability.month import EVE, called, closing, live, order
from tests.reliability.place import Place


@dataclass(frozen=True)
class Prepared:
    """`opened`: nothing happened but Z's order. `lived`: all of the month is asked for, and nothing of it done.

    `closing`: that is done, both bill runs are asked for, and nothing of them is done. `closed`: the end.
    """

    channel: Channel
    mirror_of_z: str
    opened: Place
    lived: Place
    closing: Place
    closed: Place
    hits: tuple[Counter[str], Counter[str]]
    """How often a worker passed each fail point: from `lived` to `closing`, and from there to `closed`."""


@asynccontextmanager
async def prepare(opened: Place, folder: Path) -> AsyncIterator[Prepared]:
    """Make the four databases, beginning with `opened`; the work between them is done by worker processes."""
    logs = folder / "month.hits", folder / "close.hits"
    await register_models()
    await prepare_embedded(opened.servers, opened.name)
    async with opened.database() as database:
        channel = await _opened(database)
    (mirror,) = await opened.rows("SELECT id FROM subscription WHERE mirrored")
    mirror_of_z = public(Kind.SUBSCRIPTION, mirror["id"])
    async with opened.copied() as lived, children_of(folder) as children:
        async with lived.database() as database:
            await live(channel, mirror_of_z, lambda mutation: called(database, mutation))
        async with lived.copied() as at_close:
            await children.settle(at_close, BSS_FAILPOINT_LOG=str(logs[0]))
            async with at_close.database() as database:
                for mutation in closing(channel):
                    await called(database, mutation)
            async with at_close.copied() as closed:
                await children.settle(closed, BSS_FAILPOINT_LOG=str(logs[1]))
                month, close = (Counter(log.read_text(encoding="utf-8").split()) for log in logs)
                yield Prepared(channel, mirror_of_z, opened, lived, at_close, closed, (month, close))


async def _opened(database: Database) -> Channel:
    """The sample channel, with Z's machine sold and mirrored: the only work that is done in this process."""
    books = Books(database, database, SetClock(EVE), Xhtml2pdfRenderer())
    channel = await opened_channel(books, EVE)
    await called(database, order(channel, "Z", "machine", "1", 1))
    books.clock.move_to(SystemClock().now())
    await books.settle()
    return channel
