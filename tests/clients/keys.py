"""Keys of clients in tests: one that is always the same, and new pairs."""

from __future__ import annotations

from joserfc.jwk import ECKey, OKPKey, RSAKey

PUBLIC_KEY = {
    "kid": "one",
    "kty": "EC",
    "crv": "P-256",
    "x": "axfR8uEsQkf4vOblY6RA8ncDfYEt6zOg9KE5RdiYwpY",
    "y": "T-NC4v4af5uO5-tKfA-eFivOM1drMV7Oy7ZAaDe_UfU",
}
"""The generator of the curve: a point that everybody knows, and a key that nobody may use."""


def pair(name: str = "one") -> ECKey:
    """A new pair on P-256."""
    return ECKey.generate_key("P-256", {"kid": name})


def edwards(name: str = "one") -> OKPKey:
    return OKPKey.generate_key("Ed25519", {"kid": name})


def rsa(bits: int, name: str = "one") -> RSAKey:
    return RSAKey.generate_key(bits, {"kid": name})
