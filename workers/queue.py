"""The queue: a doorbell that makes work prompt. The only module that names the queue library.

Owns: the connection to the Redis-protocol server, the worker process, the sweep's rhythm. Does not own: the
work, which is all in PostgreSQL and is found by the sweep when the queue forgets.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, cast
from uuid import UUID

import orjson
from arq import cron, func
from arq.connections import ArqRedis, RedisSettings, create_pool
from arq.typing import WorkerCoroutine
from arq.worker import Worker
from redis.exceptions import RedisError

from bss.viewer import Viewer
from workers.attend import attend_marked, in_turns, sweep
from workers.work import Tools

_log = logging.getLogger(__name__)
_SWEEP_SECONDS = frozenset(range(0, 60, 5))
_MARK_SECONDS = frozenset(range(60))
_PATIENCE_SECONDS = 1
_LONGEST_SECONDS = 86_400  # a run of work ends by itself; this only bounds one that hangs


def queue_settings(url: str) -> RedisSettings:
    """The queue's address from a redis:// or unix:// URL."""
    if url.startswith("unix://"):
        return RedisSettings(unix_socket_path=url.removeprefix("unix://"))
    return RedisSettings.from_dsn(url)


class Doorbell:
    """Rings after a commit. A ring that cannot be delivered is logged: the sweep will find the work."""

    def __init__(self, pool: ArqRedis) -> None:
        self._pool = pool

    @classmethod
    async def connect(cls, url: str) -> Doorbell:
        return cls(
            await create_pool(queue_settings(url), job_serializer=orjson.dumps, job_deserializer=orjson.loads, retry=1)
        )

    async def ring(self, organisation_id: UUID, root_path: str) -> None:
        """Ask some worker to attend the organisation; it is asked once, however often somebody rings meanwhile."""
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                await self._pool.enqueue_job(
                    "attend_one", str(organisation_id), root_path, _job_id=f"attend:{organisation_id}"
                )
        except (RedisError, OSError, TimeoutError) as trouble:
            _log.warning("the doorbell did not ring: %s", trouble)

    async def close(self) -> None:
        await self._pool.aclose()


async def attend_one(context: dict[str, Any], organisation_id: str, root_path: str) -> None:
    """Attend the organisation for which somebody rang."""
    await in_turns([Viewer.system(UUID(organisation_id), root_path, "work")], context["tools"])


async def sweep_all(context: dict[str, Any]) -> None:
    await sweep(context["tools"])


async def sweep_marked(context: dict[str, Any]) -> None:
    await attend_marked(context["tools"])


def worker(url: str, tools: Tools, *, jobs_at_once: int = 4, handle_signals: bool = True) -> Worker:
    """A worker process's main object; `async_run` works until SIGTERM, then finishes what it has begun."""
    return Worker(
        functions=[func(cast(WorkerCoroutine, attend_one), keep_result=0, max_tries=1, timeout=_LONGEST_SECONDS)],
        cron_jobs=[
            cron(
                cast(WorkerCoroutine, sweep_all),
                second=set(_SWEEP_SECONDS),
                run_at_startup=True,
                timeout=_LONGEST_SECONDS,
            ),
            cron(cast(WorkerCoroutine, sweep_marked), second=set(_MARK_SECONDS), timeout=_LONGEST_SECONDS),
        ],
        redis_settings=queue_settings(url),
        max_jobs=jobs_at_once,
        handle_signals=handle_signals,
        job_completion_wait=25,
        job_serializer=orjson.dumps,
        job_deserializer=orjson.loads,
        ctx={"tools": tools},
        keep_result=0,
        log_results=False,
    )
