"""Change what a role of the organisation's own allows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson

from bss.access.create_role import name_problems
from bss.access.grant import refuse_more
from bss.access.own_roles import held_role
from bss.permission import Permission, with_implied
from bss.refusal import Conflict, InvalidInput, NotFound, WrongState
from bss.role import role_problems
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class UpdateRole:
    """What is None stays; the kind of a role never changes."""

    role_id: UUID
    name: str | None = None
    permissions: frozenset[Permission] | None = None
    expected_version: int | None = None


@command("updateRole", requires=Permission.ROLE_MANAGE, refuses=(NotFound, WrongState))
async def update_role(tx: Transaction, request: UpdateRole, now: datetime) -> Outcome:
    """Change a role of the organisation's own; all who have it may do, from now on, what it allows now."""
    found = await held_role(tx, request.role_id)
    if request.expected_version not in (None, found.version):
        raise Conflict("Somebody else changed the role first.", ("expectedVersion",))
    name = found.role.name if request.name is None else request.name.strip()
    permissions = found.role.permissions if request.permissions is None else request.permissions
    if problems := [*name_problems(name), *role_problems(found.role.kind, permissions)]:
        raise InvalidInput(problems)
    refuse_more(tx.viewer, found.role.permissions | with_implied(permissions))
    await tx.connection.execute(
        "UPDATE role SET name = $3, permissions = $4, version = version + 1 WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, found.id, name, orjson.dumps(sorted(permissions)).decode()),
    )
    return Outcome(found.id)
