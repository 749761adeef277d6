"""What was seen a moment ago, for all processes together, on the Redis-protocol server.

Owns: the connection and its patience. Does not own: what is remembered (`server.identity`).
"""

from __future__ import annotations

from redis.asyncio import Redis
from redis.exceptions import RedisError

from server.identity.memory import MemoryAway

_PATIENCE_SECONDS = 2
_PREFIX = "bss:seen:"


class RedisMemory:
    """A memory on the Redis-protocol server at a redis:// or unix:// URL."""

    def __init__(self, url: str) -> None:
        self._redis: Redis = Redis.from_url(
            url, socket_timeout=_PATIENCE_SECONDS, socket_connect_timeout=_PATIENCE_SECONDS
        )

    async def first(self, name: str, seconds: int) -> bool:
        try:
            return bool(await self._redis.set(f"{_PREFIX}{name}", b"1", nx=True, ex=seconds))
        except (RedisError, OSError, TimeoutError) as trouble:
            raise MemoryAway(str(trouble)) from trouble

    async def close(self) -> None:
        await self._redis.aclose()
