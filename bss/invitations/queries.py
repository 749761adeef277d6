"""Readings of invitations; each takes a viewer. Never read: the hash of a secret."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.permission import Permission
from bss.transaction.begin import reading
from bss.transaction.scope import IN_SCOPE
from bss.transaction.value import valued
from bss.viewer import Viewer, requires


@dataclass(frozen=True)
class Invitation:
    """Open until `ends_at`, unless it was taken."""

    id: UUID
    membership_id: UUID
    host: str
    made_at: datetime
    ends_at: datetime
    taken_at: datetime | None


_invitation_of = valued(Invitation)


@requires(Permission.PERSON_VIEW)
async def invitations(viewer: Viewer, invitation_ids: Collection[UUID]) -> dict[UUID, Invitation]:
    """The invitations among these of memberships in the viewer's scope, by id; those that are over, too."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"SELECT id, membership_id, host, made_at, ends_at, taken_at FROM invitation WHERE {IN_SCOPE}"
            " AND id = ANY($3)",
            *(viewer.organisation_id, viewer.path, list(invitation_ids)),
        )
    return {row["id"]: _invitation_of(row) for row in rows}
