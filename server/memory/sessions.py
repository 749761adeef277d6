"""Sessions as short-lived entries: `bss.signing.session.SessionStore` over the Redis-protocol server.

Owns: the form of an entry. Does not own: when a session ends; the entry's own end only clears away what has ended.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import orjson

from bss.signing.session import LONGEST, Session, Voucher
from server.memory.short_lived import ShortLived


class ShortLivedSessions:
    """The store of an installation."""

    def __init__(self, entries: ShortLived) -> None:
        self._entries = entries

    async def keep(self, key: str, session: Session) -> None:
        await self._entries.put(_name(key), orjson.dumps(session, default=str), LONGEST)

    async def find(self, key: str) -> Session | None:
        content = await self._entries.find(_name(key))
        return None if content is None else _session(content)

    async def forget(self, key: str) -> None:
        await self._entries.forget(_name(key))


def _name(key: str) -> str:
    return f"session:{key}"


def _session(content: bytes) -> Session:
    found = orjson.loads(content)
    voucher = found["voucher"]
    return Session(
        id=UUID(found["id"]),
        organisation_id=UUID(found["organisation_id"]),
        root_path=found["root_path"],
        host=found["host"],
        started_at=datetime.fromisoformat(found["started_at"]),
        seen_at=datetime.fromisoformat(found["seen_at"]),
        voucher=None if voucher is None else Voucher(UUID(voucher["provider_id"]), voucher["id_token"]),
    )
