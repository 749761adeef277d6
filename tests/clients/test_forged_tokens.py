"""Access tokens that are not ours, not for us or not meant as such; and the verifier sees no clock."""

from __future__ import annotations

import base64
import inspect
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, Key, OctKey

from bss.clients.signing_keys import running_keys
from bss.identifier import uuid7
from server.identity import access_token, assertion, jwt_reading
from server.identity.access_token import verify
from server.identity.jwt_reading import BadToken
from tests.clients.keys import pair
from tests.clients.market import ISSUER, PUBLIC, Known, Market
from tests.clients.signing import SEAL
from tests.schema.books import OPENED, Books

NOW = int(OPENED.timestamp())


async def signing_pair(books: Books) -> ECKey:
    """The organisation's active key with its private part, as a thief would have it."""
    key = next(each for each in await running_keys(books.staff) if each.is_active)
    place = f"signing key {key.key_id} of {books.staff.organisation_id}"
    return ECKey.import_key(orjson.loads(SEAL.opened(key.private_sealed or "", place)))


def forged(client: Known, key: Key, header: dict[str, Any] | None = None, **claims: Any) -> str:
    """A token that holds, but for what is given otherwise; None leaves a part out."""
    said: dict[str, Any] = {
        "iss": ISSUER,
        "aud": f"{ISSUER}/graphql",
        "sub": client.id,
        "client_id": client.id,
        "scope": "account:view",
        "jti": str(uuid7()),
        "iat": NOW,
        "exp": NOW + 600,
    }
    kept = {name: value for name, value in {**said, **claims}.items() if value is not None}
    heads = {"typ": "at+jwt", "alg": "ES256", "kid": key.kid, **(header or {})}
    shown = {name: value for name, value in heads.items() if value is not None}
    return jwt.encode(shown, kept, key, algorithms=[heads["alg"]], default_type=None)


async def test_a_token_that_is_not_quite_ours_is_worth_nothing(market: Market) -> None:
    """Each differs in one thing from a token that is taken; the last ones are signed by another key, or not at all."""
    client, theirs = await market.client(("account:view",)), await market.client(books=market.other)
    for each in (client, theirs):
        await market.token(each)
    key, foreign = await signing_pair(market.cloud), await signing_pair(market.other)
    assert await market.may_ask(forged(client, key))
    assert await market.may_ask(forged(client, key, {"typ": "application/AT+JWT"}))
    assert await market.may_ask(forged(client, key, aud=["https://else.example", f"{ISSUER}/graphql"]))
    shared = OctKey.import_key(orjson.dumps(key.as_dict(private=False)), {"kid": key.kid})
    refused = {
        "expired": forged(client, key, exp=NOW),
        "without an end": forged(client, key, exp=None),
        "an end that is no whole number": forged(client, key, exp=NOW + 600.5),
        "another audience": forged(client, key, aud=f"{PUBLIC}/o/other/graphql"),
        "no audience": forged(client, key, aud=None),
        "another organisation's issuer": forged(client, key, iss=f"{PUBLIC}/o/other"),
        "no issuer": forged(client, key, iss=None),
        "no type": forged(client, key, {"typ": None}),
        "another type": forged(client, key, {"typ": "JWT"}),
        "no key id": forged(client, key, {"kid": None}),
        "an unknown key id": forged(client, key, {"kid": "unknown"}),
        "two clients": forged(client, key, sub=theirs.id),
        "no client": forged(client, key, client_id=None, sub=None),
        "no scope": forged(client, key, scope=None),
        "no id": forged(client, key, jti=None),
        "an id that is none": forged(client, key, jti="one"),
        "a client of another organisation": forged(theirs, key),
        "its claims, its key": forged(client, foreign, iss=f"{PUBLIC}/o/other", aud=f"{PUBLIC}/o/other/graphql"),
        "another organisation's key": forged(client, foreign),
        "its key under our id": forged(client, foreign, {"kid": key.kid}),
        "anybody's key": forged(client, pair(), {"kid": key.kid}),
        "a shared secret made of the public key": forged(client, shared, {"alg": "HS256"}),
        "unsigned": _unsigned(forged(client, key), key.kid),
        "no token": "a.b.c",
        "deep": f"{_part(b'[' * 3_000)}.{forged(client, key).split('.')[1]}.x",
        "long": forged(client, key, scope="account:view " * 2_000),
    }
    for name, token in refused.items():
        assert not await market.may_ask(token), name


async def test_a_client_s_own_key_signs_no_access_token(market: Market) -> None:
    own = pair()
    client = await market.client(keys=(own,))
    assert (await market.by_key(client, market.assertion(client, own))).status_code == 200
    assert not await market.may_ask(forged(client, own))
    assert not await market.may_ask(market.assertion(client, own))


async def test_a_scope_that_a_token_says_is_worth_what_its_client_may_have(market: Market) -> None:
    """Even with a stolen key: the client's scopes and its role are read each time."""
    client = await market.client(("account:view",))
    await market.token(client)
    token = forged(client, await signing_pair(market.cloud), scope="account:view bill:run catalogue:view")
    denied = (await market.graphql(token, "{ products { edges { node { name } } } }")).json()
    assert denied["errors"][0]["extensions"]["code"] == "PERMISSION_DENIED"


async def test_without_what_tokens_take_none_is_recognised(market: Market) -> None:
    token = await market.token(await market.client())
    market.http._transport.app.state.authorisation = None  # type: ignore[attr-defined]
    assert not await market.may_ask(token)


def test_the_verifier_has_its_time_from_its_caller() -> None:
    """The same token at three instants, years from the machine's own."""
    key = pair()
    known = {**key.as_dict(private=False)}
    token = forged(Known("cli_x", "", ""), key)
    for second, holds in ((0, True), (599, True), (600, False)):
        now = datetime.fromtimestamp(NOW + second, UTC)
        if holds:
            assert verify(token, [known], issuer=ISSUER, audience=f"{ISSUER}/graphql", now=now).client == "cli_x"
        else:
            with pytest.raises(BadToken, match="it has ended"):
                verify(token, [known], issuer=ISSUER, audience=f"{ISSUER}/graphql", now=now)
    for module in (access_token, assertion, jwt_reading):
        assert "JWTClaimsRegistry" not in inspect.getsource(module)


def _unsigned(token: str, kid: str | None) -> str:
    header = orjson.dumps({"typ": "at+jwt", "alg": "none", "kid": kid})
    return f"{_part(header)}.{token.split('.')[1]}."


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
