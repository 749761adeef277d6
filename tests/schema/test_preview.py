"""A preview over HTTP: a sample of an issuer's documents, with settings that are stored or only wished for."""

from __future__ import annotations

import io
from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio
from pypdf import PdfReader

from server.http.application import application
from tests.schema.books import Books
from tests.schema.test_http import token
from tests.schema.test_issuers import picture


@pytest_asyncio.fixture
async def client(shared_books: Books) -> AsyncIterator[httpx.AsyncClient]:
    """Lite's owner, over HTTP."""
    app = application(shared_books.clock)
    headers = {"Authorization": f"Bearer {await token(shared_books, 'lite', 'owner')}"}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bss", headers=headers) as opened,
    ):
        yield opened


def text_of(response: httpx.Response) -> str:
    assert response.status_code == 200, response.text
    assert response.headers["Content-Type"] == "application/pdf"
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(response.content)).pages)


async def test_a_preview_shows_settings_that_are_not_stored_and_says_that_it_is_one(
    client: httpx.AsyncClient, shared_books: Books
) -> None:
    """5 × 12.50 + 90.00 + 1,488 × 0.0125 = 171.10; no number is taken and nothing is stored."""
    issuer = shared_books.ids["lite issuer"]
    query = "query($id: ID!) { node(id: $id) { ... on Issuer { name previewPath series { lastNumber } } } }"
    before = (await shared_books.data(query, id=issuer))["node"]
    stored = text_of(await client.get(before["previewPath"]))
    assert "Preview: not an invoice. It has no number, and nothing is due." in stored
    assert "171.10" in stored
    assert "Wished B.V." not in stored
    wish = {
        "name": "Wished B.V.",
        "dueDays": 9,
        "logo": picture("JPEG"),
        "card": {"taxNumber": "NL1", "legal": "Fine."},
    }
    wished = text_of(await client.post(before["previewPath"], json=wish))
    assert "Wished B.V." in wished
    assert "Fine." in wished
    assert (await shared_books.data(query, id=issuer))["node"] == before


async def test_the_longest_texts_that_can_be_stored_can_be_printed(
    client: httpx.AsyncClient, shared_books: Books
) -> None:
    for word in ("word ", "W"):
        line = (word * 400)[:400]
        card: dict[str, object] = {"terms": "\n".join([line] * 20), "legal": "\n".join([line] * 20)}
        card |= {"footer": line[:160], "bank": line[:200], "registration": line[:100], "address": [line[:100]] * 10}
        path = f"/issuers/{shared_books.ids['lite issuer']}.preview.pdf"
        text = text_of(await client.post(path, json={"card": {**card, "name": line[:199] + "d"}}))
        assert text.count(word.strip()) > 3000


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"{", []),
        (b"[]", []),
        (b'{"colour": "#000000"}', ["colour"]),
        (b'{"dueDays": "5"}', ["dueDays"]),
        (b'{"dueDays": true}', ["dueDays"]),
        (b'{"card": {"fax": "1"}}', ["card", "fax"]),
        (b'{"card": {"taxNumber": 5}}', ["card", "taxNumber"]),
        (b'{"card": {"colour": "#ffff00"}}', ["card", "colour"]),
        (b'{"name": "a\\u0000"}', ["name"]),
        (b'{"logo": "R0lG"}', ["logo"]),
        (b'{"name": "\\u5e9c"}', ["issuer.name"]),
    ],
)
async def test_settings_that_cannot_be_printed_are_refused(
    client: httpx.AsyncClient, shared_books: Books, body: bytes, path: list[str]
) -> None:
    response = await client.post(f"/issuers/{shared_books.ids['lite issuer']}.preview.pdf", content=body)
    assert response.status_code == 422
    assert response.json()["errors"][0]["extensions"]["problems"][0]["path"] == path


async def test_a_preview_needs_a_token_the_permission_and_the_scope(
    client: httpx.AsyncClient, shared_books: Books
) -> None:
    own = f"/issuers/{shared_books.ids['lite issuer']}.preview.pdf"
    for path in (f"/issuers/{shared_books.ids['root issuer']}.preview.pdf", "/issuers/iss_1.preview.pdf"):
        assert (await client.get(path)).status_code == 404
    assert (await client.get(own, headers={"Authorization": ""})).status_code == 401
    partner = {"Authorization": f"Bearer {await token(shared_books, 'lite', 'partner_sales')}"}
    assert (await client.get(own, headers=partner)).status_code == 403
    assert (await client.post(own, content=b" " * 2_000_001)).status_code == 422
