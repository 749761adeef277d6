"""Signing keys: what an organisation signs its access tokens with, and for how long each is shown to verifiers.

Owns: the value, its states by instants, and the port that makes keys. Does not own: the cryptography and the sealing
of private parts (`server.identity`), or when keys change (`bss.clients.rotate_signing_keys`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

SIGNS_FOR = timedelta(days=30)
"""How long a key signs before the next one does."""
SHOWN_AFTER = timedelta(hours=1)
"""How long a key is shown after its last signature: longer than any token lasts."""


@dataclass(frozen=True)
class SigningKey:
    """A key of one organisation: next (`signs_from` is None), active, or retired (`signs_until` is set).

    The private part is sealed, and gone as soon as the key has retired.
    """

    key_id: str
    public: Mapping[str, str]
    private_sealed: str | None
    signs_from: datetime | None
    signs_until: datetime | None

    @property
    def is_active(self) -> bool:
        return self.signs_from is not None and self.signs_until is None

    def is_due(self, now: datetime) -> bool:
        """Whether the next key is to sign from now on."""
        return self.is_active and self.signs_from is not None and self.signs_from + SIGNS_FOR <= now


@dataclass(frozen=True)
class MadeKey:
    """A new pair: what verifiers see of it, and its private part, sealed for one organisation."""

    key_id: str
    public: Mapping[str, str]
    private_sealed: str


class KeyMaker(Protocol):
    """Makes pairs whose private part only this installation can open."""

    def made(self, organisation_id: UUID) -> MadeKey: ...
