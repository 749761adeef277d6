"""Read signed tokens of strangers: the one way in which a JWT of any kind is opened here.

Owns: that the key is named, the algorithm is the key's and no other, and times are compared with a given instant.
Does not own: what a kind of token must say (`access_token`, `assertion`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry

LONGEST = 8_192
_MOST_LETTERS = 400
_UNREADABLE = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What the library makes of what is no token: a header may be any JSON."""


def is_text(value: object) -> bool:
    """Whether a claim is a text that may be kept and compared: a name, a group, an id."""
    return isinstance(value, str) and len(value) <= _MOST_LETTERS and value.isprintable()


class BadToken(Exception):
    """The token proves nothing; the message says why, for a log and for tests."""


@dataclass(frozen=True)
class Opened:
    """A token whose signature holds."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]

    def text(self, name: str) -> str:
        """A claim that must be a text with something in it. Raises `BadToken`."""
        value = self.claims.get(name)
        if not isinstance(value, str) or not value:
            raise BadToken(f"{name} is missing")
        return value

    def instant(self, name: str) -> datetime:
        """A claim that must be an instant, in whole seconds. Raises `BadToken`."""
        value = self.claims.get(name)
        if type(value) is not int or not 0 <= value < 2**33:
            raise BadToken(f"{name} is missing")
        return datetime.fromtimestamp(value, UTC)

    def refuse_other_audience(self, ours: Collection[str]) -> None:
        """Raise `BadToken` unless the token is for one of these."""
        value = self.claims.get("aud")
        named = value if isinstance(value, list) else [value]
        if not any(each in ours for each in named if isinstance(each, str)):
            raise BadToken("it is for somebody else")


def key_named(keys: Iterable[Mapping[str, Any]], name: object) -> Mapping[str, Any] | None:
    """The key of this name (`kid`); one without a name is meant by a token that names none."""
    return next((each for each in keys if each.get("kid") == name), None)


def named_key(raw: str) -> str | None:
    """The name of the key by which a token says that it is signed; it proves nothing. Raises `BadToken`."""
    try:
        name = jws.extract_compact(raw[:LONGEST].encode()).headers().get("kid")
    except _UNREADABLE as unreadable:
        raise BadToken(f"{type(unreadable).__name__}: {unreadable}") from unreadable
    return name if isinstance(name, str) else None


def opened(raw: str, keys: Iterable[Mapping[str, Any]], algorithms: Mapping[str, Collection[str]]) -> Opened:
    """Open a token by the key that its header names. Raises `BadToken`.

    `algorithms` are those that a key may sign with, by its type: a shared secret and "none" are never among them.
    """
    if len(raw) > LONGEST:
        raise BadToken("it is too long")
    try:
        header = jws.extract_compact(raw.encode()).headers()
        key = key_named(keys, header.get("kid"))
        if key is None:
            raise BadToken("its key is not known")
        token = jwt.decode(raw, JWKRegistry.import_key(dict(key)), algorithms=list(algorithms[key["kty"]]))
    except _UNREADABLE as unreadable:
        raise BadToken(f"{type(unreadable).__name__}: {unreadable}") from unreadable
    return Opened(token.header, token.claims)
