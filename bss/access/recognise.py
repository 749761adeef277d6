"""Step: from a membership to the viewer that it makes, as it is now.

Owns: what somebody may do, by role, account and modules. Does not own: how somebody is known to have the membership
(a token; a sign-in).
"""

from __future__ import annotations

from uuid import UUID

import orjson
from asyncpg import Record

from bss.access.own_roles import allowed
from bss.module import Module
from bss.organisations.account import AccountKind
from bss.permission import HISTORY, Permission
from bss.role import STANDARD, RoleKind
from bss.viewer import Viewer

RECOGNISED = (
    "SELECT p.id, p.name, m.path, m.role, r.kind, r.permissions, a.kind AS account_kind, o.modules FROM membership m"
    " JOIN organisation o ON o.organisation_id = m.organisation_id"
    " JOIN person p ON p.organisation_id = m.organisation_id AND p.id = m.person_id"
    " JOIN account a ON a.organisation_id = m.organisation_id AND a.id = m.account_id"
    " LEFT JOIN role r ON r.organisation_id = m.organisation_id AND r.code = m.role AND r.retired_at IS NULL"
)
"""What is read of a membership `m`; it must not have ended."""


def viewer_of(row: Record, organisation_id: UUID) -> Viewer:
    """The viewer behind a row of `RECOGNISED`."""
    modules = frozenset(Module(word) for word in orjson.loads(row["modules"]))
    return Viewer(row["id"], row["name"], organisation_id, row["path"], permissions_of(row), modules)


def permissions_of(row: Record) -> frozenset[Permission]:
    """What the role allows; at a customer's account always its history too, whatever the role is (A23)."""
    always = HISTORY if row["account_kind"] == AccountKind.CUSTOMER else frozenset()
    return role_permissions(row) | always


def role_permissions(row: Record) -> frozenset[Permission]:
    """What the role of a row allows by itself; nothing when it is retired."""
    if row["role"] in STANDARD:
        return STANDARD[row["role"]].permissions
    return frozenset() if row["kind"] is None else allowed(RoleKind(row["kind"]), orjson.loads(row["permissions"]))
