"""An organisation in whose books something is done, and the hands of those who own the database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from bss.access.open_organisation import OpenOrganisation, founder, open_organisation
from bss.audit.entry import AuditEntry
from bss.audit.queries import page
from bss.audit.seal import seal
from bss.audit.verify import Verified, verify
from bss.identifier import label
from bss.organisations.account import AccountKind
from bss.organisations.create_account import CreateAccount, create_account
from bss.transaction.page import PageRequest
from bss.viewer import Viewer
from tests.installation import Server

OPENED = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Books:
    """`viewer` sees everything; `name` is the database's."""

    server: Server
    name: str
    viewer: Viewer
    root_id: UUID

    @classmethod
    async def opened(cls, server: Server, name: str, slug: str = "cloud") -> Books:
        """Cloud, which was opened: the first entry of its audit."""
        _, root_id, viewer = founder(slug)
        opening = OpenOrganisation(slug.title(), slug, "Europe/Amsterdam", "EUR", "Ann", root_id)
        await open_organisation(viewer, opening, now=OPENED)
        return cls(server, name, viewer, root_id)

    async def account(self, name: str, *, parent: UUID | None = None, now: datetime = OPENED) -> UUID:
        """Do something: open a lite reseller's account, as staff or as the people of its parent."""
        viewer = self.viewer
        if parent is not None:
            viewer = replace(viewer, path=f"{viewer.path}{label(parent)}.", actor_name="below")
        request = CreateAccount(
            parent or self.root_id, AccountKind.CUSTOMER if parent else AccountKind.LITE_RESELLER, name
        )
        return (await create_account(viewer, request, now=now)).object_id

    async def sealed(self, *names: str) -> tuple[AuditEntry, ...]:
        """What is in the chain after so many accounts more."""
        for name in names:
            await self.account(name)
        await seal(self.viewer, now=OPENED)
        return await self.chain()

    async def chain(self) -> tuple[AuditEntry, ...]:
        """The sealed entries in the order of their positions."""
        found = [entry for entry in (await page(self.viewer, PageRequest(200))).rows if entry.position is not None]
        return tuple(sorted(found, key=lambda entry: entry.position or 0))

    async def waiting(self) -> tuple[AuditEntry, ...]:
        """The entries that are not sealed."""
        return tuple(entry for entry in (await page(self.viewer, PageRequest(200))).rows if entry.position is None)

    async def verified(self, now: datetime = OPENED) -> Verified:
        return await verify(self.viewer, now=now)

    async def tampered(self, *statements: str) -> None:
        """What a superuser can do to the books: no policy and no trigger stands in the way."""
        connection = await asyncpg.connect(self.server.admin(self.name))
        await connection.execute("SET session_replication_role = replica")
        for statement in statements:
            await connection.execute(statement)
        await connection.close()

    async def as_role(self, role: str) -> asyncpg.Connection:
        """A connection of a run-time role, in the scope of the whole organisation."""
        connection = await asyncpg.connect(self.server.url(self.name, role))
        await connection.execute(
            "SELECT set_config('bss.organisation', $1, false), set_config('bss.path', $2, false)",
            *(str(self.viewer.organisation_id), self.viewer.path),
        )
        return connection
