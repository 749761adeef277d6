"""A link: the channel between a reseller's organisation and its distributor's, seen from one side.

Owns: the value, the two sides, and the lock that makes one receiver and one relay at a time write a link's rows.
Does not own: how the two organisations join (`sync.connect`), or what crosses (`sync.message`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from asyncpg import Record

from bss.refusal import NotFound
from bss.transaction.begin import Transaction
from bss.transaction.database import Role, current
from bss.viewer import Viewer

_COLUMNS = "id, link_key, side, peer_name, account_id, epoch, received_through"


class Side(StrEnum):
    """Which end of a link an organisation is. A reseller may be the distributor of another link."""

    RESELLER = "reseller"
    DISTRIBUTOR = "distributor"

    @property
    def peer(self) -> Side:
        return Side.DISTRIBUTOR if self is Side.RESELLER else Side.RESELLER


@dataclass(frozen=True)
class Link:
    """One side of a link. `link_key` is the same on both sides; `id` is this side's row.

    `account_id` is, at the distributor, the reseller's account; at the reseller, its own root.
    `received_through` is the contiguous high-water mark: every sequence up to it has arrived.
    """

    id: UUID
    link_key: UUID
    side: Side
    peer_name: str
    account_id: UUID
    epoch: int
    received_through: int


@dataclass(frozen=True)
class Address:
    """Where a message for one side of a link is received: organisation, its root path, and its row of the link."""

    organisation_id: UUID
    root_path: str
    link_id: UUID

    def viewer(self) -> Viewer:
        """The receiving organisation's own viewer; the audit names it."""
        return Viewer.system(self.organisation_id, self.root_path, "sync")


def link_of(row: Record) -> Link:
    """The link behind a row."""
    return Link(**{**dict(row), "side": Side(row["side"])})


async def address_of(link_key: UUID, side: Side) -> Address | None:
    """The organisation of this installation that holds this side of the link, found through the directory."""
    row = await current().pool(Role.SYNC).fetchrow("SELECT * FROM directory_link($1, $2)", link_key, side.value)
    return None if row is None else Address(row["organisation_id"], row["root_path"], row["link_id"])


async def links(tx: Transaction, link_ids: Collection[UUID] | None = None) -> tuple[Link, ...]:
    """The organisation's links, all or those among `link_ids`, oldest first."""
    rows = await tx.connection.fetch(
        f"SELECT {_COLUMNS} FROM link WHERE organisation_id = $1 AND ($2::uuid[] IS NULL OR id = ANY($2)) ORDER BY id",
        *(tx.organisation_id, None if link_ids is None else list(link_ids)),
    )
    return tuple(link_of(row) for row in rows)


async def locked(tx: Transaction, link_id: UUID) -> Link:
    """The link, locked until the commit. Raises `NotFound`.

    Whoever writes pairs and messages of a link takes this lock first. It lets references to the row pass, so
    that other rows that point to the link may be written meanwhile.
    """
    row = await tx.connection.fetchrow(
        f"SELECT {_COLUMNS} FROM link WHERE organisation_id = $1 AND id = $2 FOR NO KEY UPDATE",
        *(tx.organisation_id, link_id),
    )
    if row is None:
        raise NotFound("link", ("linkId",))
    return link_of(row)
