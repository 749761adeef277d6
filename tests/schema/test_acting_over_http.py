"""Acting for an account over HTTP: the header `Bss-Act-As`, on every route, and nothing between the lines."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest
import pytest_asyncio
from starlette.routing import Route

from bss.identifier import Kind, public, uuid7
from server.http.application import application
from tests.access.delegated import delegated
from tests.schema.books import OPENED, Books, open_books
from tests.schema.test_http import token

ACCOUNTS = {"query": "{ accounts { edges { node { name } } } }"}
WITHOUT_VIEWER = {"/brand", "/brand/logo", "/healthz", "/readyz", "/sign-out", "/invitation"}
"""Answered before anybody is known, and where a session is ended."""
ROUTES = [
    (method, route.path)
    for route in application(None).routes  # type: ignore[arg-type]  # nothing is asked of the clock here
    if isinstance(route, Route) and route.path not in WITHOUT_VIEWER
    for method in sorted((route.methods or set()) - {"HEAD"})
]


@pytest_asyncio.fixture
async def lia(books: Books) -> httpx.AsyncClient:
    """Somebody of Lite, who sees Lite, X and Y."""
    transport = httpx.ASGITransport(application(books.clock))
    client = httpx.AsyncClient(transport=transport, base_url="http://bss")
    client.headers["Authorization"] = f"Bearer {await token(books, 'lite', 'partner_admin')}"
    return client


def names(response: httpx.Response) -> list[str]:
    return [edge["node"]["name"] for edge in response.json()["data"]["accounts"]["edges"]]


async def test_the_header_says_for_whom_one_acts_in_this_request_alone(books: Books, lia: httpx.AsyncClient) -> None:
    for_z = {"Bss-Act-As": await delegated(books, "z", "lite")}
    assert names(await lia.post("/graphql", json=ACCOUNTS)) == ["Lite", "X", "Y"]
    assert names(await lia.post("/graphql", json=ACCOUNTS, headers=for_z)) == ["Z"]
    window = {"from": "2026-01-01T00:00:00Z", "to": "2026-01-02T00:00:00Z", "account": books.ids["z"]}
    assert (await lia.get("/usage.csv", params=window)).status_code == 404
    assert (await lia.get("/usage.csv", params=window, headers=for_z)).status_code == 200
    assert names(await lia.post("/graphql", json=ACCOUNTS)) == ["Lite", "X", "Y"]


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_no_route_is_answered_in_one_s_own_name_when_one_means_to_act(
    books: Books, lia: httpx.AsyncClient, method: str, path: str
) -> None:
    """Whatever the route would have said: there is no such delegation."""
    place = path.replace("{", "").replace("}", "")
    asked = lia.build_request(method, place, headers={"Bss-Act-As": public(Kind.DELEGATION, uuid7())})
    response = await lia.send(asked)
    assert (response.status_code, response.json()["errors"][0]["message"]) == (404, "There is no such delegation.")


async def test_an_ended_a_foreign_and_an_unknown_delegation_answer_alike(books: Books, lia: httpx.AsyncClient) -> None:
    """To the byte: ended, not begun, other people's, another organisation's, nobody's, none at all, and two at once."""
    holding = await delegated(books, "z", "lite")
    ended = await delegated(books, "z", "lite")
    await books.make("endDelegation", {"delegationId": ended})
    later = await delegated(books, "z", "lite", startsAt=(OPENED + timedelta(days=1)).isoformat())
    elsewhere = await delegated(await open_books("other"), "z", "lite")
    of_others = await delegated(books, "z", "y", "client_admin")
    said = (ended, later, of_others, elsewhere, public(Kind.DELEGATION, uuid7()), books.ids["z"], "", "x" * 5_000)
    headers = [*([("Bss-Act-As", each)] for each in said), [("Bss-Act-As", holding)] * 2]
    answers = [await lia.post("/graphql", json=ACCOUNTS, headers=each) for each in headers]
    assert {(answer.status_code, answer.content) for answer in answers} == {
        (404, b'{"errors":[{"message":"There is no such delegation.","extensions":{"code":"NOT_FOUND"}}]}')
    }
    assert {tuple(sorted(answer.headers.items())) for answer in answers} == {tuple(sorted(answers[0].headers.items()))}
    assert names(await lia.post("/graphql", json=ACCOUNTS, headers={"Bss-Act-As": holding})) == ["Z"]


async def test_without_a_token_a_delegation_is_nothing(books: Books, lia: httpx.AsyncClient) -> None:
    del lia.headers["Authorization"]
    response = await lia.post("/graphql", json=ACCOUNTS, headers={"Bss-Act-As": await delegated(books, "z", "lite")})
    assert response.status_code == 401
