"""The API over HTTP: JSON objects only, bearer tokens only, and the media types and statuses of the specification."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from server.http.application import application
from server.http.negotiation import GRAPHQL, JSON
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
    assert response.json()["data"] == {"accounts": {"edges": [{"node": {"name": "X"}}]}}


async def test_a_get_reads_and_does_not_write(client: httpx.AsyncClient, anyone: httpx.AsyncClient) -> None:
    response = await client.get("/graphql", params=QUERY)
    assert response.json()["data"] == {"organisation": {"name": "Cloud"}}
    mutation = await client.get("/graphql", params={"query": "mutation { __typename }"})
    assert (mutation.status_code, mutation.headers["Allow"]) == (405, "POST")
    assert (await client.get("/graphql")).status_code == 400
    long = await client.get("/graphql", params={"query": "{ organisation { name } }" + " " * 20_000})
    assert long.status_code == 400
    del anyone.headers["Authorization"]
    assert (await anyone.get("/graphql", params=QUERY)).status_code == 401


async def test_another_method_is_told_which_there_are(client: httpx.AsyncClient) -> None:
    for method in ("PUT", "DELETE", "PATCH", "HEAD"):
        response = await client.request(method, "/graphql")
        assert response.status_code == 405, method
        assert {"GET", "POST"} <= set(response.headers["Allow"].split(", ")), method


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer "}, {"Authorization": "Bearer bss_guessed"}])
async def test_without_a_token_there_is_no_answer(anyone: httpx.AsyncClient, headers: dict[str, str]) -> None:
    response = await anyone.post("/graphql", json=QUERY, headers=headers)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert response.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


GARBAGE = [
    *(b"5", b"[1]", b"[]", b"null", b'"text"', b"", b"{", b"\xff\xfe", b"{}", b'{"query": 5}', b"[{}]"),
    *(b'{"query": "{__typename}", "operationName": 0}', b'{"query": "{__typename}", "operationName": []}'),
    *(b'{"query": "{__typename}", "variables": []}', b'{"query": "{__typename}", "extensions": "x"}'),
    *(b'{"query": ""}', b'{"query": "{__typename}", "operationName": "other"}', b"{" * 5000, b"[" * 5000),
]


@pytest.mark.parametrize("body", GARBAGE)
@pytest.mark.parametrize("accept", [GRAPHQL, JSON])
async def test_a_body_that_is_no_request_is_a_client_s_error(
    client: httpx.AsyncClient, body: bytes, accept: str
) -> None:
    response = await client.post("/graphql", content=body, headers={"Content-Type": JSON, "Accept": accept})
    assert response.status_code == 400
    assert response.headers["Content-Type"] == f"{accept}; charset=utf-8"
    assert "data" not in response.json()


async def test_a_body_of_another_type_is_refused(client: httpx.AsyncClient) -> None:
    """A form could be sent by any page that a person visits."""
    kinds = ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "xapplication/json")
    for kind in kinds:
        response = await client.post("/graphql", content=b'{"query": "{__typename}"}', headers={"Content-Type": kind})
        assert response.status_code == 415, kind


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", JSON),
        ("*/*", JSON),
        ("text/html", JSON),
        (GRAPHQL, GRAPHQL),
        (f"{GRAPHQL}, {JSON}", GRAPHQL),
        (f"{JSON}, {GRAPHQL};q=0.9", JSON),
        (f"{JSON};q=0.5, {GRAPHQL} ; q=0.9, */*;q=0.1", GRAPHQL),
        (f"{GRAPHQL};q=0, {JSON};q=nonsense", JSON),
        (GRAPHQL.upper(), GRAPHQL),
    ],
)
async def test_an_answer_has_the_media_type_that_is_liked_best(
    client: httpx.AsyncClient, accept: str, expected: str
) -> None:
    response = await client.post("/graphql", json=QUERY, headers={"Accept": accept})
    assert response.headers["Content-Type"] == f"{expected}; charset=utf-8"
    assert response.headers["Vary"] == "Accept"
    assert response.status_code == 200


@pytest.mark.parametrize(
    "asked",
    [
        {"query": "{"},
        {"query": "{ nothing }"},
        {"query": "query($id: ID!) { node(id: $id) { id } }", "variables": {"id": None}},
    ],
    ids=["parse", "validation", "variables"],
)
async def test_a_request_that_is_not_executed_has_no_data(client: httpx.AsyncClient, asked: dict[str, Any]) -> None:
    for accept, status in ((GRAPHQL, 400), (JSON, 200)):
        response = await client.post("/graphql", json=asked, headers={"Accept": accept})
        assert (response.status_code, set(response.json()) - {"extensions"}) == (status, {"errors"})


async def test_what_we_cannot_do_is_not_the_client_s_error(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_viewer: object) -> None:
        raise OSError("no database")

    monkeypatch.setattr("schema.execution.reading", broken)
    response = await client.post("/graphql", json=QUERY, headers={"Accept": GRAPHQL})
    assert response.status_code == 500
    assert response.json()["errors"][0]["extensions"]["code"] == "FAULT"


async def test_a_refusal_of_a_query_has_its_code_and_its_input(client: httpx.AsyncClient) -> None:
    asked = {"query": "{ accounts(first: 201) { edges { cursor } } }"}
    response = await client.post("/graphql", json=asked, headers={"Accept": GRAPHQL})
    assert response.json()["data"] is None
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
    assert "data" not in response.json()
    assert len(response.json()["errors"]) == 1
