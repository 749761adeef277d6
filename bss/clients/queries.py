"""Readings of API clients; each takes a viewer, and what lies outside its scope does not exist.

Never read here: the hash of a secret.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

import orjson
from asyncpg import Record

from bss.clients.client import Client, Method
from bss.permission import Permission
from bss.transaction.begin import reading
from bss.transaction.page import Page, PageRequest, paged
from bss.transaction.scope import IN_SCOPE
from bss.viewer import Viewer, requires

_CLIENTS = f"SELECT id, membership_id, name, keys, scopes, created_at, retired_at FROM client WHERE {IN_SCOPE}"


@requires(Permission.CLIENT_MANAGE)
async def clients(viewer: Viewer, client_ids: Collection[UUID]) -> dict[UUID, Client]:
    """The clients among these whose memberships lie in the viewer's scope, by id; retired ones too."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"{_CLIENTS} AND id = ANY($3)", *(viewer.organisation_id, viewer.path, list(client_ids))
        )
    return {row["id"]: _client_of(row) for row in rows}


@requires(Permission.CLIENT_MANAGE)
async def client_page(viewer: Viewer, request: PageRequest) -> Page[Client]:
    """The clients whose memberships lie in the viewer's scope, oldest first; retired ones too."""
    return await paged(viewer, _CLIENTS, (viewer.organisation_id, viewer.path), request, _client_of)


def _client_of(row: Record) -> Client:
    keys = orjson.loads(row["keys"])
    return Client(
        id=row["id"],
        membership_id=row["membership_id"],
        name=row["name"],
        method=Method.PRIVATE_KEY_JWT if keys else Method.SECRET,
        key_ids=tuple(key["kid"] for key in keys),
        scopes=tuple(orjson.loads(row["scopes"])),
        created_at=row["created_at"],
        retired_at=row["retired_at"],
    )
