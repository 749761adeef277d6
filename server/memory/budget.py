"""Buckets that all processes of an installation pour into, and the allowance that the settings make of them.

Owns: the script, its keys, and what happens while nobody can be asked. Does not own: what a bucket is.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from schema.budget import Allowance, Bucket, Budget, Taken
from schema.local_budget import LocalBudget
from server.memory.shared import SharedMemory, Unreachable
from server.settings import Settings

_TAKE = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local cost, levels, over, left, empty = ARGV[1] * 1000, {}, 0, math.huge, 0
for i, key in ipairs(KEYS) do
  local holds, leaks = ARGV[2 * i] * 1000, tonumber(ARGV[2 * i + 1])
  local level, since = unpack(redis.call('HMGET', key, 'level', 'since'))
  levels[i] = math.max(0, (tonumber(level) or 0) - math.max(0, now - (tonumber(since) or now)) * leaks)
  over = math.max(over, math.ceil((levels[i] + cost - holds) / leaks))
end
for i, key in ipairs(KEYS) do
  local holds, leaks = ARGV[2 * i] * 1000, tonumber(ARGV[2 * i + 1])
  local level = levels[i] + (over > 0 and 0 or cost)
  local lasts = math.ceil(level / leaks)
  if over <= 0 and lasts > 0 then
    redis.call('HSET', key, 'level', level, 'since', now)
    redis.call('PEXPIRE', key, lasts)
  end
  left, empty = math.min(left, math.floor((holds - level) / 1000)), math.max(empty, lasts)
end
return {over > 0 and 0 or 1, left, over, empty}
"""
"""Levels are thousandths of points, times are milliseconds of the server's own clock; an empty bucket is no key."""


class SharedBudget:
    """Asks the server; while it cannot be reached, each process has buckets of its own."""

    def __init__(self, memory: SharedMemory, organisation: Bucket, client: Bucket, otherwise: Budget) -> None:
        self._memory = memory
        self._sizes = [
            *(organisation.holds, organisation.leaks_per_second),
            *(client.holds, client.leaks_per_second),
        ]
        self._otherwise = otherwise

    async def take(self, organisation_id: UUID, actor_id: UUID, cost: int) -> Taken:
        key = f"bss:budget:{{{organisation_id}}}"  # the braces keep both on one server of a cluster
        try:
            allowed, *rest = await self._memory.run(_TAKE, (key, f"{key}:{actor_id}"), (cost, *self._sizes))
        except Unreachable:
            return await self._otherwise.take(organisation_id, actor_id, cost)
        return Taken(allowed == 1, *rest)


@asynccontextmanager
async def allowance(settings: Settings, queue_url: str) -> AsyncIterator[Allowance]:
    """What the settings allow, with budgets that are shared by way of the queue's server."""
    limits = settings.limits
    memory = SharedMemory(queue_url)
    budget = SharedBudget(
        memory, limits.organisation, limits.client, otherwise=LocalBudget(limits.organisation, limits.client)
    )
    try:
        yield Allowance(limits.most_cost, budget)
    finally:
        await memory.close()
