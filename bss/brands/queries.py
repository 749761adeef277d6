"""Readings of hosts and brands.

Those that take a viewer read its scope. `card_at` takes a host's name, because it is asked before anybody is known: it
finds the organisation in the directory, and reads in its books only what a sign-in page shows to everybody.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.organisations.directory import Entry
from bss.permission import Permission
from bss.transaction.begin import reading
from bss.transaction.database import Role, current
from bss.transaction.scope import IN_SCOPE
from bss.transaction.value import valued
from bss.viewer import Viewer, requires

_BRANDS = f"SELECT id, account_id, name, colour, accent, logo, updated_at FROM brand WHERE {IN_SCOPE}"


@dataclass(frozen=True)
class Brand:
    """How an account shows itself."""

    id: UUID
    account_id: UUID
    name: str
    colour: str
    accent: str
    logo: bytes | None
    updated_at: datetime


@dataclass(frozen=True)
class Host:
    """A host of an account."""

    name: str
    account_id: UUID
    added_at: datetime


@dataclass(frozen=True)
class Card:
    """What everybody may see at a host: the account's brand, or its name alone."""

    name: str
    colour: str
    accent: str
    logo: bytes | None

    @property
    def logo_digest(self) -> str:
        return hashlib.sha256(self.logo or b"").hexdigest()


_brand_of, _host_of = valued(Brand), valued(Host)


@requires(Permission.ACCOUNT_VIEW)
async def brands(viewer: Viewer, brand_ids: Collection[UUID]) -> dict[UUID, Brand]:
    """The brands among these of accounts in the viewer's scope, by id."""
    async with reading(viewer) as tx:
        place = (viewer.organisation_id, viewer.path)
        rows = await tx.connection.fetch(f"{_BRANDS} AND id = ANY($3)", *place, list(brand_ids))
    return {row["id"]: _brand_of(row) for row in rows}


@requires(Permission.ACCOUNT_VIEW)
async def brand_of(viewer: Viewer, account_id: UUID) -> Brand | None:
    """The brand of an account in the viewer's scope, if it has one."""
    async with reading(viewer) as tx:
        place = (viewer.organisation_id, viewer.path)
        row = await tx.connection.fetchrow(f"{_BRANDS} AND account_id = $3", *place, account_id)
    return None if row is None else _brand_of(row)


@requires(Permission.ORGANISATION_OPEN)
async def hosts(viewer: Viewer) -> tuple[Host, ...]:
    """The hosts of accounts in the viewer's scope, by name."""
    select = f"SELECT name, account_id, added_at FROM host WHERE {IN_SCOPE} ORDER BY name"
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(select, viewer.organisation_id, viewer.path)
    return tuple(_host_of(row) for row in rows)


async def organisation_at(name: str) -> Entry | None:
    """The organisation whose host this is, if it is anybody's."""
    row = await current().pool(Role.APP).fetchrow("SELECT * FROM directory_host($1)", name)
    return None if row is None else Entry(row["organisation_id"], row["slug"], row["root_path"])


async def card_at(name: str) -> Card | None:
    """What a sign-in page shows at a host; None where nobody's people come in."""
    entry = await organisation_at(name)
    if entry is None:
        return None
    async with reading(entry.system("brand")) as tx:
        row = await tx.connection.fetchrow(
            "SELECT coalesce(b.name, a.name) AS name, coalesce(b.colour, '') AS colour,"
            " coalesce(b.accent, '') AS accent, b.logo FROM host h"
            " JOIN account a ON a.organisation_id = h.organisation_id AND a.id = h.account_id"
            " LEFT JOIN brand b ON b.organisation_id = h.organisation_id AND b.account_id = h.account_id"
            " WHERE h.organisation_id = $1 AND h.name = $2",
            *(entry.organisation_id, name),
        )
    return None if row is None else Card(**row)
