"""What these tests ask the running servers, and the process ids by which they kill them."""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import asyncpg
import redis

from server.embedded import Servers
from server.embedded.locks import exclusive_now
from tests.embedded.processes import ended


def query(servers: Servers, *statements: str) -> list[asyncpg.Record]:
    """The rows of the last of `statements`, run as the superuser."""

    async def run() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(servers.dsn("postgres"))
        try:
            rows: list[asyncpg.Record] = []
            for statement in statements:
                rows = await connection.fetch(statement)
            return rows
        finally:
            await connection.close()

    return asyncio.run(run())


def answers(servers: Servers) -> bool:
    try:
        return query(servers, "SELECT 1")[0][0] == 1 and valkey_answers(servers)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False


def valkey(servers: Servers) -> Any:
    """A client. (Typed loosely: its stubs say of every answer that it might have to be awaited.)"""
    return redis.Redis.from_url(servers.redis_url)


def valkey_answers(servers: Servers) -> bool:
    try:
        return bool(valkey(servers).ping())
    except redis.ConnectionError:
        return False


def keeper_pid(home: Path) -> int:
    return int(json.loads((home / "status").read_text())["keeper"])


def postmaster_pid(home: Path) -> int:
    return int((home / "pgdata" / "postmaster.pid").read_text().splitlines()[0])


def valkey_pid(servers: Servers) -> int:
    return int(valkey(servers).info()["process_id"])


def all_pids(home: Path, servers: Servers) -> tuple[int, int, int]:
    return keeper_pid(home), postmaster_pid(home), valkey_pid(servers)


def all_ended(pids: tuple[int, ...]) -> bool:
    return all(ended(pid) for pid in pids)


def keeper_is_leaving(home: Path) -> bool:
    """Whether somebody holds the door: with no users left, that is the keeper on its way out."""
    door = exclusive_now(home / "lock")
    if door is None:
        return True
    os.close(door)
    return False
