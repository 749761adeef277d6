"""Look for leaks the hard way: raw SQL as the application's role, around every query, in every tenant table.

Owns: the oracle. It reads without any condition, so that only row-level security stands between it and the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import asyncpg

_TENANT_TABLES = """
SELECT c.relname, EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'path') AS has_path,
  EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'seller_path') AS has_seller
FROM pg_class c JOIN pg_attribute o ON o.attrelid = c.oid AND o.attname = 'organisation_id'
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND c.relname NOT LIKE 'directory\\_%' ORDER BY 1
"""


@dataclass(frozen=True)
class Scope:
    """Somebody's place: organisation and account path."""

    name: str
    organisation_id: UUID
    path: str


@dataclass(frozen=True)
class Seen:
    """What the oracle found: sentences about leaks, and how many rows each table showed to anybody."""

    leaks: tuple[str, ...]
    rows: dict[str, int]


async def look(connection: asyncpg.Connection, scopes: tuple[Scope, ...]) -> Seen:
    """Read and try to write every tenant table in every scope, and without one."""
    leaks: list[str] = []
    rows: dict[str, int] = {}
    for table in await connection.fetch(_TENANT_TABLES):
        name = table["relname"]
        paths = [
            column for column, there in (("path", table["has_path"]), ("seller_path", table["has_seller"])) if there
        ]
        rows[name] = 0
        if await connection.fetchval(f"SELECT count(*) FROM {name}"):
            leaks.append(f"{name}: rows without a scope")
        for scope in scopes:
            async with connection.transaction():
                await _enter(connection, scope)
                rows[name] += await connection.fetchval(f"SELECT count(*) FROM {name}")
                leaks += await _foreign_rows(connection, name, paths, scope)
                leaks += await _foreign_writes(connection, name, scope)
    return Seen(tuple(leaks), rows)


async def _enter(connection: asyncpg.Connection, scope: Scope) -> None:
    await connection.execute(
        "SELECT set_config('bss.organisation', $1, true), set_config('bss.path', $2, true)",
        *(str(scope.organisation_id), scope.path),
    )


async def _foreign_rows(connection: asyncpg.Connection, table: str, paths: list[str], scope: Scope) -> list[str]:
    own = " OR ".join(f"starts_with({path}, $2)" for path in paths) or "true"
    found = await connection.fetchval(
        f"SELECT count(*) FROM {table} WHERE NOT (organisation_id = $1 AND $2 <> '' AND ({own}))",
        *(scope.organisation_id, scope.path),
    )
    return [f"{table}: {found} foreign rows in the scope of {scope.name}"] if found else []


async def _foreign_writes(connection: asyncpg.Connection, table: str, scope: Scope) -> list[str]:
    """Try to touch the rows of others; a trigger that refuses does so because the row was seen."""
    try:
        async with connection.transaction():
            done = await connection.execute(
                f"UPDATE {table} SET organisation_id = organisation_id WHERE organisation_id <> $1",
                scope.organisation_id,
            )
    except asyncpg.PostgresError:
        return [f"{table}: a foreign row was reached by UPDATE in the scope of {scope.name}"]
    return [] if done == "UPDATE 0" else [f"{table}: {done} in the scope of {scope.name}"]
