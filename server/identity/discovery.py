"""What an identity provider says of itself (OpenID Connect Discovery 1.0) and the keys that it signs with.

Owns: fetching both through the one way out, believing only what is about the issuer that was asked, and for how long.
Does not own: which issuers are trusted (`bss.providers`), or what is signed (`id_token`, `logout_token`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx2
import orjson

from bss.clients.public_key import ALGORITHMS
from server.egress.client import Egress
from server.identity.jwt_reading import key_named

_LASTS = timedelta(minutes=10)
_NOT_SOONER = timedelta(seconds=30)
_PATIENCE = timedelta(seconds=10)
_MOST_PROVIDERS = 1_000
_MOST_KEYS = 50
_PLACE = "/.well-known/openid-configuration"
_KINDS = {kind.value for kind in ALGORITHMS}


class ProviderTrouble(Exception):
    """The provider cannot be asked, or does not answer as one; the message says why, for a log."""


@dataclass(frozen=True)
class Description:
    """Where a provider is, and what it does. `says_who`: its answers name their issuer (RFC 9207)."""

    issuer: str
    authorisation: str
    token: str
    keys: str
    userinfo: str | None
    end_session: str | None
    methods: tuple[str, ...]
    says_who: bool


@dataclass(frozen=True)
class _Kept:
    description: Description
    keys: tuple[Mapping[str, Any], ...]
    at: datetime


class Discovery:
    """Asks providers, and remembers for some minutes what they said, and for a moment that they said nothing.

    Anybody can make us ask, by setting out; so nobody is asked twice at once.
    """

    def __init__(self, egress: Egress) -> None:
        self.egress = egress
        self._kept: dict[str, _Kept] = {}
        self._trouble: dict[str, tuple[datetime, str]] = {}
        self._asking: dict[str, asyncio.Task[_Kept]] = {}

    async def described(self, issuer: str, now: datetime) -> Description:
        """Where the provider is. Raises `ProviderTrouble`."""
        return (await self._known(issuer, now)).description

    async def keys(self, issuer: str, named: str | None, now: datetime) -> tuple[Mapping[str, Any], ...]:
        """Its keys; asked for anew when one is named that was not among them. Raises `ProviderTrouble`."""
        kept = await self._known(issuer, now)
        if key_named(kept.keys, named) is None and now >= kept.at + _NOT_SOONER:
            kept = await self._asked(issuer, now)
        return kept.keys

    async def _known(self, issuer: str, now: datetime) -> _Kept:
        kept = self._kept.get(issuer)
        if kept is not None and kept.at <= now < kept.at + _LASTS:
            return kept
        return await self._asked(issuer, now)

    async def _asked(self, issuer: str, now: datetime) -> _Kept:
        at, said = self._trouble.get(issuer, (None, ""))
        if at is not None and at <= now < at + _PATIENCE:
            raise ProviderTrouble(said)
        asking = self._asking.get(issuer)
        if asking is None:
            asking = self._asking[issuer] = asyncio.create_task(self._ask(issuer, now))
            asking.add_done_callback(lambda _: self._asking.pop(issuer, None))
        return await asyncio.shield(asking)

    async def _ask(self, issuer: str, now: datetime) -> _Kept:
        try:
            return await self._fetched(issuer, now)
        except ProviderTrouble as trouble:
            if len(self._trouble) >= _MOST_PROVIDERS:
                self._trouble.clear()
            self._trouble[issuer] = now, str(trouble)
            raise

    async def _fetched(self, issuer: str, now: datetime) -> _Kept:
        async with self.egress.client() as client:
            description = _description(issuer, await _object(client, issuer.rstrip("/") + _PLACE))
            found = await _object(client, description.keys)
        kept = _Kept(description, _keys(found.get("keys")), now)
        if len(self._kept) >= _MOST_PROVIDERS:
            self._kept.clear()
        self._kept[issuer] = kept
        return kept


async def _object(client: httpx2.AsyncClient, url: str) -> dict[str, Any]:
    """The JSON object at an address."""
    return object_in(await got(client, url))


async def got(client: httpx2.AsyncClient, url: str, **more: Any) -> httpx2.Response:
    """The answer to a GET. Raises `ProviderTrouble`."""
    try:
        return await client.get(url, **more)
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as trouble:
        raise ProviderTrouble(f"no answer: {trouble}") from trouble


def object_in(answer: httpx2.Response) -> dict[str, Any]:
    """The JSON object of an answer of status 200. Raises `ProviderTrouble`."""
    try:
        found = orjson.loads(answer.content)
    except orjson.JSONDecodeError as garbage:
        raise ProviderTrouble(f"status {answer.status_code}, and no JSON") from garbage
    if answer.status_code != 200 or not isinstance(found, dict):
        raise ProviderTrouble(f"status {answer.status_code}, or no object")
    return found


def _description(issuer: str, said: Mapping[str, Any]) -> Description:
    """What is said, if it is about this very issuer: another's would let one provider speak for the other."""
    if said.get("issuer") != issuer:
        raise ProviderTrouble("it says that it is another issuer")
    methods = said.get("token_endpoint_auth_methods_supported")
    return Description(
        issuer=issuer,
        authorisation=_address(said, "authorization_endpoint", issuer),
        token=_address(said, "token_endpoint", issuer),
        keys=_address(said, "jwks_uri", issuer),
        userinfo=_address(said, "userinfo_endpoint", issuer) if said.get("userinfo_endpoint") else None,
        end_session=_address(said, "end_session_endpoint", issuer) if said.get("end_session_endpoint") else None,
        methods=tuple(methods) if isinstance(methods, list) else ("client_secret_basic",),
        says_who=said.get("authorization_response_iss_parameter_supported") is True,
    )


def _address(said: Mapping[str, Any], name: str, issuer: str) -> str:
    """An address that is no less safe than the issuer's own."""
    value = said.get(name)
    safe = ("https://",) if issuer.startswith("https://") else ("https://", "http://")
    try:
        if isinstance(value, str) and value.startswith(safe) and value.isascii() and value.isprintable():
            parts = urlsplit(value)
            if parts.hostname and (parts.port is None or parts.port):
                return value
    except ValueError:
        pass
    raise ProviderTrouble(f"its {name} is no address")


def _keys(keys: object) -> tuple[Mapping[str, Any], ...]:
    """The keys that may sign. The only one is also meant by a token that names none (Core 1.0, section 10.1)."""
    found = tuple(_usable(keys))
    if len(found) == 1 and "kid" in found[0]:
        return (*found, {name: value for name, value in found[0].items() if name != "kid"})
    return found


def _usable(keys: object) -> Iterator[Mapping[str, Any]]:
    """The public keys that may sign: no shared secret is among them, and none that is for hiding things."""
    for key in keys[:_MOST_KEYS] if isinstance(keys, list) else ():
        if isinstance(key, dict) and key.get("kty") in _KINDS and key.get("use", "sig") == "sig" and "d" not in key:
            yield key
