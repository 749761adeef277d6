"""The API over HTTP: POST only, JSON objects only, bearer tokens only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from server.http.application import application
from tests.schema.books import Books

QUERY = {"query": "{ organisation { name } }"}


async def token(books: Books, account: str, role: str) -> str:
    """A bearer token of a new member."""
    member = await books.make(
        "admitPerson",
        {"name": f"{role} of {account}", "accountId": books.ids[account], "role": role},
        show="... on Membership { id }",
    )
    given = {"membershipId": member["id"], "name": "for a test"}
    return str((await books.make("createToken", given, show="... on CreatedToken { secret }"))["secret"])


@pytest_asyncio.fixture
async def anyone(shared_books: Books) -> AsyncIterator[httpx.AsyncClient]:
    """A client without a token."""
    transport = httpx.ASGITransport(application(shared_books.clock))
    async with httpx.AsyncClient(transport=transport, base_url="http://bss") as client:
        yield client


@pytest_asyncio.fixture
async def client(anyone: httpx.AsyncClient, shared_books: Books) -> httpx.AsyncClient:
    """The same client with X's token."""
    anyone.headers["Authorization"] = f"Bearer {await token(shared_books, 'x', 'billing_viewer')}"
    return anyone


async def test_a_token_sees_the_scope_of_its_membership(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json={"query": "{ accounts { edges { node { name } } } }"})
    assert response.status_code == 200
    assert response.json() == {"data": {"accounts": {"edges": [{"node": {"name": "X"}}]}}}


async def test_a_get_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.get("/graphql", params=QUERY)
    assert response.status_code == 405


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer "}, {"Authorization": "Bearer bss_guessed"}])
async def test_without_a_token_there_is_no_answer(anyone: httpx.AsyncClient, headers: dict[str, str]) -> None:
    response = await anyone.post("/graphql", json=QUERY, headers=headers)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


@pytest.mark.parametrize("body", [b"5", b"[1]", b"null", b'"text"', b"", b"{", b"\xff\xfe", b"{}", b'{"query": 5}'])
async def test_a_body_that_is_no_request_is_a_client_s_error(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post("/graphql", content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 400


async def test_a_body_of_another_type_is_refused(client: httpx.AsyncClient) -> None:
    """A form could be sent by any page that a person visits."""
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        response = await client.post("/graphql", content=b"query={organisation{name}}", headers={"Content-Type": kind})
        assert response.status_code in (400, 415), kind


async def test_a_refusal_of_a_query_has_its_code_and_its_input(client: httpx.AsyncClient) -> None:
    response = await client.post("/graphql", json={"query": "{ accounts(first: 201) { edges { cursor } } }"})
    error: dict[str, Any] = response.json()["errors"][0]
    assert (response.status_code, error["extensions"]) == (200, {"code": "INVALID_INPUT", "input": ["first"]})


@pytest.mark.parametrize(
    "query",
    [
        "{ " + " ".join(f"a{i}: organisation {{ name }}" for i in range(41)) + " }",
        "{ organisation { " + "name " * 2000 + "} }",
        "{ accounts { edges { node { " + "parent { " * 16 + "name " + "} " * 16 + "} } } }",
    ],
    ids=["aliases", "tokens", "depth"],
)
async def test_a_document_beyond_the_limits_is_refused(client: httpx.AsyncClient, query: str) -> None:
    response = await client.post("/graphql", json={"query": query})
    assert response.json()["data"] is None
    assert len(response.json()["errors"]) == 1
