"""Readings of an organisation's signing keys, for those who sign and those who verify.

They ask as the organisation itself: what is shown of a key is public, and its private part is sealed.
"""

from __future__ import annotations

from datetime import datetime

import orjson
from asyncpg import Record

from bss.clients.signing_key import SHOWN_AFTER, SigningKey
from bss.transaction.begin import Transaction, reading
from bss.viewer import Viewer

_KEYS = "SELECT key_id, public, private_sealed, signs_from, signs_until FROM signing_key WHERE organisation_id = $1"
RUNNING = f"{_KEYS} AND signs_until IS NULL"
"""The active key and the next one."""


async def shown_keys(viewer: Viewer, *, now: datetime) -> tuple[SigningKey, ...]:
    """The keys by which a token may be verified now: the next, the active one, and those that retired lately."""
    async with reading(viewer) as tx:
        return await keys_shown_in(tx, now=now)


async def keys_shown_in(tx: Transaction, *, now: datetime) -> tuple[SigningKey, ...]:
    """The same in a transaction that is open."""
    rows = await tx.connection.fetch(
        f"{_KEYS} AND (signs_until IS NULL OR signs_until > $2) ORDER BY id", tx.organisation_id, now - SHOWN_AFTER
    )
    return tuple(map(key_of, rows))


async def running_keys(viewer: Viewer) -> tuple[SigningKey, ...]:
    """The active key and the next one; none before the organisation's first token."""
    async with reading(viewer) as tx:
        return tuple(map(key_of, await tx.connection.fetch(RUNNING, tx.organisation_id)))


def key_of(row: Record) -> SigningKey:
    """The key behind a row."""
    return SigningKey(
        row["key_id"], orjson.loads(row["public"]), row["private_sealed"], row["signs_from"], row["signs_until"]
    )
