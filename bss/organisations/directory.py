"""The directory: which organisations this installation has, without reading any of their rows.

Owns: the way from nothing to a system viewer of one organisation. It is reached only through definer functions.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record

from bss.transaction.database import Role, current
from bss.viewer import Viewer


@dataclass(frozen=True)
class Entry:
    """An organisation of this installation: id, slug and the path of its root account."""

    organisation_id: UUID
    slug: str
    root_path: str

    def system(self, job: str) -> Viewer:
        """The organisation's own viewer, for a job that is named in the audit."""
        return Viewer.system(self.organisation_id, self.root_path, job)


async def organisations() -> tuple[Entry, ...]:
    """Every organisation of this installation."""
    rows = await current().pool(Role.APP).fetch("SELECT * FROM directory_organisations()")
    return tuple(map(_entry_of, rows))


async def named(slug: str) -> Entry | None:
    """The organisation with this slug, if there is one."""
    row = await current().pool(Role.APP).fetchrow("SELECT * FROM directory_named($1)", slug)
    return None if row is None else _entry_of(row)


async def take_due() -> tuple[tuple[UUID, str], ...]:
    """Organisations (id, root path) that were marked as having work, each mark handed out once."""
    rows = await current().pool(Role.APP).fetch("SELECT * FROM directory_take_due()")
    return tuple((row["organisation_id"], row["root_path"]) for row in rows)


def _entry_of(row: Record) -> Entry:
    return Entry(row["organisation_id"], row["slug"], row["root_path"])
