"""Pairs of keys on P-256 with which organisations sign, and the signature.

Owns: making pairs, opening their private part, and signing with it. Does not own: which key signs when
(`bss.clients.rotate_signing_keys`), or what a token says (`server.identity.access_token`).
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import orjson
from joserfc import jwt
from joserfc.jwk import ECKey

from bss.clients.signing_key import MadeKey, SigningKey
from server.identity.sealing import CannotOpen, Seal

ALGORITHM = "ES256"
_CURVE = "P-256"


class SigningKeys:
    """Makes and opens the signing keys of organisations; a key of one cannot be opened as another's."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def made(self, organisation_id: UUID) -> MadeKey:
        """A new pair; its id is its thumbprint (RFC 7638)."""
        pair = ECKey.generate_key(_CURVE, {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
        public = {name: str(value) for name, value in pair.as_dict(private=False).items()}
        private = orjson.dumps(pair.as_dict(private=True))
        key_id = public["kid"]
        return MadeKey(key_id, public, self._seal.sealed(private, _place(organisation_id, key_id)))

    def signed(self, organisation_id: UUID, key: SigningKey, kind: str, claims: Mapping[str, object]) -> str:
        """A token of this type (`typ`) with these claims, signed by an organisation's key. Raises `CannotOpen`."""
        if key.private_sealed is None:
            raise CannotOpen("the key signs no more")
        private = self._seal.opened(key.private_sealed, _place(organisation_id, key.key_id))
        pair = ECKey.import_key(orjson.loads(private))
        header = {"typ": kind, "alg": ALGORITHM, "kid": key.key_id}
        return jwt.encode(header, dict(claims), pair, algorithms=[ALGORITHM])


def _place(organisation_id: UUID, key_id: str) -> str:
    return f"signing key {key_id} of {organisation_id}"
