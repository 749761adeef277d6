"""The canary: the wholesale price of 7.7777 EUR, which X's seller pays, is nowhere in what X can reach."""

from __future__ import annotations

import io

import httpx
import pytest
from pypdf import PdfReader

from server.http.application import application
from tests.schema.books import CANARY, Books
from tests.schema.crawl import Crawl
from tests.schema.test_http import token


async def printed(books: Books, account: str, role: str) -> list[str]:
    """The text of every PDF that a member with this role can download."""
    headers = {"Authorization": f"Bearer {await token(books, account, role)}"}
    transport = httpx.ASGITransport(application(books.clock))
    async with httpx.AsyncClient(transport=transport, base_url="http://bss", headers=headers) as client:
        found = await client.post("/graphql", json={"query": "{ invoices { edges { node { pdf { path } } } } }"})
        paths = [edge["node"]["pdf"]["path"] for edge in found.json()["data"]["invoices"]["edges"]]
        files = [await client.get(path) for path in paths]
    assert {file.status_code for file in files} == {200}
    return ["".join(page.extract_text() for page in PdfReader(io.BytesIO(file.content)).pages) for file in files]


@pytest.mark.parametrize("role", ["billing_viewer", "owner"])
async def test_a_crawl_as_x_never_shows_the_wholesale_price(billed: Books, role: str) -> None:
    """Not to X's people, and not to somebody who may do everything within X."""
    text = await Crawl(billed, billed.as_role(role, "x")).everything()
    assert CANARY not in text
    assert '"X"' in text
    assert '"50.00"' in text
    for hidden in ('"Y"', '"Z"', '"Lite"', "Wholesale", "38.89"):
        assert hidden not in text, hidden
    (pdf,) = await printed(billed, "x", role)
    assert "50.00" in pdf
    assert CANARY not in pdf


async def test_the_same_crawl_as_staff_shows_it(billed: Books) -> None:
    crawl = Crawl(billed, billed.staff)
    text = await crawl.everything()
    assert CANARY in text
    assert crawl.denied == set()
    assert any(CANARY in pdf for pdf in await printed(billed, "root", "owner"))


async def test_a_crawl_as_lite_shows_what_lite_pays_and_not_what_z_pays(billed: Books) -> None:
    text = await Crawl(billed, billed.as_role("partner_sales", "lite")).everything()
    assert '"38.89"' in text
    assert '"50.00"' in text
    for hidden in ('"Z"', '"60.00"', "Wholesale", "Direct"):
        assert hidden not in text, hidden
