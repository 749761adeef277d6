"""API8, API9: what is open by mistake, what is told that helps an attacker, and what nobody remembers to be there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.routing import BaseRoute, Route, WebSocketRoute

from server.http.application import application
from server.http.negotiation import GRAPHQL
from server.identity.authorisation import Authorisation
from server.identity.relying_party import RelyingParty
from server.settings import BadSetting, load
from tests.attacks.conftest import Target

KNOWN = {
    *("WebSocket /graphql", "GET /graphql", "POST /graphql"),
    *("GET /healthz", "GET /readyz", "POST /sign-out", "GET /usage.csv"),
    *("GET /invoices/{invoice}.pdf", "GET /accounts/{account}/drafts/{invoice}.pdf", "GET /documents/{document}"),
    *("GET /issuers/{issuer}.preview.pdf", "POST /issuers/{issuer}.preview.pdf", "POST /accounts/{account}/documents"),
    *("GET /brand", "GET /brand/logo", "POST /oauth/token", "POST /oauth/introspect", "POST /oauth/revoke"),
    *("GET /sign-in", "GET /sign-in/{provider}", "GET /sign-in/{provider}/back", "POST /sign-in/{provider}/logout"),
    *("GET /invitation", "POST /invitation"),
    *("GET /o/{slug}/oauth/jwks.json", "GET /.well-known/oauth-authorization-server/o/{slug}"),
}
"""Whoever adds an address adds it here, and an attack on it."""
BEFORE_SIGN_IN = {
    *("/healthz", "/readyz", "/brand", "/brand/logo", "/sign-out", "/invitation"),
    *("/sign-in", "/sign-in/{provider}", "/sign-in/{provider}/back", "/sign-in/{provider}/logout"),
    *("/oauth/token", "/oauth/introspect", "/oauth/revoke"),
    *("/o/{slug}/oauth/jwks.json", "/.well-known/oauth-authorization-server/o/{slug}"),
}
ROOT = Path(__file__).parents[2]
FOLDERS = ("bss", "schema", "sync", "workers", "server", "docs")
ATTACKER = "https://attacker.example"


def addresses() -> list[BaseRoute]:
    """Of an application that has all that it may have; nothing of that is asked here."""
    clock: Any = None
    authorisation, party = object.__new__(Authorisation), object.__new__(RelyingParty)
    return application(clock, authorisation=authorisation, relying_party=party).routes


def routes() -> list[Route]:
    return [route for route in addresses() if isinstance(route, Route)]


def test_every_address_is_known() -> None:
    found = {f"{method} {route.path}" for route in routes() for method in route.methods or () if method != "HEAD"}
    sockets = {f"WebSocket {route.path}" for route in addresses() if isinstance(route, WebSocketRoute)}
    assert found | sockets == KNOWN


async def test_nothing_but_what_must_be_is_answered_before_sign_in(target: Target) -> None:
    for route in routes():
        if route.path in BEFORE_SIGN_IN:
            continue
        path = route.path.replace("{", "").replace("}", "")
        for method in route.methods or ():
            for headers in ({}, {"Authorization": "Bearer guessed"}, {"Authorization": "Basic YWRtaW46YWRtaW4="}):
                answer = await target.client.request(method, path, headers=headers)
                assert answer.status_code in (401, 405), (method, path)


async def test_no_other_origin_may_read_an_answer(target: Target) -> None:
    """No answer names an origin that may read it, with or without a question beforehand."""
    bearer = await target.bearer("x", "client_admin")
    asking = {
        "Origin": ATTACKER,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    for headers in ({"Origin": ATTACKER}, {"Origin": "null"}, asking):
        for method in ("OPTIONS", "POST", "GET"):
            answer = await target.client.request(method, "/graphql", headers={**headers, **bearer})
            assert not [name for name in answer.headers if name.startswith("access-control-")]
    preflight = await target.client.options("/graphql", headers=asking)
    assert preflight.status_code == 405


async def test_a_browser_gets_no_page_to_try_the_api_on(target: Target) -> None:
    headers = {"Accept": "text/html,application/xhtml+xml", **await target.bearer("root", "owner")}
    for path in ("/graphql", "/", "/graphiql", "/playground", "/docs", "/openapi.json", "/admin", "/.env", "/debug"):
        answer = await target.client.get(path, headers=headers)
        assert "html" not in answer.headers["content-type"], path
        assert answer.status_code in (400, 404), path


@pytest.mark.parametrize(
    "text", ["{ organisaton { name } }", "{ organisation { nam } }", "mutation { creatAccount { id } }"]
)
async def test_a_name_that_is_nearly_right_is_not_put_right(target: Target, text: str) -> None:
    headers = {"Accept": GRAPHQL, **await target.bearer("x", "client_admin")}
    answer = await target.client.post("/graphql", json={"query": text}, headers=headers)
    assert answer.status_code == 400
    assert "Did you mean" not in answer.text


async def test_a_fault_tells_nothing_of_what_it_was(target: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not the words of it, not where in our files it was, not which statement."""

    def broken(_viewer: object) -> None:
        raise RuntimeError("SELECT secret FROM account at /srv/bss/x.py with password hunter2")

    headers = await target.bearer("x", "client_admin")
    monkeypatch.setattr("schema.execution.reading", broken)
    answer = await target.client.post("/graphql", json={"query": "{ organisation { name } }"}, headers=headers)
    for word in ("hunter2", "SELECT", "RuntimeError", "Traceback", ".py"):
        assert word not in answer.text


async def test_a_method_that_shows_the_request_or_steps_aside_is_refused(target: Target) -> None:
    headers = await target.bearer("root", "owner")
    for method in ("TRACE", "CONNECT", "TRACK", "PROPFIND", "DELETE"):
        assert (await target.client.request(method, "/graphql", headers=headers)).status_code == 405
    over = {**headers, "X-HTTP-Method-Override": "POST", "X-Original-URL": "/graphql", "X-Rewrite-URL": "/graphql"}
    assert (await target.client.get("/brand", headers=over)).status_code == 404


def test_an_installation_of_ones_own_servers_has_no_default_secret() -> None:
    """Each of them, left out, keeps the process from starting."""
    names = ("DATABASE_APP_PASSWORD", "DATABASE_SYNC_PASSWORD", "DATABASE_BULK_PASSWORD", "BSS_SECRET_KEY")
    secrets = dict.fromkeys(names, "a secret of at least thirty-two letters")
    assert load({"DATABASE_URL": "postgresql://db/bss", **secrets}).secret_key is not None
    for name in secrets:
        given = {key: value for key, value in secrets.items() if key != name}
        with pytest.raises(BadSetting, match=name):
            load({"DATABASE_URL": "postgresql://db/bss", **given})
    with pytest.raises(BadSetting, match="BSS_SECRET_KEY"):
        load({"DATABASE_URL": "postgresql://db/bss", **secrets, "BSS_SECRET_KEY": "short"})


def test_no_file_of_the_project_holds_a_secret() -> None:
    marks = [f"-----BEGIN {kind}PRIVATE KEY" for kind in ("", "EC ", "RSA ", "OPENSSH ")]
    files = [*ROOT.glob("*"), *(each for name in FOLDERS for each in (ROOT / name).rglob("*"))]
    read = [each for each in files if each.is_file() and each.suffix not in (".pyc", ".png", ".ttf", ".pdf")]
    assert len(read) > 300
    for path in read:
        text = path.read_text(encoding="utf-8", errors="ignore")
        assert not [mark for mark in marks if mark in text], path


async def test_what_is_served_is_not_guessed_at(target: Target) -> None:
    """An answer that a browser took for a page would run in the name of the host."""
    text = "<script>alert(1)</script>"
    headers = await target.bearer("x", "client_admin")
    answers: list[httpx.Response] = [
        await target.client.post("/graphql", json={"query": text}, headers=headers),
        await target.client.get("/graphql", params={"query": text}, headers=headers),
        await target.client.get(f"/documents/{text}", headers=headers),
        await target.client.get("/usage.csv", params={"from": text}, headers=headers),
    ]
    for answer in answers:
        assert answer.headers["content-type"].partition(";")[0] in ("application/json", "text/plain", GRAPHQL)
