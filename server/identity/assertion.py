"""Assertions by which a client proves itself with its key (RFC 7523, `private_key_jwt`).

Owns: every check of one but that it is used once. Does not own: that (`server.identity.memory`), or the keys.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bss.clients.public_key import ALGORITHMS
from server.identity.jwt_reading import BadToken, opened

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST = timedelta(minutes=5)
_SKEW = timedelta(seconds=60)
"""How much a client's clock may be ahead of ours."""
_MOST_NAME = 200
_ALGORITHMS = {kind.value: names for kind, names in ALGORITHMS.items()}


@dataclass(frozen=True)
class Assertion:
    """An assertion that holds until `ends_at`, under the name that its client gave it."""

    name: str
    ends_at: datetime


def verify_assertion(
    raw: str, keys: Iterable[Mapping[str, str]], *, client: str, audiences: Collection[str], now: datetime
) -> Assertion:
    """The assertion behind a text, if the client signed it for us a moment ago. Raises `BadToken`."""
    assertion = opened(raw, keys, _ALGORITHMS)
    if not assertion.text("iss") == assertion.text("sub") == client:
        raise BadToken("it is another client's")
    assertion.refuse_other_audience(audiences)
    ends_at = assertion.instant("exp")
    if not now < ends_at <= now + LONGEST + _SKEW:
        raise BadToken("it has ended, or lasts too long")
    for name in ("iat", "nbf"):
        if name in assertion.claims and assertion.instant(name) > now + _SKEW:
            raise BadToken(f"its {name} lies ahead")
    name = assertion.text("jti")
    if len(name) > _MOST_NAME:
        raise BadToken("its jti is too long")
    return Assertion(name, ends_at)
