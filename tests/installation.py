"""Databases for tests: real PostgreSQL, a template migrated once, a fresh copy for every test that asks.

`BSS_TEST_POSTGRES` names an administrator's URL of a server to use; without it the embedded one is started.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from bss.identifier import uuid7
from bss.transaction.database import Addresses, Database, Role
from server.embedded import running
from server.identity.sealing import Seal
from server.schema_of_database import migrate, prepare_roles

PASSWORD = "for-tests-only"
SEAL = Seal("a secret of at least 32 characters, for tests")
TEMPLATE = f"bss_template_{os.getpid()}"


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server, by its administrator's URL."""

    admin_url: str

    def url(self, database: str, user: str) -> str:
        parts = urlsplit(self.admin_url)
        host = parts.netloc.rpartition("@")[2]
        return urlunsplit(parts._replace(netloc=f"{user}:{PASSWORD}@{host}", path=f"/{database}"))

    def addresses(self, database: str) -> Addresses:
        return Addresses(*(self.url(database, role.value) for role in (Role.APP, Role.SYNC, Role.BULK)))

    def admin(self, database: str) -> str:
        return urlunsplit(urlsplit(self.admin_url)._replace(path=f"/{database}"))


@contextmanager
def postgres() -> Iterator[Server]:
    """The server for this test run."""
    given = os.environ.get("BSS_TEST_POSTGRES")
    if given:
        yield Server(given)
        return
    folder = Path(tempfile.mkdtemp(prefix="bss-tests-"))
    folder.chmod(0o755)
    with running(folder) as servers:
        yield Server(servers.dsn("postgres"))
    shutil.rmtree(folder, ignore_errors=True)


async def make_quick(server: Server) -> None:
    """Let commits of this run not wait for the disk: these tests are about rules, durability has its own suites."""
    if "BSS_TEST_POSTGRES" in os.environ:
        return
    admin = await asyncpg.connect(server.admin_url)
    for role in (*(each.value for each in Role), "bss_owner", "CURRENT_USER"):
        await admin.execute(f"ALTER ROLE {role} SET synchronous_commit = off")
    await admin.close()


async def make_template(server: Server) -> None:
    """Roles, and a migrated database that is copied for each test."""
    admin = await asyncpg.connect(server.admin_url)
    await admin.execute("SELECT pg_advisory_lock(7305002)")
    await prepare_roles(admin, dict.fromkeys(Role, PASSWORD))
    if not await admin.fetchval("SELECT 1 FROM pg_roles WHERE rolname = 'bss_owner'"):
        await admin.execute(f"CREATE ROLE bss_owner LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '{PASSWORD}'")
    await admin.execute(f"CREATE DATABASE {TEMPLATE} OWNER bss_owner")
    await admin.close()
    await migrate(server.url(TEMPLATE, "bss_owner"))


async def drop_template(server: Server) -> None:
    admin = await asyncpg.connect(server.admin_url)
    await admin.execute(f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")
    await admin.close()


def fresh_database(server: Server) -> AbstractAsyncContextManager[tuple[str, Database]]:
    """A migrated database with nothing in it, with open pools. Dropped afterwards."""
    return copied_database(server, TEMPLATE)


@asynccontextmanager
async def copied_database(server: Server, original: str) -> AsyncIterator[tuple[str, Database]]:
    """A copy of a database that nobody is connected to, with open pools; its name is unique. Dropped afterwards."""
    name = f"bss_test_{uuid7().hex}"
    admin = await asyncpg.connect(server.admin_url)
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {original} OWNER bss_owner STRATEGY WAL_LOG")
    database = await Database.connect(server.addresses(name), most=8)
    database.sealing = SEAL
    try:
        yield name, database
    finally:
        await asyncio.wait_for(database.close(), 20)
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()
