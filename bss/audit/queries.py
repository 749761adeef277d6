"""Readings of the audit: for staff who see the whole organisation, because a row lies where its actor does."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.audit.entry import AuditEntry
from bss.audit.rows import AUDIT_COLUMNS, entry_of
from bss.permission import Permission
from bss.transaction.begin import reading
from bss.transaction.page import Page, PageRequest, paged
from bss.transaction.scope import IN_SCOPE
from bss.viewer import Viewer, requires

_WANTED = (
    "($3::uuid IS NULL OR actor_id = $3) AND ($4::text IS NULL OR operation = $4)"
    " AND ($5::timestamptz IS NULL OR recorded_at >= $5) AND ($6::timestamptz IS NULL OR recorded_at < $6)"
)


@dataclass(frozen=True)
class Wanted:
    """Which entries: of an actor, of an operation, recorded from `since` on and before `until`."""

    actor_id: UUID | None = None
    operation: str | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERYTHING = Wanted()


@requires(Permission.AUDIT_VIEW)
async def many(viewer: Viewer, entry_ids: Collection[UUID]) -> dict[UUID, AuditEntry]:
    """The entries among these that the viewer can see, by id. One statement."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"SELECT {AUDIT_COLUMNS} FROM audit WHERE {IN_SCOPE} AND id = ANY($3)",
            *(viewer.organisation_id, viewer.path, list(entry_ids)),
        )
    return {row["id"]: entry_of(row) for row in rows}


@requires(Permission.AUDIT_VIEW)
async def page(viewer: Viewer, request: PageRequest, wanted: Wanted = EVERYTHING) -> Page[AuditEntry]:
    """The organisation's entries that are wanted, oldest first."""
    select = f"SELECT {AUDIT_COLUMNS} FROM audit WHERE {IN_SCOPE} AND {_WANTED}"
    given = (wanted.actor_id, wanted.operation, wanted.since, wanted.until)
    return await paged(viewer, select, (viewer.organisation_id, viewer.path, *given), request, entry_of)
