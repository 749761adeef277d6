"""How many rows every table has, whoever may see them: what a refusal must leave as it was."""

from __future__ import annotations

import asyncpg

from bss.transaction.begin import begin
from bss.viewer import Viewer
from tests.installation import Server

_TABLES = (
    "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
    " AND NOT relispartition ORDER BY relname"
)


async def database_of(viewer: Viewer) -> str:
    """The name of the database that the viewer's commands write to."""
    async with begin(viewer) as tx:
        return str(await tx.connection.fetchval("SELECT current_database()"))


async def rows_by_table(server: Server, name: str) -> dict[str, int]:
    """The rows of each table of the database of this name."""
    admin = await asyncpg.connect(server.admin(name))
    try:
        tables = [row["relname"] for row in await admin.fetch(_TABLES)]
        return {table: await admin.fetchval(f'SELECT count(*) FROM "{table}"') for table in tables}
    finally:
        await admin.close()
