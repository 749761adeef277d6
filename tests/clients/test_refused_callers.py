"""Who is not the client that it says it is, and requests that are not answered at all."""

from __future__ import annotations

import asyncio
import base64
import re
from typing import Any

import pytest
from joserfc.jwk import Key, OctKey

from bss.transaction.database import Database
from tests.clients.keys import edwards, pair, rsa
from tests.clients.market import GRANT, ISSUER, PUBLIC, TOKEN, Known, Market

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
NOBODY = "cli_" + "0" * 26


async def test_a_secret_proves_a_client_in_the_header_and_in_the_form(market: Market) -> None:
    client = await market.client()
    form = {**GRANT, "client_id": client.id, "client_secret": client.secret}
    assert (await market.http.post("/oauth/token", data=form)).status_code == 200
    assert (await market.asked(client)).status_code == 200
    rotated = await market.cloud.make(
        "rotateClientSecret", {"clientId": client.id}, show="... on ClientWithSecret { secret }"
    )
    assert (await market.asked(client)).status_code == 401
    assert (await market.asked(Known(client.id, rotated["secret"], ""))).status_code == 200


async def test_an_unknown_client_is_told_what_a_wrong_secret_is_told_after_the_same_work(
    market: Market, database: Database
) -> None:
    """To the byte, and with the same statements: who guesses learns of no client."""
    client, retired = await market.client(), await market.client()
    await market.cloud.make("retireClient", {"clientId": retired.id})
    answers, statements = [], []
    for identifier in (client.id, retired.id, NOBODY, "nobody"):
        seen: list[str] = []
        database.observer = seen.append
        answers.append(await market.asked(Known(identifier, "bcs_guessed", "")))
        database.observer = None
        statements.append([re.sub("'[^']*'", "'…'", statement) for statement in seen])
    assert {(each.status_code, each.content) for each in answers} == {(401, answers[0].content)}
    assert answers[0].json()["error"] == "invalid_client"
    assert answers[0].headers["www-authenticate"].startswith("Basic ")
    assert statements[0] != []
    assert all(each == statements[0] for each in statements)


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")  # clients still write it, and RFC 9864 says Ed25519
@pytest.mark.parametrize("key", [pair(), edwards(), rsa(2048)], ids=["EC", "OKP", "RSA"])
async def test_a_key_proves_a_client(market: Market, key: Key) -> None:
    client = await market.client(keys=(key,))
    for algorithm in {"EC": ["ES256"], "OKP": ["EdDSA", "Ed25519"], "RSA": ["RS256", "PS256"]}[key.key_type]:
        for audience in (TOKEN, ISSUER, [TOKEN]):
            assertion = market.assertion(client, key, {"alg": algorithm}, aud=audience)
            assert (await market.by_key(client, assertion)).status_code == 200, (algorithm, audience)


async def test_an_assertion_is_taken_once(market: Market) -> None:
    """Also when it comes many times at once; and none is taken while nobody can tell whether it was."""
    key = pair()
    client = await market.client(keys=(key,))
    assertion = market.assertion(client, key)
    answers = await asyncio.gather(*(market.by_key(client, assertion) for _ in range(8)))
    assert sorted(each.status_code for each in answers) == [200] + [401] * 7
    market.memory.is_away = True
    away = await market.by_key(client, market.assertion(client, key))
    assert (away.status_code, away.json()["error"]) == (503, "temporarily_unavailable")


async def test_an_assertion_that_does_not_hold_proves_nothing(market: Market) -> None:
    key, stranger = pair(), pair()
    client, another = await market.client(keys=(key,)), await market.client(keys=(stranger,))
    foreign = await market.client(keys=(pair(),), books=market.other)
    shared = OctKey.import_key(str(key.as_dict(private=False)), {"kid": "one"})
    now = int(market.cloud.clock.now().timestamp())
    wrong: dict[str, str] = {
        "ended": market.assertion(client, key, exp=now),
        "lasts too long": market.assertion(client, key, exp=now + 361),
        "without an end": market.assertion(client, key, exp=None),
        "an end that is no number": market.assertion(client, key, exp="tomorrow"),
        "made in the future": market.assertion(client, key, iat=now + 61),
        "not yet": market.assertion(client, key, nbf=now + 61),
        "for somebody else": market.assertion(client, key, aud="https://other.example/token"),
        "for another organisation": market.assertion(client, key, aud=f"{PUBLIC}/o/other"),
        "for nobody": market.assertion(client, key, aud=None),
        "without a name": market.assertion(client, key, jti=None),
        "of another client": market.assertion(client, key, iss=another.id),
        "of a client of another organisation": market.assertion(foreign, key),
        "by another client's key": market.assertion(client, stranger),
        "by a key that nobody knows": market.assertion(client, key, {"kid": "two"}),
        "by a shared secret": market.assertion(client, shared, {"alg": "HS256"}),
        "unsigned": _unsigned(market.assertion(client, key)),
        "changed": market.assertion(client, key)[:-4] + "AAAA",
        "no token": "a.b.c",
    }
    for name, assertion in wrong.items():
        answer = await market.by_key(client, assertion)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client"), name
    assert (await market.by_key(client, market.assertion(client, key))).status_code == 200


def _unsigned(token: str) -> str:
    header = base64.urlsafe_b64encode(b'{"alg":"none","kid":"one"}').rstrip(b"=").decode()
    return f"{header}.{token.split('.')[1]}."


async def test_a_client_with_keys_is_not_proven_by_a_secret(market: Market) -> None:
    key = pair()
    client = await market.client()
    await market.cloud.make("setClientKeys", {"clientId": client.id, "keys": [key.as_dict(private=False)]})
    assert (await market.asked(client)).status_code == 401
    assert (await market.by_key(client, market.assertion(client, key))).status_code == 200


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({**GRANT, "scope": "account:view bill:run"}, "invalid_scope"),
        ({**GRANT, "scope": "account:burn"}, "invalid_scope"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
        ({"scope": "account:view"}, "invalid_request"),
        ({**GRANT, "client_id": NOBODY}, "invalid_request"),
        ({**GRANT, "client_secret": "another"}, "invalid_request"),
    ],
    ids=lambda value: None if isinstance(value, dict) else value,
)
async def test_a_request_beyond_the_rules_is_refused(market: Market, form: dict[str, Any], error: str) -> None:
    answer = await market.asked(await market.client(), **form)
    assert (answer.status_code, answer.json()["error"]) == (400, error)


async def test_what_is_no_form_is_refused_before_anybody_looks_who_asks(market: Market) -> None:
    client = await market.client()
    basic = base64.b64encode(f"{client.id}:{client.secret}".encode()).decode()
    right = "grant_type=client_credentials"
    for body, headers, query in (
        (f"{right}&scope=account:view&scope=usage:view", FORM, ""),
        (f"{right}&{right}", FORM, ""),
        (right, FORM, f"?client_id={client.id}&client_secret={client.secret}"),
        (right, {"Content-Type": "application/json"}, ""),
        (right, {"Content-Type": "multipart/form-data; boundary=x"}, ""),
        ("&".join(f"a{n}=1" for n in range(21)), FORM, ""),
        ("é=1", FORM, ""),
        ("grant_type=%FF", FORM, ""),
    ):
        given = {**headers, "Authorization": f"Basic {basic}"}
        answer = await market.http.post(f"/oauth/token{query}", content=body.encode(), headers=given)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), (body, query)
    for header in ("Basic", "Basic !", "Basic /////w==", "Basic bm9jb2xvbg==", "Bearer x"):
        answer = await market.http.post("/oauth/token", data=GRANT, headers={"Authorization": header})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), header
    large = await market.http.post("/oauth/token", content=b"a=" + b"1" * 40_000, headers=FORM)
    assert large.status_code == 413
    assert (await market.http.get("/oauth/token", params=GRANT)).status_code == 405
