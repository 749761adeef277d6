"""Bring a database to this version's schema: roles, the database itself, migrations.

Owns: the order in which that happens, under an advisory lock. Does not own: the migrations (`bss`, `sync`).
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
from tortoise import Tortoise
from tortoise.context import TortoiseContext, get_current_context
from tortoise.migrations.executor import MigrationExecutor

from bss.clock import SystemClock
from bss.metering.partitions import ensure_partitions, months_around
from bss.transaction.database import Role

BSS_MODELS = (
    "bss.transaction.models",
    "bss.audit.models",
    "bss.organisations.models",
    "bss.access.models",
    "bss.signing.models",
    "bss.clients.models",
    "bss.relations.models",
    "bss.catalogue.models",
    "bss.agreements.models",
    "bss.brands.models",
    "bss.providers.models",
    "bss.invitations.models",
    "bss.subscriptions.models",
    "bss.metering.models",
    "bss.invoicing.models",
)
SYNC_MODELS = ("sync.models",)
_MIGRATION_LOCK = 7_305_001


def orm_configuration(url: str = "postgres://localhost/unused") -> dict[str, Any]:
    """The ORM's configuration: two applications, one connection, which only migrations use."""
    parts = urlsplit(url)
    query = {name: values[0] for name, values in parse_qs(parts.query).items()}
    credentials = {
        "host": query.get("host") or parts.hostname,
        "port": int(query.get("port") or parts.port or 5432),
        "user": unquote(parts.username or query.get("user") or ""),
        "password": unquote(parts.password or ""),
        "database": parts.path.lstrip("/"),
        "minsize": 1,
        "maxsize": 2,
    }
    return {
        "connections": {"default": {"engine": "tortoise.backends.asyncpg", "credentials": credentials}},
        "apps": {
            "bss": {
                "models": list(BSS_MODELS),
                "default_connection": "default",
                "migrations": "bss.migrations",
            },
            "sync": {
                "models": list(SYNC_MODELS),
                "default_connection": "default",
                "migrations": "sync.migrations",
            },
        },
    }


async def register_models() -> None:
    """Tell the ORM which models there are, without a connection: statements travel on `begin`'s."""
    context = get_current_context()
    if context is None or not context.inited:
        await Tortoise.init(config=orm_configuration(), _enable_global_fallback=True)


async def prepare_roles(connection: asyncpg.Connection, passwords: Mapping[Role, str]) -> None:
    """Create the run-time roles, which own nothing and cannot bypass row-level security, or reset their passwords."""
    for role, password in passwords.items():
        exists = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role.value)
        verb = "ALTER" if exists else "CREATE"
        secret = password.replace("'", "''")
        await connection.execute(
            f"{verb} ROLE {role.value} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD '{secret}'"
        )


async def migrate(owner_url: str, *, say: Callable[[str], None] = lambda _: None) -> None:
    """Apply what is missing, and make the partitions of the months around now.

    Several processes may call it at once: the second waits and finds nothing to do.
    """
    async with _alone(owner_url), TortoiseContext() as context:
        await context.init(config=orm_configuration(owner_url))
        executor = MigrationExecutor(context.connections.get("default"), orm_configuration(owner_url)["apps"])
        await executor.migrate(direction="forward", progress=_progress(say))
        await context.connections.close_all()
        owner = await asyncpg.connect(owner_url)
        try:
            await ensure_partitions(owner, months_around(SystemClock().now()))
        finally:
            await owner.close()


def _progress(say: Callable[[str], None]) -> Callable[[str, str, str], None]:
    def tell(phase: str, app: str, name: str) -> None:
        if phase == "apply_done":
            say(f"migrated {app} {name}")

    return tell


@asynccontextmanager
async def _alone(url: str) -> AsyncIterator[None]:
    """Hold the advisory lock: the ORM's tool has none, and two of it on an empty database collide."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _MIGRATION_LOCK)
        yield
    finally:
        await connection.close()
