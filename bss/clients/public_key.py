"""Public keys of API clients, as JWKs (RFC 7517): which are taken, and what is kept of them.

Owns: the kinds of key, their least strength, and that nobody hands in a private one. Does not own: the check of a
signature, which takes a library (`server.identity`).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bss.refusal import InvalidInput, Problem

MOST_KEYS = 4
"""Enough to have an old and a new one while a client changes them, on two machines."""


class KeyType(StrEnum):
    """The kinds of key, by their name in a JWK."""

    ELLIPTIC = "EC"
    EDWARDS = "OKP"
    RSA = "RSA"


ALGORITHMS: dict[KeyType, tuple[str, ...]] = {
    KeyType.ELLIPTIC: ("ES256",),
    KeyType.EDWARDS: ("EdDSA", "Ed25519"),
    KeyType.RSA: ("RS256", "PS256"),
}
"""What a key of a kind signs with; nothing that signs with a shared secret is among them."""

_CURVES = {KeyType.ELLIPTIC: "P-256", KeyType.EDWARDS: "Ed25519"}
_NUMBERS = {KeyType.ELLIPTIC: ("x", "y"), KeyType.EDWARDS: ("x",), KeyType.RSA: ("n", "e")}
_PRIVATE = frozenset({"d", "dp", "dq", "k", "oth", "p", "q", "qi"})
_NAME = re.compile(r"[!-~]{1,100}")
_BASE64URL = re.compile(r"[A-Za-z0-9_-]{1,700}")
_LEAST_BITS, _MOST_BITS = 2048, 4096
_PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
_CONSTANT = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B


@dataclass(frozen=True)
class PublicKey:
    """A client's key by the name that the client gave it; `jwk` holds what a verifier needs and nothing else."""

    key_id: str
    type: KeyType
    jwk: Mapping[str, str]


def public_keys(given: Sequence[object]) -> tuple[PublicKey, ...]:
    """The keys of a client. Raises `InvalidInput` with everything that is wrong with any of them."""
    problems = list(_problems(given))
    if problems:
        raise InvalidInput(problems)
    return tuple(_key_of(each) for each in given if isinstance(each, Mapping))


def _problems(given: Sequence[object]) -> Iterator[Problem]:
    if not 1 <= len(given) <= MOST_KEYS:
        yield Problem(("keys",), f"A client has 1 to {MOST_KEYS} keys.")
    names = [each.get("kid") if isinstance(each, Mapping) else None for each in given]
    for place, each in enumerate(given):
        said = _wrong(each) if isinstance(each, Mapping) else "A key is a JWK: a JSON object."
        if said is None and names.count(names[place]) > 1:
            said = "Two keys have this kid."
        if said is not None:
            yield Problem(("keys", str(place)), said)


def _wrong(jwk: Mapping[str, object]) -> str | None:
    """What is wrong with one key, if anything is."""
    if _PRIVATE & set(jwk):
        return "This is a private or a shared key. Make a new pair, and send the public part only."
    if not isinstance(kid := jwk.get("kid"), str) or not _NAME.fullmatch(kid):
        return "A key has a kid of 1 to 100 visible characters."
    if (kty := jwk.get("kty")) not in list(KeyType):
        return "A key is an EC key on P-256, an OKP key on Ed25519, or an RSA key."
    kind = KeyType(str(kty))
    if kind in _CURVES and jwk.get("crv") != _CURVES[kind]:
        return f"A key of type {kind} is on the curve {_CURVES[kind]}."
    numbers = [_number(jwk.get(name)) for name in _NUMBERS[kind]]
    if any(number is None for number in numbers) or jwk.get("use", "sig") != "sig":
        return f"A key for signatures of type {kind} has {' and '.join(_NUMBERS[kind])}, in base64url."
    return None if _fits(kind, [number or 0 for number in numbers]) else _STRENGTH[kind]


_STRENGTH = {
    KeyType.ELLIPTIC: "These x and y are no point of the curve.",
    KeyType.EDWARDS: "An x on Ed25519 has 32 bytes.",
    KeyType.RSA: f"An RSA key has {_LEAST_BITS} to {_MOST_BITS} bits and the exponent 65537.",
}


def _fits(kind: KeyType, numbers: list[int]) -> bool:
    match kind:
        case KeyType.ELLIPTIC:
            x, y = numbers
            return max(x, y) < _PRIME and (y * y - x * x * x + 3 * x - _CONSTANT) % _PRIME == 0
        case KeyType.EDWARDS:
            return numbers[0] < 2**256
        case KeyType.RSA:
            modulus, exponent = numbers
            return _LEAST_BITS <= modulus.bit_length() <= _MOST_BITS and modulus % 2 == 1 and exponent == 65537


def _number(text: object) -> int | None:
    if not isinstance(text, str) or not _BASE64URL.fullmatch(text) or len(text) % 4 == 1:
        return None
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")


def _key_of(jwk: Mapping[str, object]) -> PublicKey:
    kind = KeyType(str(jwk["kty"]))
    kept = ("kid", "kty", *(("crv",) if kind in _CURVES else ()), *_NUMBERS[kind])
    return PublicKey(str(jwk["kid"]), kind, {name: str(jwk[name]) for name in kept})
