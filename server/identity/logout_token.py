"""Logout tokens (OpenID Connect Back-Channel Logout 1.0, section 2.6): every check of one but that it comes once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from server.identity.id_token import BY_KEY, SKEW, refuse_others
from server.identity.jwt_reading import BadToken, is_text, opened

EVENT = "http://schemas.openid.net/event/backchannel-logout"
FRESH = timedelta(minutes=2)
_TYPES = ("", "jwt", "logout+jwt", "application/logout+jwt")


@dataclass(frozen=True)
class Logout:
    """Whose sessions end (`subject`), or which of the provider's sessions; `name` is the token's own (`jti`)."""

    name: str
    subject: str | None
    session: str | None


def verify_logout_token(
    raw: str, keys: Iterable[Mapping[str, Any]], *, issuer: str, client_id: str, now: datetime
) -> Logout:
    """What has ended at the provider, if it said so to this client a moment ago. Raises `BadToken`."""
    token = opened(raw, keys, BY_KEY)
    if str(token.header.get("typ", "")).lower() not in _TYPES:
        raise BadToken("it is a token of another kind")
    refuse_others(token, issuer, client_id)
    events = token.claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict) or "nonce" in token.claims:
        raise BadToken("it says nothing of a sign-out")
    if not now - FRESH - SKEW < token.instant("iat") <= now + SKEW:
        raise BadToken("it was made at another time")
    if "exp" in token.claims and now >= token.instant("exp") + SKEW:
        raise BadToken("it has ended")
    subject, session = (token.text(name) if name in token.claims else None for name in ("sub", "sid"))
    name = token.text("jti")
    if subject is None and session is None:
        raise BadToken("nobody is meant")
    if not all(each is None or is_text(each) for each in (name, subject, session)):
        raise BadToken("it has no names")
    return Logout(name, subject, session)
