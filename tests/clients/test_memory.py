"""The memory of assertions: one suite for the real one and for the one of the other tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import pytest_asyncio

from server.identity.memory import Memory, MemoryAway
from server.memory.seen import Seen
from server.memory.short_lived import ShortLived
from tests.clients.memory import LocalMemory
from tests.clients.valkey import valkey


@pytest_asyncio.fixture(params=["local", "redis"])
async def memory(request: pytest.FixtureRequest) -> AsyncIterator[Memory]:
    if request.param == "local":
        yield LocalMemory()
        return
    with TemporaryDirectory() as folder, valkey(Path(folder)) as (url, _):
        entries = ShortLived(url)
        yield Seen(entries)
        await entries.close()


async def test_of_many_at_once_one_is_the_first(memory: Memory) -> None:
    asked = await asyncio.gather(*(memory.first("one", 60) for _ in range(20)))
    assert sum(asked) == 1
    assert await memory.first("another", 60)


async def test_a_name_is_forgotten_after_its_time() -> None:
    with TemporaryDirectory() as folder, valkey(Path(folder)) as (url, _):
        entries = ShortLived(url)
        memory = Seen(entries)
        assert await memory.first("one", 1)
        assert not await memory.first("one", 1)
        await asyncio.sleep(1.1)
        assert await memory.first("one", 1)
        await entries.close()


async def test_a_memory_that_is_away_says_so() -> None:
    with TemporaryDirectory() as folder, valkey(Path(folder)) as (url, process):
        entries = ShortLived(url)
        memory = Seen(entries)
        assert await memory.first("one", 60)
        process.kill()
        process.wait()
        with pytest.raises(MemoryAway):
            await memory.first("two", 60)
        await entries.close()
    unknown = Seen(ShortLived("unix:///nowhere/at/all.sock"))
    with pytest.raises(MemoryAway):
        await unknown.first("one", 60)
