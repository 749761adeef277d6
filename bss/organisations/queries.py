"""Readings of organisations and accounts; each takes a viewer, and what lies outside its scope does not exist."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.module import Module
from bss.organisations.account import Account, AccountKind
from bss.organisations.placement import Placement
from bss.permission import Permission
from bss.refusal import InvalidInput, NotFound
from bss.transaction.begin import reading
from bss.transaction.page import Page, PageRequest, paged, paged_by
from bss.transaction.scope import IN_SCOPE
from bss.transaction.value import valued
from bss.viewer import Viewer, requires

ACCOUNT_COLUMNS = (
    "id, path, parent_id, kind, name, accounting_number, email, billing_address, legal_address, mirrored, managed_by,"
    " version, created_at, closed_at"
)


@dataclass(frozen=True)
class Organisation:
    """An organisation's own card. It is billed by itself so many days after a period's end; None: by request."""

    id: UUID
    name: str
    slug: str
    zone: str
    currency: str
    root_account_id: UUID
    modules: frozenset[Module]
    billing_grace_days: int | None


account_of = valued(Account, kind=AccountKind)
"""The account behind a row."""


async def organisation(viewer: Viewer) -> Organisation:
    """The viewer's own organisation."""
    async with reading(viewer) as tx:
        row = await tx.connection.fetchrow(
            "SELECT id, name, slug, zone, currency, root_account_id, modules, billing_grace_days FROM organisation"
            " WHERE organisation_id = $1",
            viewer.organisation_id,
        )
    if row is None:
        raise NotFound("organisation")
    return Organisation(**{**dict(row), "modules": frozenset(map(Module, json.loads(row["modules"])))})


async def one(viewer: Viewer, account_id: UUID, *, path: Iterable[str] = ()) -> Account:
    """The account that an operation is about, which has declared its own permission.

    Raises `NotFound` with the input's `path` when it is not in the viewer's scope.
    """
    found = await _among(viewer, (account_id,))
    if not found:
        raise NotFound("account", path)
    return found[account_id]


async def own(viewer: Viewer) -> Account:
    """The account at the top of the viewer's scope, which everybody may know: it is theirs."""
    async with reading(viewer) as tx:
        row = await tx.connection.fetchrow(
            f"SELECT {ACCOUNT_COLUMNS} FROM account WHERE {IN_SCOPE} AND path = $2",
            *(viewer.organisation_id, viewer.path),
        )
    if row is None:
        raise NotFound("account")
    return account_of(row)


@requires(Permission.ACCOUNT_VIEW)
async def many(viewer: Viewer, account_ids: Collection[UUID]) -> dict[UUID, Account]:
    """The accounts among these that the viewer can see, by id."""
    return await _among(viewer, account_ids)


async def _among(viewer: Viewer, account_ids: Collection[UUID]) -> dict[UUID, Account]:
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"SELECT {ACCOUNT_COLUMNS} FROM account WHERE {IN_SCOPE} AND id = ANY($3)",
            *(viewer.organisation_id, viewer.path, list(account_ids)),
        )
    return {row["id"]: account_of(row) for row in rows}


@requires(Permission.ACCOUNT_VIEW)
async def page(viewer: Viewer, request: PageRequest, *, under: str | None = None) -> Page[Account]:
    """The accounts in the viewer's scope, or those below the path `under`, oldest first."""
    select = (
        f"SELECT {ACCOUNT_COLUMNS} FROM account WHERE {IN_SCOPE}"
        " AND ($3::text IS NULL OR path >= $3 AND path < $3 || '~')"
    )
    return await paged(viewer, select, (viewer.organisation_id, viewer.path, under), request, account_of)


@requires(Permission.ACCOUNT_VIEW)
async def by_path(viewer: Viewer, paths: Collection[str]) -> dict[str, Account]:
    """The accounts at these paths that the viewer can see: for ancestors and for documents."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"SELECT {ACCOUNT_COLUMNS} FROM account WHERE {IN_SCOPE} AND path = ANY($3)",
            *(viewer.organisation_id, viewer.path, list(paths)),
        )
    return {row["path"]: account_of(row) for row in rows}


_PLACEMENT = ", ".join(f"p.{name}" for name in Placement.__dataclass_fields__)
_KNOWN = (
    "(CASE WHEN $3::timestamptz IS NULL THEN {p}.recorded_to IS NULL"
    " ELSE {p}.recorded_from <= $3 AND ({p}.recorded_to IS NULL OR {p}.recorded_to > $3) END)"
)
_STANDING = f"{_KNOWN} AND {{p}}.effective_from <= $4 AND ({{p}}.effective_to IS NULL OR {{p}}.effective_to > $4)"
_PLACED = (
    f"SELECT {_PLACEMENT} FROM account_placement p WHERE p.organisation_id = $1 AND p.path >= $2 AND p.path < $2 || '~'"
)


@requires(Permission.ACCOUNT_VIEW)
async def placements(
    viewer: Viewer, account_ids: Collection[UUID], known_at: datetime | None = None
) -> dict[UUID, tuple[Placement, ...]]:
    """Where these accounts stood when, as it is known now or was known at an instant, by account. One statement."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"{_PLACED} AND {_KNOWN.format(p='p')} AND p.account_id = ANY($4) ORDER BY p.effective_from",
            *(viewer.organisation_id, viewer.path, known_at, list(account_ids)),
        )
    found: dict[UUID, list[Placement]] = {account_id: [] for account_id in account_ids}
    for row in rows:
        found[row["account_id"]].append(Placement(**dict(row)))
    return {account_id: tuple(some) for account_id, some in found.items()}


@requires(Permission.ACCOUNT_VIEW)
async def hierarchy(
    viewer: Viewer, request: PageRequest, *, as_of: datetime, known_at: datetime | None, under: UUID | None
) -> Page[Placement]:
    """Where the accounts in the viewer's scope stood at an instant, as it is known now or was known at another.

    With `under`, those that stood in that account or below it. What has left the viewer's scope since is not in it.
    """
    select = (
        f"{_PLACED} AND {_STANDING.format(p='p')} AND ($5::uuid IS NULL OR EXISTS (SELECT FROM account_placement u"
        f" WHERE u.organisation_id = $1 AND u.account_id = $5 AND {_STANDING.format(p='u')}"
        " AND p.place >= u.place AND p.place < u.place || '~'))"
    )
    arguments = (viewer.organisation_id, viewer.path, known_at, as_of, under)
    return await paged(viewer, select, arguments, request, lambda row: Placement(**dict(row)))


@requires(Permission.ACCOUNT_VIEW)
async def children(viewer: Viewer, account_ids: Collection[UUID], request: PageRequest) -> dict[UUID, Page[Account]]:
    """One page of the accounts directly below each of these, by the one above. One statement."""
    select = f"SELECT {ACCOUNT_COLUMNS} FROM account WHERE {IN_SCOPE}"
    scope = (viewer.organisation_id, viewer.path)
    return await paged_by(viewer, select, scope, account_ids, "parent_id", request, account_of)


@requires(Permission.ACCOUNT_VIEW)
async def subtree(viewer: Viewer, path: str, most: int) -> tuple[Account, ...]:
    """The account at `path` and all below it, each after the one above it. One statement.

    Raises `InvalidInput` at `most`, with how many there are, when there are more than that.
    """
    below = f"FROM account WHERE {IN_SCOPE} AND path >= $3 AND path < $3 || '~'"
    scope = (viewer.organisation_id, viewer.path, path)
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(f"SELECT {ACCOUNT_COLUMNS} {below} ORDER BY path LIMIT {most + 1}", *scope)
        if len(rows) > most:
            count = await tx.connection.fetchval(f"SELECT count(*) {below}", *scope)
            raise InvalidInput.at("most", f"There are {count} accounts; ask for a part of the tree by `under`.")
    return tuple(account_of(row) for row in rows)
