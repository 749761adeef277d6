"""Make an organisation's signing keys, and let the next one sign when the active one has signed long enough.

Owns: the change, as one transaction that any number of processes may attempt at once. Does not own: who calls it (the
sweep of `workers`, and whoever needs the first key); it is nobody's command and writes no job.
"""

from __future__ import annotations

from datetime import datetime

import orjson

from bss.clients.signing_key import SHOWN_AFTER, KeyMaker, MadeKey, SigningKey
from bss.clients.signing_keys import RUNNING, key_of, running_keys
from bss.identifier import uuid7
from bss.transaction.begin import Transaction, begin
from bss.viewer import Viewer


async def active_key(viewer: Viewer, maker: KeyMaker, *, now: datetime) -> SigningKey:
    """The key that signs now; the organisation's first keys are made when they are first asked for."""
    if (found := _active(await running_keys(viewer))) is not None:
        return found
    async with begin(viewer) as tx:
        await _add(tx, maker.made(tx.organisation_id), now, signs_from=now)
        await _add(tx, maker.made(tx.organisation_id), now, signs_from=None)
    found = _active(await running_keys(viewer))
    assert found is not None, "the keys were made by this transaction or by another that has committed"
    return found


async def rotate_signing_keys(viewer: Viewer, maker: KeyMaker, *, now: datetime) -> bool:
    """Let the next key sign when that is due; whether it was. An organisation without keys needs none yet."""
    if not any(key.is_due(now) for key in await running_keys(viewer)):
        return False
    async with begin(viewer) as tx:
        rows = await tx.connection.fetch(f"{RUNNING} ORDER BY id FOR UPDATE", tx.organisation_id)
        due = [key for key in map(key_of, rows) if key.is_due(now)]
        if not due:  # another process was faster, and this one waited for it
            return False
        await tx.connection.execute(
            "DELETE FROM signing_key WHERE organisation_id = $1 AND signs_until <= $2",
            *(tx.organisation_id, now - SHOWN_AFTER),
        )
        await tx.connection.execute(
            "UPDATE signing_key SET signs_until = $3, private_sealed = NULL WHERE organisation_id = $1 AND key_id = $2",
            *(tx.organisation_id, due[0].key_id, now),
        )
        await tx.connection.execute(
            "UPDATE signing_key SET signs_from = $2 WHERE organisation_id = $1 AND signs_from IS NULL",
            *(tx.organisation_id, now),
        )
        await _add(tx, maker.made(tx.organisation_id), now, signs_from=None)
    return True


def _active(keys: tuple[SigningKey, ...]) -> SigningKey | None:
    return next((key for key in keys if key.is_active), None)


async def _add(tx: Transaction, made: MadeKey, now: datetime, *, signs_from: datetime | None) -> None:
    """Keep a key, unless another process has made the one that stands in this place meanwhile."""
    await tx.connection.execute(
        "INSERT INTO signing_key (id, organisation_id, key_id, public, private_sealed, created_at, signs_from)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING",
        *(uuid7(), tx.organisation_id, made.key_id, orjson.dumps(dict(made.public)).decode(), made.private_sealed),
        *(now, signs_from),
    )
