"""Seal what the database keeps and only this installation may read.

Owns: the cipher (AES-256-GCM) and the key behind it, made from the installation's secret. Does not own: where the
secret comes from (`server.settings`, `server.installation`), or what is sealed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_PURPOSE = b"bss: what is sealed in the database"
_FORM = "1."
_NONCE_BYTES = 12


class CannotOpen(Exception):
    """It was sealed by another secret, for another place, or is damaged."""


class Seal:
    """Seals texts, each for one place: what was sealed for one place is not opened at another."""

    def __init__(self, secret: str, purpose: bytes = _PURPOSE) -> None:
        self._secret = secret
        self._cipher = AESGCM(hmac.new(secret.encode(), purpose, hashlib.sha256).digest())

    def apart(self, purpose: str) -> Seal:
        """Another key from the same secret: for what is sealed often, or given away."""
        return Seal(self._secret, f"bss: {purpose}".encode())

    def sealed(self, content: bytes, place: str) -> str:
        """The content as it may be kept."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        kept = nonce + self._cipher.encrypt(nonce, content, place.encode())
        return _FORM + base64.b64encode(kept).decode()

    def opened(self, kept: str, place: str) -> bytes:
        """The content again. Raises `CannotOpen`."""
        form, content = kept[: len(_FORM)], _decoded(kept[len(_FORM) :])
        if form != _FORM:
            raise CannotOpen("it was sealed in a form that is not known here")
        try:
            return self._cipher.decrypt(content[:_NONCE_BYTES], content[_NONCE_BYTES:], place.encode())
        except InvalidTag as damaged:
            raise CannotOpen("it was sealed by another secret or for another place") from damaged


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as damaged:
        raise CannotOpen("it is damaged") from damaged
