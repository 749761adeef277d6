"""Roles as an organisation has them: the standard ones, and those that it added.

Owns: how a row becomes a role, and that a standard role is never shadowed by a row. Does not own: which permissions
a kind of role may have (`bss.role`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from asyncpg import Record

from bss.identifier import derived
from bss.permission import Permission, with_implied
from bss.refusal import NotFound, WrongState
from bss.role import LEAST, MOST, STANDARD, Role, RoleKind
from bss.transaction.begin import Transaction, reading
from bss.viewer import Viewer, requires

MOST_OWN = 100
"""How many roles of its own an organisation may have; retired ones do not count."""
_OWN = "SELECT id, code, name, kind, permissions, version, retired_at FROM role WHERE organisation_id = $1"


@dataclass(frozen=True)
class OwnedRole:
    """A role with its id; a standard one has none of the organisation's versions, and is never retired."""

    id: UUID
    role: Role
    is_standard: bool
    version: int
    retired_at: datetime | None


def allowed(kind: RoleKind, words: Iterable[str]) -> frozenset[Permission]:
    """What the words of a row allow, whoever wrote it: no word that is gone, nothing beyond its kind, and its least."""
    known = {Permission(word) for word in words if word in set(Permission)}
    return with_implied(known) & MOST[kind] | LEAST[kind]


def standard_id(organisation_id: UUID, code: str) -> UUID:
    """The id of a standard role in an organisation."""
    return derived("role", organisation_id, code)


async def role_named(tx: Transaction, code: str) -> Role | None:
    """The role that may be given under this code, and is not retired meanwhile; retired ones may not."""
    if code in STANDARD:
        return STANDARD[code]
    row = await tx.connection.fetchrow(
        "SELECT code, name, kind, permissions FROM role WHERE organisation_id = $1 AND code = $2"
        " AND retired_at IS NULL FOR SHARE",
        *(tx.organisation_id, code),
    )
    return None if row is None else _role_of(row)


async def held_role(tx: Transaction, role_id: UUID) -> OwnedRole:
    """A role of the organisation's own, held until the end of the transaction.

    Raises `NotFound`, and `WrongState` for a standard or a retired one.
    """
    if any(role_id == standard_id(tx.organisation_id, code) for code in STANDARD):
        raise WrongState("A standard role is what it is; create one of your own.", ("roleId",))
    row = await tx.connection.fetchrow(f"{_OWN} AND id = $2 FOR UPDATE", *(tx.organisation_id, role_id))
    if row is None:
        raise NotFound("role", ("roleId",))
    found = _owned_of(row)
    if found.retired_at is not None:
        raise WrongState("The role is retired.", ("roleId",))
    return found


@requires(Permission.PERSON_VIEW)
async def roles(viewer: Viewer) -> tuple[OwnedRole, ...]:
    """All roles that may be given, the standard ones first, and then by code."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(f"{_OWN} AND retired_at IS NULL ORDER BY code", viewer.organisation_id)
    return (*_standard(viewer), *(_owned_of(row) for row in rows))


@requires(Permission.PERSON_VIEW)
async def many_roles(viewer: Viewer, role_ids: Collection[UUID]) -> dict[UUID, OwnedRole]:
    """The roles among these, by id; retired ones too."""
    found = {each.id: each for each in _standard(viewer) if each.id in set(role_ids)}
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(f"{_OWN} AND id = ANY($2)", *(viewer.organisation_id, list(role_ids)))
    return found | {row["id"]: _owned_of(row) for row in rows}


def _standard(viewer: Viewer) -> tuple[OwnedRole, ...]:
    return tuple(
        OwnedRole(standard_id(viewer.organisation_id, role.code), role, True, 1, None) for role in STANDARD.values()
    )


def _role_of(row: Record) -> Role:
    kind = RoleKind(row["kind"])
    return Role(row["code"], row["name"], kind, allowed(kind, orjson.loads(row["permissions"])))


def _owned_of(row: Record) -> OwnedRole:
    return OwnedRole(row["id"], _role_of(row), False, row["version"], row["retired_at"])
