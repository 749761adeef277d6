"""A process that uses the embedded servers, to be run beside others and killed.

Arguments: home, what to do (`note`, `write` or `compute`), a name. Prints one JSON value a line.
`note` writes its name once, says when its server started, then answers every line of input with all names.
`write` inserts 1, 2, 3 … and prints each number only after the server has acknowledged it.
`compute` says the process id of its backend and keeps that busy without ever waiting for anything.
"""

from __future__ import annotations

import asyncio
import json
import sys
from itertools import count
from pathlib import Path

import asyncpg

from server.embedded import Servers, acquire


def tell(value: object) -> None:
    print(json.dumps(value), flush=True)


async def connected(servers: Servers) -> asyncpg.Connection:
    connection = await asyncpg.connect(servers.dsn("postgres"))
    # CREATE TABLE IF NOT EXISTS of two sessions at once may collide in the catalogue.
    await connection.execute("SELECT pg_advisory_lock(1)")
    await connection.execute("CREATE TABLE IF NOT EXISTS note (name text)")
    await connection.execute("CREATE TABLE IF NOT EXISTS written (number bigint PRIMARY KEY)")
    await connection.execute("SELECT pg_advisory_unlock(1)")
    return connection


async def note(servers: Servers, name: str) -> None:
    connection = await connected(servers)
    await connection.execute("INSERT INTO note VALUES ($1)", name)
    tell(str(await connection.fetchval("SELECT pg_postmaster_start_time()")))
    while await asyncio.to_thread(sys.stdin.readline):
        tell([row["name"] for row in await connection.fetch("SELECT name FROM note ORDER BY name")])


async def write(servers: Servers, _name: str) -> None:
    connection = await connected(servers)
    try:
        for number in count(1):
            await connection.execute("INSERT INTO written VALUES ($1)", number)
            tell(number)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return


async def compute(servers: Servers, _name: str) -> None:
    connection = await connected(servers)
    tell(await connection.fetchval("SELECT pg_backend_pid()"))
    await connection.execute("SELECT count(*) FROM (SELECT generate_series(1, 10000000000)) AS endless")


def main() -> None:
    home, task, name = sys.argv[1:]
    asyncio.run({"note": note, "write": write, "compute": compute}[task](acquire(Path(home)), name))


if __name__ == "__main__":
    main()
