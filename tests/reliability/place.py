"""An installation of a test: a database on the folder's own embedded server, copied from a prepared one, and the queue.

Owns: addresses, copies, questions as the superuser, and time that passes. Does not own: processes (`children`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from bss.identifier import uuid7
from bss.jobs import job
from bss.transaction.database import Addresses, Database
from server.embedded import Servers
from server.installation import embedded_addresses
from sync import deliver
from tests.embedded.engines import valkey

Ask = Callable[..., Awaitable[list[asyncpg.Record]]]

PATIENCE_SECONDS = 120

WAITING = """
SELECT 'event ' || name FROM event WHERE relayed_at IS NULL
UNION ALL SELECT 'job ' || kind || ' ' || state FROM job WHERE state IN ('due', 'running')
UNION ALL SELECT 'feed ' || topic FROM feed_entry WHERE position IS NULL
"""
"""The events and jobs that are not done, and what is told and has no position yet: none in an installation at rest."""


@dataclass(frozen=True)
class Place:
    """Where everything is. `home` is the folder of the servers."""

    home: Path
    servers: Servers
    name: str

    @property
    def addresses(self) -> Addresses:
        return embedded_addresses(self.servers, self.name)

    @property
    def environment(self) -> dict[str, str]:
        """What `server.settings` reads."""
        roles = {"APP": self.addresses.app, "SYNC": self.addresses.sync, "BULK": self.addresses.bulk}
        return {
            "DATABASE_URL": urlunsplit(urlsplit(self.addresses.app)._replace(netloc="")),
            **{f"DATABASE_{role}_PASSWORD": urlsplit(url).password or "" for role, url in roles.items()},
            "BSS_SECRET_KEY": self.servers.postgres_password * 2,
            "REDIS_URL": self.servers.redis_url,
        }

    @asynccontextmanager
    async def database(self) -> AsyncIterator[Database]:
        """Open pools of this test's process, bound for the block."""
        opened = await Database.connect(self.addresses, most=4)
        try:
            with opened.bound():
                yield opened
        finally:
            await asyncio.wait_for(opened.close(), 20)

    @asynccontextmanager
    async def asked(self) -> AsyncIterator[Ask]:
        """Ask about every organisation: the superuser is held back by no policy."""
        connection = await asyncpg.connect(self.servers.dsn(self.name))
        try:
            yield connection.fetch
        finally:
            await connection.close()

    async def rows(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """The answer to one question."""
        async with self.asked() as ask:
            return await ask(query, *arguments)

    @asynccontextmanager
    async def copied(self) -> AsyncIterator[Place]:
        """A copy of this database, dropped at the end, beside an empty queue."""
        copy = replace(self, name=f"bss_{uuid7().hex}")
        admin = await asyncpg.connect(self.servers.dsn("postgres"))
        valkey(self.servers).flushall()
        await admin.execute(f"CREATE DATABASE {copy.name} TEMPLATE {self.name} STRATEGY WAL_LOG")
        await admin.close()
        try:
            yield copy
        finally:
            admin = await asyncpg.connect(self.servers.dsn("postgres"))
            await admin.execute(f"DROP DATABASE {copy.name} WITH (FORCE)")
            await admin.close()

    async def five_minutes_pass(self, since: datetime | None = None) -> None:
        """For the leases of workers that are no more: those taken before `since`, or all of them."""
        await self.rows(
            "UPDATE job SET lease_until = now() - interval '1 second' WHERE state = 'running'"
            " AND ($1::timestamptz IS NULL OR lease_until < $1::timestamptz + $2)",
            *(since, job.LEASE),
        )
        await self.rows(
            "UPDATE link SET lease_until = now() - interval '1 second' WHERE lease_until IS NOT NULL"
            " AND ($1::timestamptz IS NULL OR lease_until < $1::timestamptz + $2)",
            *(since, deliver.LEASE),
        )


class Patience:
    """A generous deadline for a loop that waits for a condition."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._until = monotonic() + PATIENCE_SECONDS

    async def pause(self, found: object = "") -> None:
        """Wait a little. Fails, naming what was waited for and what was found instead, when it took too long."""
        assert monotonic() < self._until, f"waited {PATIENCE_SECONDS} s in vain for {self._what}: {found}"
        await asyncio.sleep(0.05)
