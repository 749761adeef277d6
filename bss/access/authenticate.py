"""From a bearer token to a `Viewer`: directory first, then the organisation's own rows."""

from __future__ import annotations

from datetime import datetime

from asyncpg import Record

from bss.access.admit import token_hash
from bss.access.recognise import RECOGNISED, viewer_of
from bss.transaction.begin import reading
from bss.transaction.database import Role, current
from bss.viewer import Viewer

_MOST_PLACES = 10_000
_OF_TOKEN = (
    f"{RECOGNISED} JOIN api_token t ON t.organisation_id = m.organisation_id AND t.membership_id = m.id"
    " WHERE t.organisation_id = $1 AND t.id = $2 AND m.ended_at IS NULL AND t.revoked_at IS NULL"
    " AND (t.expires_at IS NULL OR t.expires_at > $3)"
)


async def viewer_of_token(secret: str, *, now: datetime) -> Viewer | None:
    """The viewer behind a token, or None: unknown, revoked and expired tokens, and those of who left, are one."""
    entry = await _place(token_hash(secret))
    if entry is None:
        return None
    async with reading(Viewer.system(entry["organisation_id"], entry["root_path"], "authenticate")) as tx:
        row = await tx.connection.fetchrow(_OF_TOKEN, *(entry["organisation_id"], entry["token_id"], now))
    return None if row is None else viewer_of(row, entry["organisation_id"])


async def _place(hashed: str) -> Record | None:
    """Where a token's row is: an entry of the directory is written once and stays, so that it is asked for once."""
    known = current().token_places
    entry = known.get(hashed)
    if entry is None:
        entry = await current().pool(Role.APP).fetchrow("SELECT * FROM directory_token($1)", hashed)
        if entry is None:
            return None
        known[hashed] = entry
        if len(known) > _MOST_PLACES:
            known.popitem(last=False)
    known.move_to_end(hashed)
    return entry
