"""What may be lost: entries in the Redis-protocol server, each until a time.

Owns: the connection, and that an entry is one key. Does not own: what an entry means, or any truth: a server that
forgets everything makes people sign in again, and lets nobody in.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as NotConnected
from redis.exceptions import RedisError

from bss.signing.session import StoreAway

_PATIENCE_SECONDS = 2


class ShortLived:
    """Entries by name. Every call raises `StoreAway` when the server does not answer."""

    def __init__(self, url: str) -> None:
        self._redis: Redis = Redis.from_url(
            url,
            socket_timeout=_PATIENCE_SECONDS,
            socket_connect_timeout=_PATIENCE_SECONDS,
            # Once more: a connection from before the server's restart is found out by using it.
            retry=Retry(NoBackoff(), 1),
            retry_on_error=[NotConnected],
        )

    async def put(self, name: str, content: bytes, lifetime: timedelta) -> None:
        async with _answering():
            await self._redis.set(name, content, px=lifetime)

    async def find(self, name: str) -> bytes | None:
        async with _answering():
            found: bytes | None = await self._redis.get(name)
        return found

    async def first(self, name: str, lifetime: timedelta) -> bool:
        """Whether nobody asked about this name for so long; of many at once one is the first."""
        async with _answering():
            return bool(await self._redis.set(name, b"", nx=True, px=lifetime))

    async def forget(self, name: str) -> None:
        async with _answering():
            await self._redis.delete(name)

    async def close(self) -> None:
        await self._redis.aclose()


@asynccontextmanager
async def _answering() -> AsyncIterator[None]:
    try:
        yield
    except (RedisError, OSError) as trouble:
        raise StoreAway(str(trouble)) from trouble
