"""Signing in by an identity provider: OpenID Connect, with a code, PKCE, state and nonce.

Owns: the calls to the provider and every check of its answers. authlib writes the addresses and forms and reads the
answers to them; what a token proves is checked here, at a given instant. Does not own: the browser (`server.http`),
which providers are trusted where, or whom they let in (`bss.providers`).
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import httpx2
from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuthError

from bss.providers.queries import Trusted
from bss.providers.sign_in import Known
from server.identity.discovery import Description, Discovery, ProviderTrouble, got, object_in
from server.identity.id_token import verify_id_token
from server.identity.jwt_reading import BadToken, Opened, is_text, named_key
from server.identity.logout_token import Logout, verify_logout_token

_MOST_GROUPS = 1_000
_REFUSED = (
    *(OAuthError, httpx2.HTTPError, httpx2.InvalidURL),
    *(ValueError, TypeError, AttributeError, OverflowError, RecursionError),
)
"""What the library makes of a refusal, and of answers that are none."""


@dataclass(frozen=True)
class Question:
    """What only the browser that asks can answer: who it was that began this sign-in."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


@dataclass(frozen=True)
class Answered:
    """The parameters with which the provider sends the browser back."""

    state: str
    code: str
    issuer: str | None


def new_question() -> Question:
    return Question(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))


class RelyingParty:
    """Asks identity providers who somebody is. Everything raises `ProviderTrouble` or `BadToken`."""

    def __init__(self, discovery: Discovery) -> None:
        self._discovery = discovery

    async def address(self, provider: Trusted, back: str, question: Question, now: datetime) -> str:
        """Where the browser goes to sign in at the provider, which sends it back to `back`."""
        found = await self._discovery.described(provider.issuer, now)
        async with self._client(provider, found, back) as client:
            url, _ = client.create_authorization_url(
                found.authorisation, state=question.state, code_verifier=question.verifier, nonce=question.nonce
            )
        return str(url)

    async def known(
        self, provider: Trusted, back: str, question: Question, answered: Answered, now: datetime
    ) -> tuple[Known, str]:
        """Who came back, and the ID token that says so."""
        found = await self._discovery.described(provider.issuer, now)
        if not hmac.compare_digest(answered.state.encode(), question.state.encode()):
            raise BadToken("it is the answer to another question")
        # A provider that is in league with somebody cannot hand on what another one said (RFC 9207).
        if answered.issuer != provider.issuer and (found.says_who or answered.issuer is not None):
            raise BadToken("another provider answers")
        tokens = await self._tokens(provider, found, back, question, answered.code)
        raw = tokens["id_token"]
        keys = await self._discovery.keys(provider.issuer, named_key(raw), now)
        who = {"issuer": provider.issuer, "client_id": provider.client_id}
        token = verify_id_token(raw, keys, **who, nonce=question.nonce, now=now)
        return _known(token, await self._more(provider, found, tokens, token), provider.groups_claim), raw

    async def address_of_end(self, provider: Trusted, id_token: str, back: str, now: datetime) -> str | None:
        """Where the browser goes to end the session at the provider (RP-Initiated Logout 1.0), if there is a place."""
        found = await self._discovery.described(provider.issuer, now)
        if found.end_session is None:
            return None
        asked = {"id_token_hint": id_token, "client_id": provider.client_id, "post_logout_redirect_uri": back}
        return f"{found.end_session}{'&' if '?' in found.end_session else '?'}{urlencode(asked)}"

    async def ended(self, provider: Trusted, raw: str, now: datetime) -> Logout:
        """What has ended at the provider, as its logout token says."""
        keys = await self._discovery.keys(provider.issuer, named_key(raw), now)
        return verify_logout_token(raw, keys, issuer=provider.issuer, client_id=provider.client_id, now=now)

    def _client(self, provider: Trusted, found: Description, back: str) -> AsyncOAuth2Client:
        by_form = "client_secret_basic" not in found.methods and "client_secret_post" in found.methods
        method = "client_secret_post" if by_form else "client_secret_basic"
        return AsyncOAuth2Client(
            provider.client_id,
            provider.secret,
            token_endpoint_auth_method=method if provider.secret else "none",
            scope=provider.scopes,
            redirect_uri=back,
            code_challenge_method="S256",
            **self._discovery.egress.terms(),
        )

    async def _tokens(
        self, provider: Trusted, found: Description, back: str, question: Question, code: str
    ) -> Mapping[str, Any]:
        """What the provider gives for the code: an ID token, and one to ask for more."""
        async with self._client(provider, found, back) as client:
            try:
                tokens = await client.fetch_token(
                    found.token, grant_type="authorization_code", code=code, code_verifier=question.verifier
                )
            except _REFUSED as refused:
                raise ProviderTrouble(f"it gives nothing for the code: {refused}") from refused
        if not isinstance(tokens, dict) or not isinstance(tokens.get("id_token"), str):
            raise ProviderTrouble("it gives no ID token")
        return tokens

    async def _more(
        self, provider: Trusted, found: Description, tokens: Mapping[str, Any], token: Opened
    ) -> Mapping[str, Any]:
        """All claims about somebody; the provider is asked for those that the ID token leaves out."""
        wanted = {"email", "email_verified", provider.groups_claim}
        access = tokens.get("access_token")
        if wanted <= token.claims.keys() or found.userinfo is None or not isinstance(access, str):
            return token.claims
        async with self._discovery.egress.client() as client:
            answer = await got(client, found.userinfo, headers={"Authorization": f"Bearer {access}"})
        said = object_in(answer)
        if said.get("sub") != token.claims["sub"]:
            raise BadToken("the provider speaks of somebody else")
        # That an address is verified is said of the address beside it, and of no other.
        of_address = said if "email" in said else token.claims
        address = {name: of_address.get(name) for name in ("email", "email_verified")}
        return {**said, **token.claims, **address}


def _known(token: Opened, said: Mapping[str, Any], groups_claim: str) -> Known:
    groups = said.get(groups_claim)
    listed = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
    subject = token.text("sub")
    if not is_text(subject):
        raise BadToken("its sub is no name")
    return Known(
        issuer=token.text("iss"),
        subject=subject,
        name=_text(said, "name") or _text(said, "preferred_username"),
        email=_text(said, "email"),
        email_verified=said.get("email_verified") is True,
        groups=tuple(each for each in listed[:_MOST_GROUPS] if is_text(each)),
        session=_text(token.claims, "sid") or None,
    )


def _text(said: Mapping[str, Any], name: str) -> str:
    """A claim that may be missing; one that is no short printable text is."""
    value = said.get(name)
    return str(value) if is_text(value) else ""
