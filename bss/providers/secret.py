"""What a client has to prove itself to an identity provider: sealed where it is kept, and shown to nobody.

Owns: for which place it is sealed. Does not own: the cipher (`bss.transaction.database.Seals`).
"""

from __future__ import annotations

from uuid import UUID

from bss.refusal import InvalidInput
from bss.transaction.database import current

_LEAST, _LONGEST = 16, 2_000
"""Fewer could be guessed by whoever has the digests of the audit."""


def sealed_secret(provider_id: UUID, secret: str | None) -> str | None:
    """The secret as it is kept. Raises `InvalidInput`."""
    if secret is None:
        return None
    if not secret.isascii() or not secret.isprintable() or not _LEAST <= len(secret) <= _LONGEST:
        raise InvalidInput.at("secret", f"A secret has {_LEAST} to {_LONGEST} letters, digits and signs of ASCII.")
    return current().seal.sealed(secret.encode(), _place(provider_id))


def opened_secret(provider_id: UUID, kept: str | None) -> str | None:
    """The secret again, for a call to the provider."""
    return None if kept is None else current().seal.opened(kept, _place(provider_id)).decode()


def _place(provider_id: UUID) -> str:
    return f"secret of identity provider {provider_id}"
