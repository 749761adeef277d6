"""What holds of a client at this moment: by what it proves itself, and what it may do.

Owns: the way from a public client id to what its membership allows now, through the directory, and to its
organisation's keys. Does not own: the check of a proof or of a token (`server.identity`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

import orjson
from asyncpg import Record

from bss.access.recognise import RECOGNISED, viewer_of
from bss.clients.signing_key import SigningKey
from bss.clients.signing_keys import keys_shown_in
from bss.organisations.directory import Entry
from bss.permission import Permission
from bss.transaction.begin import Transaction, reading
from bss.transaction.database import Role, current
from bss.viewer import Viewer

_OF_CLIENT = (
    "SELECT m.*, c.secret_hash, c.keys, c.scopes FROM client c CROSS JOIN LATERAL"
    f" ({RECOGNISED} WHERE m.organisation_id = c.organisation_id AND m.id = c.membership_id AND m.ended_at IS NULL) m"
    " WHERE c.organisation_id = $1 AND c.id = $2 AND c.retired_at IS NULL"
)
_NOBODY = Entry(UUID(int=0), "", "nobody.")
"""Whose books are read for a client that there is not, so that it costs what a client costs that there is."""


@dataclass(frozen=True)
class Standing:
    """A client that is not retired and whose membership has not ended.

    `viewer` is what its membership makes of it; `scopes` are its own that the role allows now.
    """

    client_id: UUID
    organisation: Entry
    viewer: Viewer
    secret_hash: str | None
    keys: tuple[Mapping[str, str], ...]
    scopes: frozenset[Permission]

    def within(self, scopes: Collection[str]) -> Viewer:
        """The viewer behind a token with these scopes: what they and the role both allow."""
        return replace(self.viewer, permissions=frozenset(word for word in self.scopes if word.value in scopes))


async def standing_of(client_id: UUID) -> Standing | None:
    """What holds of a client; None alike for unknown and retired ones, and those whose membership has ended."""
    organisation = await _organisation_of(client_id)
    async with reading(organisation.system("authenticate")) as tx:
        return await _standing(tx, client_id, organisation)


async def standing_with_keys(client_id: UUID, *, now: datetime) -> tuple[Standing | None, tuple[SigningKey, ...]]:
    """The same, with the keys by which a token of its organisation may be verified now."""
    organisation = await _organisation_of(client_id)
    async with reading(organisation.system("authenticate")) as tx:
        return await _standing(tx, client_id, organisation), await keys_shown_in(tx, now=now)


async def _organisation_of(client_id: UUID) -> Entry:
    row = await current().pool(Role.APP).fetchrow("SELECT * FROM directory_client($1)", client_id)
    return _NOBODY if row is None else Entry(row["organisation_id"], row["slug"], row["root_path"])


async def _standing(tx: Transaction, client_id: UUID, organisation: Entry) -> Standing | None:
    row = await tx.connection.fetchrow(_OF_CLIENT, organisation.organisation_id, client_id)
    return None if row is None else _standing_of(row, client_id, organisation)


def _standing_of(row: Record, client_id: UUID, organisation: Entry) -> Standing:
    viewer = viewer_of(row, organisation.organisation_id)
    scopes = frozenset(word for word in viewer.permissions if word.value in orjson.loads(row["scopes"]))
    return Standing(client_id, organisation, viewer, row["secret_hash"], tuple(orjson.loads(row["keys"])), scopes)
