"""Readings of organisations and accounts; each takes a viewer, and what lies outside its scope does not exist."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from asyncpg import Record

from bss.organisations.account import Account, AccountKind
from bss.permission import Permission
from bss.refusal import NotFound
from bss.transaction.begin import reading
from bss.transaction.page import Page, PageRequest, paged
from bss.viewer import Viewer, requires

ACCOUNT_COLUMNS = (
    "id, path, parent_id, kind, name, accounting_number, email, billing_address, legal_address, mirrored, managed_by,"
    " version, created_at, closed_at"
)
_IN_SCOPE = "organisation_id = $1 AND path >= $2 AND path < $2 || '~'"


@dataclass(frozen=True)
class Organisation:
    """An organisation's own card."""

    id: UUID
    name: str
    slug: str
    zone: str
    currency: str
    root_account_id: UUID


def account_of(row: Record) -> Account:
    """The account behind a row."""
    values = dict(row)
    return Account(**{**values, "kind": AccountKind(values["kind"])})


async def organisation(viewer: Viewer) -> Organisation:
    """The viewer's own organisation."""
    async with reading(viewer) as tx:
        row = await tx.connection.fetchrow(
            "SELECT id, name, slug, zone, currency, root_account_id FROM organisation WHERE organisation_id = $1",
            viewer.organisation_id,
        )
    if row is None:
        raise NotFound("organisation")
    return Organisation(**dict(row))


async def one(viewer: Viewer, account_id: UUID, *, path: Iterable[str] = ()) -> Account:
    """The account. Raises `NotFound` with the input's `path` when it is not in the viewer's scope."""
    found = await many(viewer, (account_id,))
    if not found:
        raise NotFound("account", path)
    return found[account_id]


@requires(Permission.ACCOUNT_VIEW)
async def many(viewer: Viewer, account_ids: Collection[UUID]) -> dict[UUID, Account]:
    """The accounts among these that the viewer can see, by id."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"SELECT {ACCOUNT_COLUMNS} FROM account WHERE {_IN_SCOPE} AND id = ANY($3)",
            *(viewer.organisation_id, viewer.path, list(account_ids)),
        )
    return {row["id"]: account_of(row) for row in rows}


@requires(Permission.ACCOUNT_VIEW)
async def page(viewer: Viewer, request: PageRequest, *, under: str | None = None) -> Page[Account]:
    """The accounts in the viewer's scope, or those below the path `under`, oldest first."""
    select = (
        f"SELECT {ACCOUNT_COLUMNS} FROM account WHERE {_IN_SCOPE}"
        " AND ($3::text IS NULL OR path >= $3 AND path < $3 || '~')"
    )
    return await paged(viewer, select, (viewer.organisation_id, viewer.path, under), request, account_of)


@requires(Permission.ACCOUNT_VIEW)
async def by_path(viewer: Viewer, paths: Collection[str]) -> dict[str, Account]:
    """The accounts at these paths that the viewer can see: for ancestors and for documents."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"SELECT {ACCOUNT_COLUMNS} FROM account WHERE {_IN_SCOPE} AND path = ANY($3)",
            *(viewer.organisation_id, viewer.path, list(paths)),
        )
    return {row["path"]: account_of(row) for row in rows}
