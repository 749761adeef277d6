"""ID tokens (OpenID Connect Core 1.0, section 3.1.3.7): every check of one, at an instant that is given.

Owns: what an ID token must say. Does not own: whom it lets in (`bss.providers`), or how it came here over TLS.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bss.clients.public_key import ALGORITHMS
from server.identity.jwt_reading import BadToken, Opened, opened

SKEW = timedelta(seconds=60)
"""How much a provider's clock may differ from ours."""
_TYPES = ("", "jwt", "application/jwt")
BY_KEY = {kind.value: names for kind, names in ALGORITHMS.items()}


def verify_id_token(
    raw: str, keys: Iterable[Mapping[str, Any]], *, issuer: str, client_id: str, nonce: str, now: datetime
) -> Opened:
    """The token, if this issuer signed it for this client, for this very sign-in, a moment ago. Raises `BadToken`."""
    token = opened(raw, keys, BY_KEY)
    if str(token.header.get("typ", "")).lower() not in _TYPES:
        raise BadToken("it is a token of another kind")
    refuse_others(token, issuer, client_id)
    if now >= token.instant("exp") + SKEW:
        raise BadToken("it has ended")
    if token.instant("iat") > now + SKEW:
        raise BadToken("its iat lies ahead")
    if not hmac.compare_digest(token.text("nonce").encode(), nonce.encode()):
        raise BadToken("it is the answer to another question")
    token.text("sub")
    return token


def refuse_others(token: Opened, issuer: str, client_id: str) -> None:
    """Raise `BadToken` unless the token is from this issuer, and for this client alone or made for it."""
    if token.text("iss") != issuer:
        raise BadToken("somebody else issued it")
    token.refuse_other_audience((client_id,))
    several = isinstance(token.claims.get("aud"), list) and len(token.claims["aud"]) > 1
    if (several or "azp" in token.claims) and token.claims.get("azp") != client_id:
        raise BadToken("it was made for somebody else")
