"""Access tokens: what a client gets, what it is worth, and when it is worth nothing."""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from bss.clients.rotate_signing_keys import rotate_signing_keys
from bss.clients.signing_key import SHOWN_AFTER, SIGNS_FOR
from bss.identifier import Kind, public
from bss.transaction.begin import begin
from server.identity.access_token import LASTS
from tests.clients.market import GRANT, ISSUER, PUBLIC, Known, Market
from tests.clients.signing import MAKER

KEY_SET = f"{ISSUER}/oauth/jwks.json"
NAMES = "{ accounts { edges { node { name } } } }"


async def shown_keys(market: Market) -> KeySet:
    return KeySet.import_key_set((await market.http.get(KEY_SET)).json())


async def introspected(market: Market, client: Known, token: str) -> dict[str, Any]:
    answer = await market.asked(client, "/oauth/introspect", token=token)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def test_a_client_gets_ten_minutes_and_not_ten_days(market: Market) -> None:
    client = await market.client()
    answer = await market.asked(client)
    body = answer.json()
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert {**body, "access_token": ""} == {
        "access_token": "",
        "token_type": "Bearer",
        "expires_in": 600,
        "scope": "account:view usage:view",
    }
    read = jwt.decode(body["access_token"], await shown_keys(market), algorithms=["ES256"])
    assert (read.header["typ"], read.header["alg"]) == ("at+jwt", "ES256")
    assert {**read.claims, "jti": ""} == {
        "iss": ISSUER,
        "aud": f"{ISSUER}/graphql",
        "sub": client.id,
        "client_id": client.id,
        "org": public(Kind.ORGANISATION, market.cloud.staff.organisation_id),
        "scope": "account:view usage:view",
        "jti": "",
        "iat": 1767225600,
        "exp": 1767225600 + 600,
    }
    assert await market.may_ask(body["access_token"])
    market.later(seconds=599.999)
    assert await market.may_ask(body["access_token"])
    market.later(milliseconds=1)
    assert not await market.may_ask(body["access_token"])


async def test_a_client_does_what_its_scopes_and_its_role_both_allow(market: Market) -> None:
    """Scoped to two words, asked for one; and then its role changes under it."""
    client = await market.client(("account:view", "catalogue:view"))
    token = await market.token(client, scope="catalogue:view")
    denied = (await market.graphql(token, NAMES)).json()
    assert denied["errors"][0]["extensions"]["code"] == "PERMISSION_DENIED"
    both = await market.token(client)
    for query in (NAMES, "{ products { edges { node { name } } } }"):
        assert "errors" not in (await market.graphql(both, query)).json(), query
    bills = (await market.graphql(both, "{ jobs { edges { node { id } } } }")).json()
    assert bills["errors"][0]["extensions"]["code"] == "PERMISSION_DENIED"
    role = {"membershipId": client.membership, "role": "partner_finance"}
    refused = await market.cloud.call("assignRole", role)
    assert refused["path"] == ["role"]
    await market.cloud.make("assignRole", {**role, "role": "auditor"})
    assert "errors" not in (await market.graphql(both, NAMES)).json()
    own = {"code": "looks", "name": "Looks", "kind": "STAFF", "permissions": ["account:view"]}
    await market.cloud.make("createRole", own)
    await market.cloud.make("assignRole", {**role, "role": "looks"})
    gone = (await market.graphql(both, "{ products { edges { node { name } } } }")).json()
    assert gone["errors"][0]["extensions"]["code"] == "PERMISSION_DENIED"
    assert (await market.asked(client, **GRANT, scope="catalogue:view")).json()["error"] == "invalid_scope"
    assert (await market.asked(client)).json()["scope"] == "account:view"


async def test_a_client_of_a_partner_sees_its_scope_and_nothing_else(market: Market) -> None:
    client = await market.client(("account:view",), account="lite", role="partner_admin")
    seen = (await market.graphql(await market.token(client), NAMES)).json()
    assert [edge["node"]["name"] for edge in seen["data"]["accounts"]["edges"]] == ["Lite", "X", "Y"]


@pytest.mark.parametrize("how", ["retired", "membership ended"])
async def test_a_retired_client_s_token_is_worth_nothing_at_once(market: Market, how: str) -> None:
    client, witness = await market.client(), await market.client()
    token = await market.token(client)
    assert await market.may_ask(token)
    if how == "retired":
        await market.cloud.make("retireClient", {"clientId": client.id})
    else:
        await market.cloud.make("endMembership", {"membershipId": client.membership})
    assert not await market.may_ask(token)
    assert await introspected(market, witness, token) == {"active": False}
    again = await market.asked(client)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")


async def test_tokens_of_before_a_rotation_hold_until_they_end(market: Market) -> None:
    client = await market.client()
    await market.token(client)
    market.later(seconds=SIGNS_FOR.total_seconds() - 1)
    before = await market.token(client)
    market.later(seconds=1)
    assert await rotate_signing_keys(market.cloud.staff, MAKER, now=market.cloud.clock.now())
    after = await market.token(client)
    kids = [jwt.decode(each, await shown_keys(market)).header["kid"] for each in (before, after)]
    assert len(set(kids)) == 2
    assert SHOWN_AFTER > LASTS
    market.later(seconds=598)
    assert [await market.may_ask(each) for each in (before, after)] == [True, True]
    market.later(seconds=1)
    assert [await market.may_ask(each) for each in (before, after)] == [False, True]


async def test_a_client_revokes_its_own_token_and_no_other(market: Market) -> None:
    client, stranger = await market.client(), await market.client()
    token, kept = await market.token(client), await market.token(client)
    assert (await market.asked(stranger, "/oauth/revoke", token=token)).status_code == 200
    assert await market.may_ask(token)
    for given in (token, token, "no token at all"):
        answer = await market.asked(client, "/oauth/revoke", token=given, token_type_hint="access_token")
        assert (answer.status_code, answer.content) == (200, b"")
    assert [await market.may_ask(each) for each in (token, kept)] == [False, True]
    assert await introspected(market, stranger, token) == {"active": False}
    async with begin(market.cloud.staff) as tx:
        audited = "SELECT count(*) FROM audit WHERE operation = 'revokeAccess'"
        assert await tx.connection.fetchval(audited) == 1
    market.later(minutes=10)
    await market.asked(client, "/oauth/revoke", token=await market.token(client))
    async with begin(market.cloud.staff) as tx:
        assert await tx.connection.fetchval("SELECT count(*) FROM revoked_access") == 1


async def test_a_token_is_looked_into_by_clients_of_the_same_organisation(market: Market) -> None:
    client = await market.client(("account:view",), account="lite", role="partner_admin")
    token = await market.token(client)
    found = await introspected(market, await market.client(), token)
    assert {**found, "jti": ""} == {
        "active": True,
        "token_type": "Bearer",
        "client_id": client.id,
        "sub": client.id,
        "scope": "account:view",
        "iss": ISSUER,
        "aud": f"{ISSUER}/graphql",
        "jti": "",
        "iat": 1767225600,
        "exp": 1767226200,
    }
    assert (await market.http.post("/oauth/introspect", data={"token": token})).status_code == 401


async def test_another_organisation_learns_nothing_by_introspection(market: Market) -> None:
    """Nor does a client below learn of one that stands above or beside it."""
    token = await market.token(await market.client())
    for witness in (
        await market.client(books=market.other),
        await market.client(("account:view",), account="lite", role="partner_admin"),
    ):
        assert await introspected(market, witness, token) == {"active": False}


async def test_the_metadata_names_what_is_there(market: Market) -> None:
    """Every address in it answers, and those of an organisation that there is not do not."""
    found = await market.http.get(f"{PUBLIC}/.well-known/oauth-authorization-server/o/cloud")
    said = found.json()
    assert (said["issuer"], said["jwks_uri"]) == (ISSUER, KEY_SET)
    assert said["token_endpoint_auth_methods_supported"] == [
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
    ]
    client = await market.client()
    for name, form in (("token", GRANT), ("introspection", {"token": "x"}), ("revocation", {"token": "x"})):
        path = urlsplit(said[f"{name}_endpoint"]).path
        assert (await market.asked(client, path, **form)).status_code == 200, name
    assert [key["kid"] for key in (await market.http.get(said["jwks_uri"])).json()["keys"]] != []
    assert not {"d", "p"} & {name for key in (await market.http.get(KEY_SET)).json()["keys"] for name in key}
    for path in ("/.well-known/oauth-authorization-server/o/nobody", "/o/nobody/oauth/jwks.json"):
        assert (await market.http.get(path)).status_code == 404


async def test_organisations_have_keys_of_their_own(market: Market) -> None:
    ours, theirs = await market.client(), await market.client(books=market.other)
    await asyncio.gather(market.token(ours), market.token(theirs))
    kids = [
        {key["kid"] for key in (await market.http.get(f"{PUBLIC}/o/{slug}/oauth/jwks.json")).json()["keys"]}
        for slug in ("cloud", "other")
    ]
    assert [len(each) for each in kids] == [2, 2]
    assert not kids[0] & kids[1]
