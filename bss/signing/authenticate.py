"""From the secret of a session to a `Viewer`: the store knows where to look, and the database says what holds now."""

from __future__ import annotations

from datetime import datetime

from bss.access.recognise import RECOGNISED, viewer_of
from bss.signing.session import SessionStore, session_key
from bss.transaction.begin import reading
from bss.viewer import Viewer

_OF_SESSION = (
    f"{RECOGNISED} JOIN session s ON s.organisation_id = m.organisation_id AND s.membership_id = m.id"
    " WHERE s.organisation_id = $1 AND s.id = $2 AND m.ended_at IS NULL AND s.ended_at IS NULL"
    " AND s.host = $3 AND s.started_at <= $4 AND s.ends_at > $4"
)


async def viewer_of_session(
    store: SessionStore, secret: str, *, host: str, now: datetime, uses: bool = True
) -> Viewer | None:
    """The viewer behind a session on this host, or None: unknown and ended ones, and another host's, are one.

    Who only asks whether it holds does not use it (`uses`). Raises `StoreAway`.
    """
    key = session_key(secret)
    session = await store.find(key)
    if session is None or session.host != host or not session.holds(now):
        return None
    system = Viewer.system(session.organisation_id, session.root_path, "authenticate")
    async with reading(system) as tx:
        row = await tx.connection.fetchrow(_OF_SESSION, *(session.organisation_id, session.id, host, now))
    if row is None:
        return None
    if uses and session.is_to_be_noted(now):
        await store.keep(key, session.seen(now))
    return viewer_of(row, session.organisation_id)
