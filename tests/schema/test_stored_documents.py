"""Documents that were stored with the installation are asked for by their SHA-256; nothing else can be stored."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from server.http.application import application
from server.http.negotiation import GRAPHQL, JSON
from server.http.stored import stored_in
from server.settings import BadSetting
from tests.schema.books import Books
from tests.schema.test_documents import FOLDER
from tests.schema.test_http import token

TEXT = (FOLDER / "1-accounts-and-subscriptions.graphql").read_text(encoding="utf-8")
HASH = hashlib.sha256(TEXT.encode()).hexdigest()
OTHER = "{ organisation { name } }"
OTHER_HASH = hashlib.sha256(OTHER.encode()).hexdigest()


@pytest_asyncio.fixture
async def client(shared_books: Books) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(application(shared_books.clock, stored=stored_in(FOLDER)))
    headers = {"Authorization": f"Bearer {await token(shared_books, 'x', 'billing_viewer')}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://bss", headers=headers) as found:
        yield found


def persisted(named: object) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": named}}}


@pytest.mark.parametrize(
    "asked",
    [{"documentId": HASH}, {"documentId": f"sha256:{HASH.upper()}"}, persisted(HASH), {"query": "", **persisted(HASH)}],
)
async def test_a_stored_document_answers_as_its_text_does(client: httpx.AsyncClient, asked: dict[str, Any]) -> None:
    by_text = (await client.post("/graphql", json={"query": TEXT})).json()
    by_name = (await client.post("/graphql", json=asked)).json()
    assert by_name["data"] == by_text["data"] is not None


async def test_a_stored_document_may_be_asked_for_by_get(client: httpx.AsyncClient) -> None:
    response = await client.get("/graphql", params={"documentId": HASH})
    assert response.json()["data"]["organisation"]["name"] == "Cloud"


async def test_what_is_not_stored_is_said_as_clients_know_it(client: httpx.AsyncClient) -> None:
    for accept, status in ((JSON, 200), (GRAPHQL, 400)):
        response = await client.post("/graphql", json={"documentId": "0" * 64}, headers={"Accept": accept})
        assert response.status_code == status
        (error,) = response.json()["errors"]
        assert (error["message"], error["extensions"]["code"]) == (
            "PersistedQueryNotFound",
            "PERSISTED_QUERY_NOT_FOUND",
        )


async def test_a_request_stores_nothing(client: httpx.AsyncClient) -> None:
    """Clients that were told so send the text with its name: it is answered, and not kept by it."""
    response = await client.post("/graphql", json={"query": OTHER, **persisted(OTHER_HASH)})
    assert response.json()["data"] == {"organisation": {"name": "Cloud"}}
    response = await client.post("/graphql", json=persisted(OTHER_HASH))
    assert response.json()["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize("asked", [{"query": OTHER, "documentId": HASH}, {"documentId": 5}, persisted(["x"])])
async def test_a_name_that_means_something_else_is_refused(client: httpx.AsyncClient, asked: dict[str, Any]) -> None:
    assert (await client.post("/graphql", json=asked)).status_code == 400


def test_a_document_that_is_not_of_this_schema_stops_the_start(tmp_path: Path) -> None:
    assert len(stored_in(FOLDER)) == 5
    with pytest.raises(BadSetting, match="not a folder"):
        stored_in(tmp_path / "nowhere")
    for number, content in enumerate((b"{", b"{ nothing }", b"\xff")):
        (tmp_path / f"{number}.graphql").write_bytes(content)
        with pytest.raises(BadSetting, match=rf"{number}\.graphql"):
            stored_in(tmp_path)
        (tmp_path / f"{number}.graphql").unlink()
