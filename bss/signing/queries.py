"""Readings of sessions; each takes a viewer, and what lies outside its scope does not exist."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.permission import Permission
from bss.transaction.begin import reading
from bss.transaction.page import Page, PageRequest, paged
from bss.transaction.scope import IN_SCOPE
from bss.transaction.value import valued
from bss.viewer import Viewer, requires

# A session is over with its membership, whether or not anybody ended it.
_SESSIONS = (
    "SELECT id, person_id, membership_id, host, started_at, ends_at, least(ended_at, (SELECT m.ended_at FROM membership"
    " m WHERE m.organisation_id = session.organisation_id AND m.id = session.membership_id)) AS ended_at"
    f" FROM session WHERE {IN_SCOPE}"
)


@dataclass(frozen=True)
class SignedIn:
    """Somebody's session: as what, where, since when, until when at the latest, and since when not any more."""

    id: UUID
    person_id: UUID
    membership_id: UUID
    host: str
    started_at: datetime
    ends_at: datetime
    ended_at: datetime | None


_session_of = valued(SignedIn)


@requires(Permission.SESSION_VIEW)
async def sessions(viewer: Viewer, session_ids: Collection[UUID]) -> dict[UUID, SignedIn]:
    """The sessions among these over accounts in the viewer's scope, by id; ended ones too."""
    async with reading(viewer) as tx:
        place = (viewer.organisation_id, viewer.path)
        rows = await tx.connection.fetch(f"{_SESSIONS} AND id = ANY($3)", *place, list(session_ids))
    return {row["id"]: _session_of(row) for row in rows}


@requires(Permission.SESSION_VIEW)
async def session_page(viewer: Viewer, request: PageRequest, *, person_id: UUID | None = None) -> Page[SignedIn]:
    """The sessions over accounts in the viewer's scope, oldest first, ended ones too; of one person, if named."""
    parameters = (viewer.organisation_id, viewer.path, person_id)
    select = f"{_SESSIONS} AND ($3::uuid IS NULL OR person_id = $3)"
    return await paged(viewer, select, parameters, request, _session_of)
