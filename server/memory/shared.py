"""The connection to the Redis-protocol server for what can be done without it: each process goes on by itself then.

Owns: the connection, its patience, which is short, and the one failure that its users know. Does not own: what is
remembered; nothing that matters tomorrow may stand there alone.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from time import monotonic

from redis.asyncio import Redis
from redis.exceptions import RedisError

_log = logging.getLogger(__name__)
_PATIENCE_SECONDS = 0.25
_SILENT_SECONDS = 5


class Unreachable(Exception):
    """The server did not answer, or did not a moment ago."""


class SharedMemory:
    """One server. After it failed to answer it is left alone for some seconds, so that not every request waits."""

    def __init__(self, url: str) -> None:
        self._redis = Redis.from_url(
            url, socket_timeout=_PATIENCE_SECONDS, socket_connect_timeout=_PATIENCE_SECONDS, decode_responses=True
        )
        self._silent_until = 0.0

    async def run(self, script: str, keys: Sequence[str], arguments: Sequence[int]) -> list[int]:
        """Run a script that answers with whole numbers, in one step for everybody. Raises `Unreachable`."""
        if monotonic() < self._silent_until:
            raise Unreachable
        try:
            found: list[int] = await self._redis.register_script(script)(keys=list(keys), args=list(arguments))
        except (RedisError, OSError) as trouble:
            self._silent_until = monotonic() + _SILENT_SECONDS
            _log.warning("what is shared in memory cannot be reached: %s", trouble)
            raise Unreachable from trouble
        return found

    async def close(self) -> None:
        """Close the connections."""
        await self._redis.aclose()
