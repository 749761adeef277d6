"""Readings of people, memberships and tokens; each takes a viewer, and what lies outside its scope does not exist.

Never read: the hash of a token.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from bss.permission import Permission
from bss.transaction.begin import reading
from bss.transaction.page import Page, PageRequest, paged
from bss.transaction.scope import IN_SCOPE
from bss.transaction.value import valued
from bss.viewer import Viewer, requires

_PEOPLE = f"SELECT id, name, email, created_at FROM person WHERE {IN_SCOPE}"
_MEMBERSHIPS = f"SELECT id, person_id, account_id, role, ended_at FROM membership WHERE {IN_SCOPE}"
_TOKENS = f"SELECT id, membership_id, name, created_at, expires_at, revoked_at FROM api_token WHERE {IN_SCOPE}"


@dataclass(frozen=True)
class Person:
    """A person or an API client."""

    id: UUID
    name: str
    email: str
    created_at: datetime


@dataclass(frozen=True)
class Membership:
    """A person's role over an account and everything below it."""

    id: UUID
    person_id: UUID
    account_id: UUID
    role: str
    ended_at: datetime | None


@dataclass(frozen=True)
class Token:
    """A bearer token of a membership, without anything by which it could be guessed."""

    id: UUID
    membership_id: UUID
    name: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


_person_of, _membership_of, _token_of = valued(Person), valued(Membership), valued(Token)


@requires(Permission.PERSON_VIEW)
async def people(viewer: Viewer, person_ids: Collection[UUID]) -> dict[UUID, Person]:
    """The people among these who belong to accounts in the viewer's scope, by id."""
    rows = await _rows(viewer, f"{_PEOPLE} AND id = ANY($3)", person_ids)
    return {row["id"]: _person_of(row) for row in rows}


@requires(Permission.PERSON_VIEW)
async def person_page(viewer: Viewer, request: PageRequest) -> Page[Person]:
    """The people and API clients who belong to accounts in the viewer's scope, oldest first."""
    return await paged(viewer, _PEOPLE, (viewer.organisation_id, viewer.path), request, _person_of)


@requires(Permission.PERSON_VIEW)
async def memberships(viewer: Viewer, membership_ids: Collection[UUID]) -> dict[UUID, Membership]:
    """The memberships among these over accounts in the viewer's scope, by id; ended ones too."""
    rows = await _rows(viewer, f"{_MEMBERSHIPS} AND id = ANY($3)", membership_ids)
    return {row["id"]: _membership_of(row) for row in rows}


@requires(Permission.PERSON_VIEW)
async def membership_page(viewer: Viewer, request: PageRequest, *, person_id: UUID | None = None) -> Page[Membership]:
    """The memberships over accounts in the viewer's scope, oldest first, ended ones too; of one person, if named."""
    parameters = (viewer.organisation_id, viewer.path, person_id)
    select = f"{_MEMBERSHIPS} AND ($3::uuid IS NULL OR person_id = $3)"
    return await paged(viewer, select, parameters, request, _membership_of)


@requires(Permission.TOKEN_CREATE)
async def tokens(viewer: Viewer, token_ids: Collection[UUID]) -> dict[UUID, Token]:
    """The tokens among these whose memberships lie in the viewer's scope, by id; revoked ones too."""
    select = f"{_TOKENS} AND id = ANY($3)"
    return {row["id"]: _token_of(row) for row in await _rows(viewer, select, token_ids)}


@requires(Permission.TOKEN_CREATE)
async def token_page(viewer: Viewer, request: PageRequest) -> Page[Token]:
    """The tokens whose memberships lie in the viewer's scope, oldest first; revoked ones too."""
    return await paged(viewer, _TOKENS, (viewer.organisation_id, viewer.path), request, _token_of)


async def _rows(viewer: Viewer, select: str, identifiers: Collection[UUID]) -> list[Record]:
    async with reading(viewer) as tx:
        return await tx.connection.fetch(select, *(viewer.organisation_id, viewer.path, list(identifiers)))
