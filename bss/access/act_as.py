"""Step: from a viewer and a delegation to the viewer that acts for the delegated account.

Owns: who may act by which delegation now, and as what. Does not own: the delegations as an account's administrators
see them (`delegation_queries`), or how the caller says by which one they act (`server.http`).

A delegate does not see the delegated account, so that the rows are read above the scope (`raised`). What leaves is
about delegations to the very account that the viewer's role is over, of a person who still has a membership there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from bss.access.recognise import role_permissions
from bss.identifier import Kind, MalformedId, private
from bss.permission import Permission
from bss.refusal import NotFound
from bss.role import DELEGABLE
from bss.transaction.begin import raised
from bss.transaction.page import Page, PageRequest, page_of
from bss.viewer import Viewer

_HELD = (
    "SELECT d.id, d.account_id, a.name, a.path, d.role, r.kind, r.permissions, d.starts_at, d.ends_at FROM delegation d"
    " JOIN account a ON a.organisation_id = d.organisation_id AND a.id = d.account_id"
    " JOIN account t ON t.organisation_id = d.organisation_id AND t.id = d.to_account_id"
    " LEFT JOIN role r ON r.organisation_id = d.organisation_id AND r.code = d.role AND r.retired_at IS NULL"
    " WHERE d.organisation_id = $1 AND t.path = $2 AND d.ended_at IS NULL AND d.starts_at <= $4 AND d.ends_at > $4"
    " AND EXISTS (SELECT FROM membership m WHERE m.organisation_id = d.organisation_id AND m.person_id = $3"
    " AND m.account_id = t.id AND m.ended_at IS NULL)"
)


@dataclass(frozen=True)
class Held:
    """A delegation as those have it who may act by it: for which account, and what they may do there."""

    id: UUID
    account_id: UUID
    account_name: str
    role: str
    permissions: frozenset[Permission]
    starts_at: datetime
    ends_at: datetime


async def acting(viewer: Viewer, delegation: str, *, now: datetime) -> Viewer:
    """The viewer as it acts by the delegation with this public id: never more than it may do itself.

    Raises the same `NotFound` for one that has ended or not begun, that others have, that nobody has, and for text.
    """
    unknown = NotFound("delegation")
    try:
        delegation_id = private(Kind.DELEGATION, delegation)
    except MalformedId:
        raise unknown from None
    if viewer.acting_as is not None:
        raise unknown
    async with raised(viewer, _above(viewer)) as tx:
        row = await tx.connection.fetchrow(f"{_HELD} AND d.id = $5", *_asked(viewer, now), delegation_id)
    if row is None:
        raise unknown
    allowed = _allowed(viewer, row)
    return replace(viewer, path=row["path"], permissions=allowed, acting_as=row["id"], acting_as_name=row["name"])


async def my_delegations(viewer: Viewer, request: PageRequest, *, now: datetime) -> Page[Held]:
    """The delegations by which the viewer may act now, oldest first; none while it acts. Everybody may ask."""
    if viewer.acting_as is not None:
        return Page((), has_next=False, has_previous=False)
    async with raised(viewer, _above(viewer)) as tx:
        return await page_of(tx, _HELD, _asked(viewer, now), request, lambda row: _held_of(viewer, row))


def _above(viewer: Viewer) -> Viewer:
    return Viewer.system(viewer.organisation_id, viewer.root_path, "act as")


def _asked(viewer: Viewer, now: datetime) -> tuple[object, ...]:
    return viewer.organisation_id, viewer.path, viewer.actor_id, now


def _allowed(viewer: Viewer, row: Record) -> frozenset[Permission]:
    return role_permissions(row) & DELEGABLE & viewer.permissions


def _held_of(viewer: Viewer, row: Record) -> Held:
    allowed = _allowed(viewer, row)
    times = (row["starts_at"], row["ends_at"])
    return Held(row["id"], row["account_id"], row["name"], row["role"], allowed, *times)
