"""The folder's own servers, the prepared databases, and the processes of a test."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from server.embedded import running
from tests.embedded.engines import all_ended, all_pids
from tests.embedded.processes import until
from tests.reliability.children import Children, children_of
from tests.reliability.place import Place
from tests.reliability.prepared import Prepared, prepare


@pytest.fixture(scope="package")
def opening() -> Iterator[Place]:
    """Servers with a home that every account can reach: pytest's own directories are for one account only."""
    folder = Path(tempfile.mkdtemp(prefix="bss-reliability-"))
    folder.chmod(0o755)
    with running(folder / "home") as servers:
        yield Place(folder / "home", servers, "bss_opened")
        pids = all_pids(folder / "home", servers)
    until(lambda: all_ended(pids), "the servers of these tests to stop")
    shutil.rmtree(folder)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def prepared(opening: Place, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Prepared]:
    """The databases from which tests are copied."""
    async with prepare(opening, tmp_path_factory.mktemp("prepared")) as found:
        yield found


@pytest_asyncio.fixture
async def children(tmp_path: Path) -> AsyncIterator[Children]:
    """Processes that are gone when the test is over."""
    async with children_of(tmp_path) as found:
        yield found
