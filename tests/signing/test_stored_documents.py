"""A page in which somebody is signed in sends the documents that were stored with the installation, and no others."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bss.transaction.database import Database
from server.command_line.processes import served
from server.http.application import application
from server.http.stored import stored_in
from server.identity.sealing import Seal
from server.memory.short_lived import ShortLived
from server.settings import load
from tests.schema.books import Books, open_books
from tests.schema.test_http import token
from tests.signing.browser import OURS, WHO, Browser
from tests.signing.conftest import with_a_door
from tests.signing.forgetful import Forgetful
from tests.signing.shop import Shop

STORED = "query Accounts {\n  accounts { edges { node { name } } }\n}\n"
RENAMED = 'mutation($input: UpdateAccountInput!) { updateAccount(input: $input, idempotencyKey: "1") { __typename } }'
NAME = hashlib.sha256(STORED.encode()).hexdigest()


@pytest_asyncio.fixture
async def shop(database: Database, forgetful: Forgetful, tmp_path: Path) -> AsyncIterator[Shop]:
    books = await open_books()
    (tmp_path / "accounts.graphql").write_text(STORED, encoding="utf-8")
    entries = ShortLived(forgetful.url)
    yield Shop(books, with_a_door(books, application(books.clock, stored=stored_in(tmp_path), entries=entries)))
    await entries.close()


async def test_a_page_sends_what_is_stored_by_its_name_or_by_its_text(shop: Shop) -> None:
    xander = await shop.signed_in(await shop.member("x", "billing_viewer"))
    asked = {"version": 1, "sha256Hash": NAME}
    for body in ({"documentId": NAME}, {"query": STORED}, {"query": STORED, "extensions": {"persistedQuery": asked}}):
        answer = await xander.post("/graphql", body)
        assert answer.json()["data"] == {"accounts": {"edges": [{"node": {"name": "X"}}]}}, body
    assert (await xander.open(f"/graphql?documentId={NAME}")).status_code == 200


@pytest.mark.parametrize(
    "text", [WHO["query"], "{ __schema { types { name } } }", f"{STORED} ", STORED.replace("name", "id"), RENAMED, "{"]
)
async def test_a_page_sends_nothing_of_its_own(shop: Shop, text: str) -> None:
    """Not by its text, not with the name of what it is, not by GET; and it is the same whether it could be read."""
    xander = await shop.signed_in(await shop.member("x", "owner"))
    named = {"sha256Hash": hashlib.sha256(text.encode()).hexdigest()}
    answers = [
        await xander.post("/graphql", {"query": text}),
        await xander.post("/graphql", {"query": text, "extensions": {"persistedQuery": named}}),
        await xander.send("GET", "/graphql", params={"query": text}, headers=OURS),
    ]
    for answer in answers:
        assert answer.status_code == 403
        assert answer.json()["errors"][0]["extensions"]["code"] == "ONLY_STORED_DOCUMENTS"
        assert "data" not in answer.json()
    lying = await xander.post("/graphql", {"query": text, "documentId": NAME})
    assert lying.status_code == 400


async def test_a_token_sends_what_it_likes_also_beside_a_cookie(shop: Shop) -> None:
    xander = await shop.signed_in(await shop.member("x", "billing_viewer"))
    bearer = {"Authorization": f"Bearer {await token(shop.books, 'z', 'billing_viewer')}"}
    for browser in (shop.browser(), xander):
        answer = await browser.post("/graphql", WHO, bearer)
        assert answer.json()["data"]["accounts"]["edges"][0]["node"]["name"] == "Z"


async def test_who_is_not_signed_in_learns_nothing_of_what_is_stored(shop: Shop) -> None:
    for body in ({"documentId": NAME}, {"query": STORED}, WHO):
        assert (await shop.browser().post("/graphql", body)).status_code == 401


@pytest.mark.parametrize(("given", "status"), [({}, 403), ({"BSS_PAGES": "stored"}, 403), ({"BSS_PAGES": "any"}, 200)])
async def test_the_server_as_it_is_started_is_strict_unless_it_is_told_otherwise(
    database: Database, forgetful: Forgetful, given: dict[str, str], status: int
) -> None:
    books: Books = await open_books()
    async with served(books.clock, load(given), forgetful.url, Seal("a secret key of thirty-two letters")) as app:
        door = Shop(books, with_a_door(books, app))
        xander: Browser = await door.signed_in(await door.member("x", "billing_viewer"))
        assert (await xander.post("/graphql", WHO)).status_code == status
