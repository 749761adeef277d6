"""Step and readings: who may be assigned a case or a task, and who was.

Owns: that somebody who is assigned sees the account, and may see what is noted about it. Does not own: people,
memberships and roles (`bss.access`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record

from bss.organisations.queries import one
from bss.permission import Permission
from bss.refusal import InvalidInput, NotFound
from bss.role import standard_with
from bss.transaction.begin import reading
from bss.transaction.page import MOST_ROWS
from bss.viewer import Viewer, requires

_MEMBERS = (
    "SELECT m.id, m.path, m.role, p.name, m.ended_at IS NULL AND (m.role = ANY('{"
    + ",".join(standard_with(Permission.RELATION_VIEW))
    + f"}}') OR coalesce(r.permissions ? '{Permission.RELATION_VIEW}', false)) AS may_see"
    " FROM membership m"
    " JOIN person p ON p.organisation_id = m.organisation_id AND p.id = m.person_id"
    " LEFT JOIN role r ON r.organisation_id = m.organisation_id AND r.code = m.role"
    " WHERE m.organisation_id = $1 AND m.path >= $2 AND m.path < $2 || '~'"
)


@dataclass(frozen=True)
class Assignee:
    """A person in a role, by membership."""

    id: UUID
    name: str
    role: str


@requires(Permission.RELATION_VIEW)
async def assignees(viewer: Viewer, membership_ids: Collection[UUID]) -> dict[UUID, Assignee]:
    """The people behind these memberships that lie in the viewer's scope, by membership."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"{_MEMBERS} AND m.id = ANY($3)", *(viewer.organisation_id, viewer.path, list(membership_ids))
        )
    return {row["id"]: _assignee_of(row) for row in rows}


@requires(Permission.RELATION_VIEW)
async def assignable(viewer: Viewer, account_id: UUID) -> tuple[Assignee, ...]:
    """Who in the viewer's scope may be assigned what concerns the account: the first 200 by name.

    Raises `NotFound` for an account outside the scope.
    """
    account = await one(viewer, account_id, path=("accountId",))
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"SELECT * FROM ({_MEMBERS} AND starts_with($3, m.path)) AS member WHERE may_see"
            f" ORDER BY name, id LIMIT {MOST_ROWS}",
            *(viewer.organisation_id, viewer.path, account.path),
        )
    return tuple(_assignee_of(row) for row in rows)


async def refuse_unfit(viewer: Viewer, membership_id: UUID | None, account_path: str) -> None:
    """Refuse an assignee who is not there, or who could not see what is assigned; nobody is always fit.

    Raises `NotFound` and `InvalidInput`.
    """
    if membership_id is None:
        return
    async with reading(viewer) as tx:
        row = await tx.connection.fetchrow(
            f"{_MEMBERS} AND m.id = $3", *(viewer.organisation_id, viewer.path, membership_id)
        )
    if row is None:
        raise NotFound("membership", ("assigneeId",))
    if not row["may_see"] or not account_path.startswith(row["path"]):
        raise InvalidInput.at("assigneeId", f"{row['name']} does not see what is noted about this account.")


def _assignee_of(row: Record) -> Assignee:
    return Assignee(row["id"], row["name"], row["role"])


def reassigned(table: str, parameter: str) -> str:
    """The assignee after a record is written anew: the one that is named; nobody, unless the writer cannot see who is.

    SQL for an UPDATE of `table`: row-level security shows the memberships of the writer's scope and no others.
    """
    return (
        f"CASE WHEN {parameter}::uuid IS NULL AND NOT EXISTS (SELECT FROM membership m"
        f" WHERE m.organisation_id = {table}.organisation_id AND m.id = {table}.assignee_id)"
        f" THEN {table}.assignee_id ELSE {parameter}::uuid END"
    )
