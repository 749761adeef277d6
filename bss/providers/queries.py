"""Readings of identity providers. Never read for a viewer: the secret.

Those that take a viewer read its scope. `providers_at` and `provider_at` take a host's name, because they are asked
before anybody is known, and read in the books of the organisation whose host it is.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import orjson
from asyncpg import Record

from bss.brands.queries import organisation_at
from bss.organisations.directory import Entry
from bss.permission import Permission
from bss.providers.provider import Terms
from bss.providers.rules import kept
from bss.providers.secret import opened_secret
from bss.transaction.begin import reading
from bss.transaction.page import Page, PageRequest, paged
from bss.transaction.scope import IN_SCOPE
from bss.viewer import Viewer, requires

_TERMS = "name, client_id, scopes, groups_claim, domains, rules"
_PROVIDERS = f"SELECT id, account_id, issuer, {_TERMS}, added_at, retired_at FROM identity_provider WHERE {IN_SCOPE}"
_AT_HOST = (
    "SELECT p.id, p.name, p.issuer, p.client_id, p.secret_sealed, p.scopes, p.groups_claim FROM identity_provider p"
    " JOIN host h ON h.organisation_id = p.organisation_id AND h.account_id = p.account_id"
    " WHERE p.organisation_id = $1 AND h.name = $2 AND p.retired_at IS NULL"
)


@dataclass(frozen=True)
class Provider:
    """A provider as those see it who administer the account."""

    id: UUID
    account_id: UUID
    issuer: str
    terms: Terms
    added_at: datetime
    retired_at: datetime | None


@dataclass(frozen=True)
class Trusted:
    """What a sign-in by a provider needs; the secret is to be sent to its issuer and nowhere else."""

    organisation: Entry
    id: UUID
    name: str
    issuer: str
    client_id: str
    secret: str | None = field(repr=False)
    scopes: str
    groups_claim: str


@requires(Permission.SIGN_IN_MANAGE)
async def providers(viewer: Viewer, provider_ids: Collection[UUID]) -> dict[UUID, Provider]:
    """The providers among these of accounts in the viewer's scope, by id; retired ones too."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"{_PROVIDERS} AND id = ANY($3)", *(viewer.organisation_id, viewer.path, list(provider_ids))
        )
    return {row["id"]: _provider_of(row) for row in rows}


@requires(Permission.SIGN_IN_MANAGE)
async def provider_page(viewer: Viewer, request: PageRequest, *, account_id: UUID | None = None) -> Page[Provider]:
    """The providers of accounts in the viewer's scope, oldest first, retired ones too; of one account, if named."""
    parameters = (viewer.organisation_id, viewer.path, account_id)
    select = f"{_PROVIDERS} AND ($3::uuid IS NULL OR account_id = $3)"
    return await paged(viewer, select, parameters, request, _provider_of)


async def providers_at(host: str) -> tuple[tuple[UUID, str], ...]:
    """The id and the name of each provider by which people come in at a host, oldest first."""
    entry = await organisation_at(host)
    if entry is None:
        return ()
    async with reading(entry.system("sign in")) as tx:
        rows = await tx.connection.fetch(f"{_AT_HOST} ORDER BY p.id", entry.organisation_id, host)
    return tuple((row["id"], row["name"]) for row in rows)


async def provider_at(host: str, provider_id: UUID) -> Trusted | None:
    """The provider, if people come in by it at the host."""
    entry = await organisation_at(host)
    if entry is None:
        return None
    async with reading(entry.system("sign in")) as tx:
        row = await tx.connection.fetchrow(f"{_AT_HOST} AND p.id = $3", entry.organisation_id, host, provider_id)
    if row is None:
        return None
    secret = opened_secret(row["id"], row["secret_sealed"])
    who = (row["id"], row["name"], row["issuer"], row["client_id"])
    return Trusted(entry, *who, secret, row["scopes"], row["groups_claim"])


def _provider_of(row: Record) -> Provider:
    domains, rules = tuple(orjson.loads(row["domains"])), kept(orjson.loads(row["rules"]))
    terms = Terms(row["name"], row["client_id"], row["scopes"], row["groups_claim"], domains, rules)
    return Provider(row["id"], row["account_id"], row["issuer"], terms, row["added_at"], row["retired_at"])
