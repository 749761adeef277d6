"""One installation, opened: its database and queue, embedded or given, migrated when it is ours to migrate.

Owns: the way from settings to open pools. Does not own: the servers' lives (`server.embedded`) or what the
processes do with them (`server.serving`, `workers`).
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from bss.transaction.database import Addresses, Database, Role
from server.embedded import Servers, acquire
from server.identity.sealing import Seal
from server.schema_of_database import migrate, prepare_roles, register_models
from server.settings import Settings

OWNER = "bss_owner"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Installation:
    """Open pools, bound as the process's database, where the queue is, and what seals private keys."""

    database: Database
    queue_url: str
    seal: Seal


@asynccontextmanager
async def opened(settings: Settings, *, say: Say = lambda _: None) -> AsyncIterator[Installation]:
    """Open the installation. Closes the pools at the end."""
    name = settings.database or "bss"
    if settings.database_url is None or settings.redis_url is None:
        servers = acquire(settings.home_folder, say=say)
    if settings.database_url is None:
        await prepare_embedded(servers, name, say=say)
        addresses = embedded_addresses(servers, name)
        seal = embedded_seal(servers)
    else:
        addresses = given_addresses(settings)
        seal = Seal(settings.secret_key or "")
    await register_models()
    database = await Database.connect(addresses)
    database.sealing = seal
    database.bind()
    try:
        yield Installation(database, settings.redis_url or servers.redis_url, seal)
    finally:
        await database.close()


async def prepare_embedded(servers: Servers, name: str, *, say: Say = lambda _: None) -> None:
    """Make roles and the database on the embedded server, and bring it to this version's schema."""
    admin = await asyncpg.connect(servers.dsn("postgres"))
    try:
        await admin.execute("SELECT pg_advisory_lock(7305003)")
        await prepare_roles(admin, {role: _password(servers, role.value) for role in Role})
        if not await admin.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", OWNER):
            await admin.execute(
                f"CREATE ROLE {OWNER} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD '{_password(servers, OWNER)}'"
            )
        if not await admin.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await admin.execute(f'CREATE DATABASE "{name}" OWNER {OWNER}')
    finally:
        await admin.close()
    await migrate(servers.dsn(name, OWNER, _password(servers, OWNER)), say=say)


async def drop_embedded(servers: Servers, name: str) -> None:
    """Remove a database of the embedded server: the demonstration starts from nothing."""
    admin = await asyncpg.connect(servers.dsn("postgres"))
    try:
        await admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    finally:
        await admin.close()


def embedded_addresses(servers: Servers, name: str) -> Addresses:
    """Where each role finds the database on the embedded server."""
    return Addresses(*(servers.dsn(name, role.value, _password(servers, role.value)) for role in Role))


def embedded_seal(servers: Servers) -> Seal:
    """What seals private keys on the embedded server."""
    return Seal(_password(servers, "seal"))


def given_addresses(settings: Settings) -> Addresses:
    """Where each role finds the database that the settings name."""
    parts = urlsplit(settings.database_url or "")
    host = parts.netloc.rpartition("@")[2]
    passwords = (settings.database_app_password, settings.database_sync_password, settings.database_bulk_password)
    urls = []
    for role, password in zip(Role, passwords, strict=True):
        urls.append(urlunsplit(parts._replace(netloc=f"{role.value}:{quote(password or '', safe='')}@{host}")))
    return Addresses(*urls)


async def migrate_given(settings: Settings, *, say: Say = lambda _: None) -> None:
    """Roles and schema of the database that the settings name, as its owner."""
    owner_url = settings.database_owner_url or ""
    passwords = (settings.database_app_password, settings.database_sync_password, settings.database_bulk_password)
    owner = await asyncpg.connect(owner_url)
    try:
        await prepare_roles(owner, {role: word or "" for role, word in zip(Role, passwords, strict=True)})
    finally:
        await owner.close()
    await migrate(owner_url, say=say)


def _password(servers: Servers, role: str) -> str:
    """A role's password on the embedded server, derived from its secret, so that nothing more is stored."""
    return hmac.new(servers.postgres_password.encode(), role.encode(), hashlib.sha256).hexdigest()
