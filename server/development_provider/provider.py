"""The development provider's endpoints: description, keys, choosing who one is, tokens, the end.

Owns: just as much of OpenID Connect as an honest provider needs: codes are taken once, last a minute, and are bound to
their client, address and PKCE challenge. Does not own: who there is (`house`), or the signature (`server.identity`).
It keeps nobody signed in, and forgets everything when the process ends.
"""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from urllib.parse import urlencode
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route

from bss.clients.signing_key import SigningKey
from bss.clock import Clock
from server.development_provider.house import CLIENT, House, Person
from server.http.oauth.form import BadForm, form_of
from server.identity.sealing import Seal
from server.identity.signing import ALGORITHM, SigningKeys

_LASTS = timedelta(minutes=1)
_MOST_CODES = 1_000
_ANYBODY = UUID(int=0)
_NOT_KEPT = {"Cache-Control": "no-store"}


@dataclass(frozen=True)
class _Code:
    """What a code stands for, until when."""

    house: House
    person: Person
    asked: Mapping[str, str]
    ends_at: datetime


class DevelopmentProvider:
    """One issuer for each house, at `origin`/{house}."""

    def __init__(self, origin: str, houses: tuple[House, ...], clock: Clock) -> None:
        self._origin = origin
        self._houses = {house.code: house for house in houses}
        self._clock = clock
        self._codes: dict[str, _Code] = {}
        self._keys = SigningKeys(Seal(secrets.token_hex(32)))
        made = self._keys.made(_ANYBODY)
        self._key = SigningKey(made.key_id, made.public, made.private_sealed, clock.now(), None)

    def issuer(self, house: House) -> str:
        return f"{self._origin}/{house.code}"

    def routes(self, path: str) -> Mount:
        """The endpoints, below a path of an application."""
        return Mount(
            f"{path}/{{house}}",
            routes=[
                Route("/.well-known/openid-configuration", self._description),
                Route("/keys", self._public_keys),
                Route("/authorize", self._authorize, methods=["GET", "POST"]),
                Route("/token", self._token, methods=["POST"]),
                Route("/end", self._end),
            ],
        )

    async def _description(self, request: Request) -> Response:
        house = self._house(request)
        if house is None:
            return _nobody()
        issuer = self.issuer(house)
        return JSONResponse(
            {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "jwks_uri": f"{issuer}/keys",
                "end_session_endpoint": f"{issuer}/end",
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": [ALGORITHM],
                "token_endpoint_auth_methods_supported": ["none"],
                "code_challenge_methods_supported": ["S256"],
                "authorization_response_iss_parameter_supported": True,
            }
        )

    async def _public_keys(self, request: Request) -> Response:
        return JSONResponse({"keys": [dict(self._key.public)]})

    async def _authorize(self, request: Request) -> Response:
        """Choose who one is; whoever has chosen is sent back."""
        house, asked = self._house(request), dict(request.query_params)
        if house is None or not _is_of(house, asked):
            return _nobody()
        if request.method == "GET":
            markup = _environment().get_template("choose.html").render(house=house)
            return HTMLResponse(markup, headers={**_NOT_KEPT, "X-Frame-Options": "DENY"})
        body = (await request.body()).decode("ascii", "replace")
        person = house.person(body.partition("person=")[2])
        if person is None:
            return _nobody()
        code = secrets.token_urlsafe(32)
        now = self._clock.now()
        self._codes = {key: kept for key, kept in self._codes.items() if kept.ends_at > now}
        if len(self._codes) >= _MOST_CODES:
            self._codes.clear()
        self._codes[code] = _Code(house, person, asked, now + _LASTS)
        back = urlencode({"code": code, "state": asked.get("state", ""), "iss": self.issuer(house)})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 303, headers=_NOT_KEPT)

    async def _token(self, request: Request) -> Response:
        try:
            form = await form_of(request)
        except BadForm as unreadable:
            return unreadable.response
        code = self._codes.pop(form.get("code", ""), None)
        verifier = form.get("code_verifier", "").encode()
        challenge = urlsafe_b64encode(hashlib.sha256(verifier).digest()).decode().rstrip("=")
        now = self._clock.now()
        if code is None or code.ends_at <= now or code.house is not self._house(request):
            return JSONResponse({"error": "invalid_grant"}, 400, headers=_NOT_KEPT)
        if form.get("redirect_uri") != code.asked["redirect_uri"] or challenge != code.asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400, headers=_NOT_KEPT)
        token = self._keys.signed(_ANYBODY, self._key, "JWT", self._claims(code, now))
        return JSONResponse({"access_token": "none", "token_type": "Bearer", "id_token": token}, headers=_NOT_KEPT)

    async def _end(self, request: Request) -> Response:
        """Nobody is kept signed in here, so that there is nothing to end."""
        house, back = self._house(request), request.query_params.get("post_logout_redirect_uri", "")
        if house is None or not back.startswith(f"{house.origin}/"):
            return _nobody()
        return RedirectResponse(back, 303)

    def _claims(self, code: _Code, now: datetime) -> dict[str, object]:
        made_at = int(now.timestamp())
        return {
            "iss": self.issuer(code.house),
            "aud": CLIENT,
            "sub": code.person.subject,
            "iat": made_at,
            "exp": made_at + int(_LASTS.total_seconds()),
            "nonce": code.asked.get("nonce", ""),
            "name": code.person.name,
            "email": code.person.email,
            "email_verified": True,
            "groups": list(code.person.groups),
        }

    def _house(self, request: Request) -> House | None:
        return self._houses.get(request.path_params["house"])


def _is_of(house: House, asked: Mapping[str, str]) -> bool:
    """Whether somebody comes from this installation, with what a code is bound to."""
    comes_from_here = asked.get("client_id") == CLIENT and asked.get("redirect_uri", "").startswith(f"{house.origin}/")
    return comes_from_here and asked.get("code_challenge_method") == "S256" and bool(asked.get("code_challenge"))


def _nobody() -> Response:
    return PlainTextResponse("The development provider does not understand this.\n", 400, headers=_NOT_KEPT)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("server.development_provider", "pages"), autoescape=True, undefined=StrictUndefined
    )
