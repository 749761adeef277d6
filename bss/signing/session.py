"""Sessions: how long somebody who signed in stays known, and what is remembered of it between two requests.

Owns: the value, its ends, and the port of the store. Does not own: whether the session is still valid, which the
database says at every request (`bss.signing.authenticate`), cookies, or any store (`server.memory`).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

IDLE = timedelta(minutes=30)
"""After so long without a request a session ends."""
LONGEST = timedelta(hours=8)
"""A session ends at the latest after so long: what the provider of a sign-in withdraws is worth no more than that."""
_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Voucher:
    """By which identity provider a session came, and the ID token by which the provider knows it again."""

    provider_id: UUID
    id_token: str


@dataclass(frozen=True)
class Session:
    """What is remembered under the key of a session: where its row is found, its host, and when it was last used."""

    id: UUID
    organisation_id: UUID
    root_path: str
    host: str
    started_at: datetime
    seen_at: datetime
    voucher: Voucher | None = None

    def holds(self, now: datetime) -> bool:
        """Whether neither end has come."""
        return now < self.seen_at + IDLE and now < self.started_at + LONGEST

    def is_to_be_noted(self, now: datetime) -> bool:
        """Whether it is time to write down that somebody was here; not at every request."""
        return now >= self.seen_at + _NOTED_EVERY

    def seen(self, now: datetime) -> Session:
        return replace(self, seen_at=now)


class SessionStore(Protocol):
    """Remembers sessions by key. It may forget at any time: then people sign in again. Raises `StoreAway`."""

    async def keep(self, key: str, session: Session) -> None: ...

    async def find(self, key: str) -> Session | None: ...

    async def forget(self, key: str) -> None: ...


class StoreAway(Exception):
    """The store does not answer. Nobody is taken for somebody meanwhile."""


def session_key(secret: str) -> str:
    """What is stored of a session's secret: its SHA-256. The secret has 256 random bits, and needs no salt."""
    return hashlib.sha256(secret.encode()).hexdigest()
