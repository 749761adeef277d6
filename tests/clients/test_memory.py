"""The memory of assertions: one suite for the real one and for the one of the other tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import pytest_asyncio

from server.identity.memory import Memory, MemoryAway
from server.memory.seen import RedisMemory
from tests.clients.memory import LocalMemory
from tests.clients.valkey import valkey


@pytest_asyncio.fixture(params=["local", "redis"])
async def memory(request: pytest.FixtureRequest) -> AsyncIterator[Memory]:
    if request.param == "local":
        yield LocalMemory()
        return
    with TemporaryDirectory() as folder, valkey(Path(folder)) as (url, _):
        kept = RedisMemory(url)
        yield kept
        await kept.close()


async def test_of_many_at_once_one_is_the_first(memory: Memory) -> None:
    asked = await asyncio.gather(*(memory.first("one", 60) for _ in range(20)))
    assert sum(asked) == 1
    assert await memory.first("another", 60)


async def test_a_name_is_forgotten_after_its_time() -> None:
    with TemporaryDirectory() as folder, valkey(Path(folder)) as (url, _):
        memory = RedisMemory(url)
        assert await memory.first("one", 1)
        assert not await memory.first("one", 1)
        await asyncio.sleep(1.1)
        assert await memory.first("one", 1)
        await memory.close()


async def test_a_memory_that_is_away_says_so() -> None:
    with TemporaryDirectory() as folder, valkey(Path(folder)) as (url, process):
        memory = RedisMemory(url)
        assert await memory.first("one", 60)
        process.kill()
        process.wait()
        with pytest.raises(MemoryAway):
            await memory.first("two", 60)
        await memory.close()
    unknown = RedisMemory("unix:///nowhere/at/all.sock")
    with pytest.raises(MemoryAway):
        await unknown.first("one", 60)
