"""What every keeper of budgets promises: the one of a process, and the one that processes share."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio
import redis

from bss.identifier import uuid7
from schema.budget import Bucket, Budget
from schema.local_budget import LocalBudget
from server.embedded import Servers, running
from server.memory.budget import SharedBudget
from server.memory.shared import SharedMemory

ORGANISATION = Bucket(holds=3_000, leaks_per_second=1_000)
CLIENT = Bucket(holds=1_000, leaks_per_second=1_000)


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    folder = Path(tempfile.mkdtemp(prefix="bss-budget-"))
    folder.chmod(0o755)
    with running(folder / "home") as found:
        yield found
    shutil.rmtree(folder, ignore_errors=True)


@pytest_asyncio.fixture(params=["local", "shared", "shared, away"])
async def budget(request: pytest.FixtureRequest) -> AsyncIterator[Budget]:
    """With no answer from the server, the budget is that of the process."""
    local = LocalBudget(ORGANISATION, CLIENT)
    if request.param == "local":
        yield local
        return
    there = request.param == "shared"
    url = request.getfixturevalue("servers").redis_url if there else "unix:///nowhere/at/all.sock"
    memory = SharedMemory(url)
    yield SharedBudget(memory, ORGANISATION, CLIENT, otherwise=local)
    await memory.close()


@pytest.fixture
def organisation() -> UUID:
    return uuid7()


async def test_what_does_not_fit_is_refused_and_takes_nothing(budget: Budget, organisation: UUID) -> None:
    client = uuid7()
    first = await budget.take(organisation, client, 900)
    assert (first.allowed, first.left, first.wait_milliseconds) == (True, 100, 0)
    assert 0 < first.empty_milliseconds <= 900
    refused = await budget.take(organisation, client, 1_000)
    assert not refused.allowed
    assert 0 < refused.wait_milliseconds <= 900
    assert 100 <= refused.left < 400
    assert (await budget.take(organisation, client, 50)).allowed


async def test_what_leaked_out_may_be_used_again(budget: Budget, organisation: UUID) -> None:
    client = uuid7()
    await budget.take(organisation, client, 1_000)
    refused = await budget.take(organisation, client, 100)
    assert not refused.allowed
    await asyncio.sleep(refused.wait_milliseconds / 1000 + 0.01)
    assert (await budget.take(organisation, client, 100)).allowed


async def test_an_empty_bucket_holds_no_more_than_it_holds(budget: Budget, organisation: UUID) -> None:
    client = uuid7()
    await budget.take(organisation, client, 10)
    await asyncio.sleep(0.05)
    again = await budget.take(organisation, client, 10)
    assert (again.allowed, again.left) == (True, 990)


async def test_fifty_at_once_take_no_more_than_there_is(budget: Budget, organisation: UUID) -> None:
    """A thousand points are twenty times fifty; a second's leak is as much again, and this takes less."""
    client = uuid7()
    taken = await asyncio.gather(*(budget.take(organisation, client, 50) for _ in range(50)))
    assert 20 <= sum(each.allowed for each in taken) < 40


async def test_one_client_does_not_use_up_what_another_has(budget: Budget, organisation: UUID) -> None:
    assert (await budget.take(organisation, uuid7(), 1_000)).allowed
    assert (await budget.take(organisation, uuid7(), 1_000)).allowed
    assert (await budget.take(uuid7(), uuid7(), 1_000)).allowed


async def test_all_clients_together_have_what_the_organisation_has(budget: Budget, organisation: UUID) -> None:
    for _ in range(3):
        assert (await budget.take(organisation, uuid7(), 1_000)).allowed
    refused = await budget.take(organisation, uuid7(), 1_000)
    assert not refused.allowed
    assert (await budget.take(uuid7(), uuid7(), 1_000)).allowed


async def test_two_processes_have_one_budget_and_a_flushed_server_a_full_one(
    servers: Servers, organisation: UUID
) -> None:
    client, local = uuid7(), LocalBudget(ORGANISATION, CLIENT)
    memories = [SharedMemory(servers.redis_url) for _ in range(2)]
    one, other = (SharedBudget(memory, ORGANISATION, CLIENT, otherwise=local) for memory in memories)
    assert (await one.take(organisation, client, 1_000)).allowed
    assert not (await other.take(organisation, client, 900)).allowed
    with redis.Redis.from_url(servers.redis_url) as server:
        server.flushall()
        server.script_flush()
    assert (await other.take(organisation, client, 900)).allowed
    with redis.Redis.from_url(servers.redis_url) as server:
        assert all(0 < server.pttl(key) <= 1_000 for key in server.scan_iter("bss:budget:*"))
    for memory in memories:
        await memory.close()
