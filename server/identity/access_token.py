"""Access tokens (RFC 9068): what they say, and the one verifier of them.

Owns: the claims of a token of ours and every check of them, at an instant that is given. Does not own: whether its
client still is one (`bss.clients.standing`), which is asked beside it each time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bss.clients.standing import Standing
from bss.identifier import Kind, public, uuid7
from server.identity.jwt_reading import BadToken, Opened, opened
from server.identity.places import Places
from server.identity.signing import ALGORITHM

LASTS = timedelta(minutes=10)
TYPE = "at+jwt"
_TYPES = (TYPE, f"application/{TYPE}")
_ALGORITHMS = {"EC": (ALGORITHM,)}


@dataclass(frozen=True)
class AccessToken:
    """A token of ours that has not ended."""

    id: UUID
    client: str
    scopes: tuple[str, ...]
    made_at: datetime
    ends_at: datetime


def claims_of(standing: Standing, scopes: Collection[str], places: Places, *, now: datetime) -> dict[str, object]:
    """What a new token of a client says."""
    client = public(Kind.CLIENT, standing.client_id)
    made_at = int(now.timestamp())
    return {
        "iss": places.issuer(standing.organisation),
        "aud": places.audience(standing.organisation),
        "sub": client,
        "client_id": client,
        "org": public(Kind.ORGANISATION, standing.organisation.organisation_id),
        "scope": " ".join(sorted(scopes)),
        "jti": str(uuid7()),
        "iat": made_at,
        "exp": made_at + int(LASTS.total_seconds()),
    }


def verify(raw: str, keys: Iterable[Mapping[str, str]], *, issuer: str, audience: str, now: datetime) -> AccessToken:
    """The token behind a text, if one of these keys signed it for this audience and it lasts. Raises `BadToken`."""
    token = opened(raw, keys, _ALGORITHMS)
    if str(token.header.get("typ", "")).lower() not in _TYPES:
        raise BadToken("it is no access token")
    if token.text("iss") != issuer:
        raise BadToken("somebody else issued it")
    token.refuse_other_audience((audience,))
    if now >= token.instant("exp"):
        raise BadToken("it has ended")
    if token.text("sub") != token.text("client_id"):
        raise BadToken("it is of two clients")
    return AccessToken(
        id=_id_of(token),
        client=token.text("client_id"),
        scopes=tuple(token.text("scope").split()),
        made_at=token.instant("iat"),
        ends_at=token.instant("exp"),
    )


def _id_of(token: Opened) -> UUID:
    try:
        return UUID(token.text("jti"))
    except ValueError as malformed:
        raise BadToken("jti is no id") from malformed
