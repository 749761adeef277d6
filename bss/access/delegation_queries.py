"""Readings of delegations, as those see them who administer the delegated accounts; each takes a viewer."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from bss.access.delegation import Delegation
from bss.permission import Permission
from bss.transaction.begin import reading
from bss.transaction.page import Page, PageRequest, paged
from bss.transaction.scope import IN_SCOPE
from bss.transaction.value import valued
from bss.viewer import Viewer, requires

_DELEGATIONS = (
    "SELECT id, account_id, to_account_id, role, reason, starts_at, ends_at, ended_at, granted_by_name, created_at"
    f" FROM delegation WHERE {IN_SCOPE}"
)
_delegation_of = valued(Delegation)


@requires(Permission.PERSON_VIEW)
async def delegations(viewer: Viewer, delegation_ids: Collection[UUID]) -> dict[UUID, Delegation]:
    """The delegations among these of accounts in the viewer's scope, by id; ended ones too."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"{_DELEGATIONS} AND id = ANY($3)", *(viewer.organisation_id, viewer.path, list(delegation_ids))
        )
    return {row["id"]: _delegation_of(row) for row in rows}


@requires(Permission.PERSON_VIEW)
async def delegation_page(viewer: Viewer, request: PageRequest, *, account_id: UUID | None = None) -> Page[Delegation]:
    """The delegations of accounts in the viewer's scope, oldest first, ended ones too; of one account, if named."""
    parameters = (viewer.organisation_id, viewer.path, account_id)
    select = f"{_DELEGATIONS} AND ($3::uuid IS NULL OR account_id = $3)"
    return await paged(viewer, select, parameters, request, _delegation_of)
