"""An identity provider on loopback that can be told to lie: what it signs, how, and as whom, is the test's choice.

It is small and does what the specification asks of an honest one; each test that attacks changes one thing of it.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bss.clock import Clock

CLIENT, SECRET = "bss at the provider", "only the two of us know"
Change = Callable[[dict[str, Any]], None]


def unchanged(_: dict[str, Any]) -> None:
    return None


def urlsafe(content: bytes) -> bytes:
    return base64.urlsafe_b64encode(content).rstrip(b"=")


@dataclass
class Lies:
    """What is not as it should be; everything is, unless a test says otherwise."""

    claims: Change = unchanged
    head: Change = unchanged
    described: Change = unchanged
    back: Change = unchanged
    key: Key | None = None
    mark: Callable[[bytes], bytes] | None = None
    raw: str | None = None


@dataclass
class Provider:
    """The provider: its people are claims, and whoever comes is the one who is `present`."""

    clock: Clock
    issuer: str = ""
    present: dict[str, Any] = field(default_factory=dict)
    lies: Lies = field(default_factory=Lies)
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", {"use": "sig"}, auto_kid=True))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    apart: bool = False
    """Whether it tells claims about somebody only when it is asked for them, as some do."""

    @property
    def now(self) -> int:
        return int(self.clock.now().timestamp())

    def signed(self, claims: dict[str, Any], kind: str | None = "JWT") -> str:
        """A token with these claims, signed as the lies say."""
        head = {"alg": "ES256", "kid": self.key.kid, **({} if kind is None else {"typ": kind})}
        self.lies.head(head)
        if self.lies.mark is not None:
            said = b".".join(
                base64.urlsafe_b64encode(json.dumps(each).encode()).rstrip(b"=") for each in (head, claims)
            )
            return (said + b"." + base64.urlsafe_b64encode(self.lies.mark(said)).rstrip(b"=")).decode()
        key = self.lies.key or self.key
        return jwt.encode(head, claims, key, algorithms=[head["alg"]], default_type=None)

    def logout_token(self, **otherwise: Any) -> str:
        """A logout token about whoever is present; None leaves a claim out."""
        said = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": self.now,
            "exp": self.now + 120,
            "jti": "once",
            "sub": self.present["sub"],
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        } | otherwise
        return self.signed({name: value for name, value in said.items() if value is not None}, "logout+jwt")

    async def visited(self, address: str) -> str:
        """The address to which it sends a browser back that comes to this one."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        assert asked["response_type"] == "code"
        assert asked["code_challenge_method"] == "S256"
        code = f"code {len(self.codes)}"
        self.codes[code] = {**asked, "sub": self.present["sub"]}
        back = {"code": code, "state": asked["state"], "iss": self.issuer}
        self.lies.back(back)
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def _described(self) -> dict[str, Any]:
        described = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/me",
            "end_session_endpoint": f"{self.issuer}/end",
            "id_token_signing_alg_values_supported": ["none", "HS256", "ES256"],
            "authorization_response_iss_parameter_supported": True,
        }
        self.lies.described(described)
        return described

    async def _description(self, request: Request) -> Response:
        return JSONResponse(self._described())

    async def _keys(self, request: Request) -> Response:
        self.asked.append("keys")
        secret = OctKey.import_key("a secret that is not one at all, because it is published").as_dict()
        return JSONResponse({"keys": [{**secret, "kid": "shared"}, self.key.as_dict(private=False)]})

    async def _token(self, request: Request) -> Response:
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return JSONResponse({"error": "invalid_client"}, 401)
        began = self.codes.pop(form.get("code", ""), None)
        challenge = urlsafe(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if began is None or began["code_challenge"] != challenge.decode():
            return JSONResponse({"error": "invalid_grant"}, 400)
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "exp": self.now + 300,
            "iat": self.now,
            "nonce": began["nonce"],
            **({"sub": began["sub"]} if self.apart else self.present),
        }
        self.lies.claims(claims)
        token = self.lies.raw or self.signed(claims)
        return JSONResponse({"access_token": "for more", "token_type": "Bearer", "id_token": token})

    async def _me(self, request: Request) -> Response:
        if request.headers.get("authorization") != "Bearer for more":
            return JSONResponse({"error": "invalid_token"}, 401)
        return JSONResponse(self.present)

    def application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._description),
                Route("/keys", self._keys),
                Route("/token", self._token, methods=["POST"]),
                Route("/me", self._me),
            ]
        )


@asynccontextmanager
async def running(provider: Provider) -> AsyncIterator[Provider]:
    """The provider, on a port of loopback."""
    async with listening() as (port, serve):
        provider.issuer = f"http://127.0.0.1:{port}"
        serve(provider.application())
        yield provider


@asynccontextmanager
async def listening() -> AsyncIterator[tuple[int, Callable[[Starlette], None]]]:
    """A port of loopback, and the way to serve an application there that must know it before."""
    place = socket.create_server(("127.0.0.1", 0))  # whoever comes early waits in its queue
    servers: list[tuple[uvicorn.Server, asyncio.Task[None]]] = []

    def serve(application: Starlette) -> None:
        server = uvicorn.Server(uvicorn.Config(application, log_level="error"))
        servers.append((server, asyncio.create_task(server.serve(sockets=[place]))))

    try:
        yield place.getsockname()[1], serve
    finally:
        for server, task in servers:
            server.should_exit = True
            await task


def redirected(response: Response | Any) -> str:
    """Where an answer sends the browser."""
    assert response.status_code in (302, 303), response.text
    return str(response.headers["location"])
