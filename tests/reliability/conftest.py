"""The folder's own servers, and the databases from which its tests are copied."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from bss.clock import SetClock, SystemClock
from bss.identifier import Kind, public
from bss.invoicing.pdf import Xhtml2pdfRenderer
from bss.transaction.database import Database
from server.demo.books import Books
from server.demo.channel import Channel, opened_channel
from server.embedded import Servers, running
from server.installation import prepare_embedded
from server.schema_of_database import register_models
from tests.embedded.engines import all_ended, all_pids
from tests.embedded.processes import until
from tests.reliability.children import Children, children_of
from tests.reliability.month import EVE, called, closing, live, order
from tests.reliability.place import Place


@dataclass(frozen=True)
class Prepared:
    """The month at three points: nothing happened yet but Z's order; everything asked for and nothing done; all of
    that done, both bill runs asked for and nothing of them done. And at its end, with the fail points passed on the way.
    """

    channel: Channel
    mirror_of_z: str
    opened: Place
    lived: Place
    closing: Place
    closed: Place
    hits: tuple[Counter[str], Counter[str]]
    """How often a worker passed each fail point: from `lived` to `closing`, and from there to `closed`."""


@pytest.fixture(scope="package")
def home() -> Iterator[tuple[Path, Servers]]:
    """A home that every account can reach (pytest's own directories are for one account only), and its servers."""
    folder = Path(tempfile.mkdtemp(prefix="bss-reliability-"))
    folder.chmod(0o755)
    with running(folder / "home") as servers:
        yield folder / "home", servers
        pids = all_pids(folder / "home", servers)
    until(lambda: all_ended(pids), "the servers of these tests to stop")
    shutil.rmtree(folder)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def prepared(home: tuple[Path, Servers], tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Prepared]:
    """Prepare the databases; the undisturbed run on the way is recorded."""
    folder = tmp_path_factory.mktemp("prepared")
    logs = folder / "lived.hits", folder / "closing.hits"
    await register_models()
    opened = Place(*home, "bss_opened")
    await prepare_embedded(opened.servers, opened.name)
    async with opened.database() as database:
        channel = await _opened(database)
    (mirror,) = await opened.rows("SELECT id FROM subscription WHERE mirrored")
    mirror_of_z = public(Kind.SUBSCRIPTION, mirror["id"])
    async with opened.copied("bss_lived") as lived, children_of(folder) as children:
        async with lived.database() as database:
            await live(channel, mirror_of_z, lambda mutation: called(database, mutation))
        async with lived.copied("bss_closing") as at_close:
            await children.settle(at_close, BSS_FAILPOINT_LOG=str(logs[0]))
            async with at_close.database() as database:
                for mutation in closing(channel):
                    await called(database, mutation)
            async with at_close.copied("bss_closed") as closed:
                await children.settle(closed, BSS_FAILPOINT_LOG=str(logs[1]))
                hits = [Counter(log.read_text(encoding="utf-8").split()) for log in logs]
                yield Prepared(channel, mirror_of_z, opened, lived, at_close, closed, (hits[0], hits[1]))


async def _opened(database: Database) -> Channel:
    """The sample channel, with Z's machine sold and mirrored."""
    books = Books(database, database, SetClock(EVE), Xhtml2pdfRenderer())
    channel = await opened_channel(books, EVE)
    await called(database, order(channel, "Z", "machine", "1", 1))
    books.clock.move_to(SystemClock().now())
    await books.settle()
    return channel


@pytest_asyncio.fixture
async def children(tmp_path: Path) -> AsyncIterator[Children]:
    """Processes that are gone when the test is over."""
    async with children_of(tmp_path) as found:
        yield found
