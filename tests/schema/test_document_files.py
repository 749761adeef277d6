"""Documents go in and out as files: what is taken, under which name it is kept, and how it is served."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest
import pytest_asyncio

from bss.identifier import Kind, public, uuid7
from bss.relations.document import safe_name
from bss.relations.media_type import MediaType
from bss.transaction.begin import begin
from server.http.application import application
from tests.schema.books import Books
from tests.schema.files import KEPT, PDF, REFUSED
from tests.schema.test_http import token


@pytest_asyncio.fixture
async def client(books: Books) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the organisation's staff."""
    transport = httpx.ASGITransport(application(books.clock))
    headers = {"Authorization": f"Bearer {await token(books, 'root', 'operations')}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://bss", headers=headers) as found:
        yield found


async def send(
    client: httpx.AsyncClient, account: str, name: str, media_type: str, content: bytes, **more: str
) -> httpx.Response:
    headers = {"Content-Type": media_type, "Idempotency-Key": more.pop("key", name)}
    params = {"name": name, **more}
    return await client.post(f"/accounts/{account}/documents", params=params, content=content, headers=headers)


def code(response: httpx.Response) -> str:
    return str(response.json()["errors"][0]["extensions"]["code"])


async def test_files_of_every_type_come_back_as_they_were_sent_to_be_saved_and_not_shown(
    client: httpx.AsyncClient, books: Books
) -> None:
    """They are listed with their SHA-256 at the account, and nothing that is served may be run."""
    for name, (media_type, content) in KEPT.items():
        sent = await send(client, books.ids["x"], name, media_type, content)
        assert sent.status_code == 201, (name, sent.text)
        file = await client.get(sent.json()["path"])
        assert (file.status_code, file.content) == (200, content), name
        assert file.headers["Content-Type"].partition(";")[0] == media_type.partition(";")[0]
        assert file.headers["Content-Disposition"].startswith(f'attachment; filename="{name}"')
        assert file.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
        assert file.headers["X-Content-Type-Options"] == "nosniff"
    query = (
        "query($id: ID!) { node(id: $id) { ... on Account { documents { edges { node {"
        " name size sha256 createdBy account { name } } } } } } }"
    )
    listed = (await books.data(query, id=books.ids["x"]))["node"]["documents"]["edges"]
    assert {each["node"]["name"]: (each["node"]["size"], each["node"]["sha256"]) for each in listed} == {
        name: (len(content), hashlib.sha256(content).hexdigest()) for name, (_, content) in KEPT.items()
    }
    assert {each["node"]["createdBy"] for each in listed} == {"operations of root"}


async def test_what_is_not_what_it_says_is_refused_and_nothing_is_kept(client: httpx.AsyncClient, books: Books) -> None:
    for what, (media_type, content) in REFUSED.items():
        sent = await send(client, books.ids["x"], "file", media_type, content, key=what)
        assert (sent.status_code, code(sent)) == (422, "INVALID_INPUT"), what
    async with begin(books.staff) as tx:
        assert await tx.connection.fetchval("SELECT count(*) FROM document") == 0


async def test_ten_megabytes_are_taken_and_one_byte_more_is_not(client: httpx.AsyncClient, books: Books) -> None:
    most = b"a" * 10_000_000
    assert (await send(client, books.ids["x"], "a.txt", "text/plain", most)).status_code == 201
    refused = await send(client, books.ids["x"], "b.txt", "text/plain", most + b"a")
    assert (refused.status_code, code(refused)) == (413, "TOO_LARGE")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd.txt"),
        ("C:\\Users\\x\\bill.txt", "bill.txt"),
        ("bill.exe", "bill.exe.txt"),
        ("bill.html", "bill.html.txt"),
        ('a"; filename="b.txt', "a__ filename=_b.txt"),
        ("a\r\nSet-Cookie: b.txt", "aSet-Cookie_ b.txt"),
        ("invoice\u202etxt.exe", "invoicetxt.exe.txt"),
        ("  .. ", "document.txt"),
        ("", "document.txt"),
        (".txt", "txt.txt"),
        ("Angebot für X.TXT", "Angebot für X.TXT"),
        ("e\u0301.md", "\xe9.md"),
        ("a" * 500 + ".log", "a" * 120 + ".log"),
    ],
)
def test_a_name_is_made_safe_and_ends_as_its_type_does(given: str, kept: str) -> None:
    assert safe_name(given, MediaType.TEXT) == kept


async def test_a_name_in_any_letters_stands_in_the_header(client: httpx.AsyncClient, books: Books) -> None:
    sent = await send(client, books.ids["x"], "Angebot für X.txt", "text/plain", b"a", key="one")
    disposition = (await client.get(sent.json()["path"])).headers["Content-Disposition"]
    assert disposition == ("attachment; filename=\"Angebot f_r X.txt\"; filename*=UTF-8''Angebot%20f%C3%BCr%20X.txt")


async def test_a_file_that_is_sent_twice_is_kept_once(client: httpx.AsyncClient, books: Books) -> None:
    first = await send(client, books.ids["x"], "a.pdf", "application/pdf", PDF)
    again = await send(client, books.ids["x"], "a.pdf", "application/pdf", PDF)
    assert first.json() == again.json()
    other = await send(client, books.ids["x"], "a.pdf", "application/pdf", PDF + b"\n")
    assert (other.status_code, code(other)) == (409, "IDEMPOTENCY_KEY_REUSED")
    without = await send(client, books.ids["x"], "a.pdf", "application/pdf", PDF, key="")
    assert (without.status_code, code(without)) == (422, "INVALID_INPUT")


async def test_a_document_is_about_a_case_of_its_account(client: httpx.AsyncClient, books: Books) -> None:
    case = (await books.make("openCase", {"accountId": books.ids["x"], "subject": "Cannot sign in"}))["id"]
    sent = await send(client, books.ids["x"], "a.pdf", "application/pdf", PDF, case=case)
    query = "query($id: ID!) { node(id: $id) { ... on Case { documents { edges { node { id } } } } } }"
    found = (await books.data(query, id=case))["node"]["documents"]["edges"]
    assert [edge["node"]["id"] for edge in found] == [sent.json()["id"]]
    of_z = await send(client, books.ids["z"], "b.pdf", "application/pdf", PDF, case=case)
    assert (of_z.status_code, code(of_z)) == (422, "INVALID_INPUT")
    later = (await send(client, books.ids["x"], "c.pdf", "application/pdf", PDF)).json()["id"]
    await books.make("relateToCase", {"caseId": case, "relatedId": later})
    assert len((await books.data(query, id=case))["node"]["documents"]["edges"]) == 2


async def test_what_lies_outside_the_scope_is_not_found_and_who_may_not_is_told(
    client: httpx.AsyncClient, books: Books
) -> None:
    """Lite sends and gets files of X and none of Z; X sends none and gets none, though it is about X."""
    of_x, of_z = [
        (await send(client, books.ids[account], "a.pdf", "application/pdf", PDF, key=account)).json()["path"]
        for account in ("x", "z")
    ]
    client.headers["Authorization"] = f"Bearer {await token(books, 'lite', 'partner_sales')}"
    assert [(await client.get(path)).status_code for path in (of_x, of_z)] == [200, 404]
    nowhere = public(Kind.ACCOUNT, uuid7())
    for account in (books.ids["z"], nowhere, "acc_"):
        sent = await send(client, account, "a.pdf", "application/pdf", PDF)
        assert (sent.status_code, code(sent)) == (404, "NOT_FOUND")
    client.headers["Authorization"] = f"Bearer {await token(books, 'x', 'billing_viewer')}"
    assert (await client.get(of_x)).status_code == 404
    sent = await send(client, books.ids["x"], "a.pdf", "application/pdf", PDF)
    assert (sent.status_code, code(sent)) == (403, "PERMISSION_DENIED")
    del client.headers["Authorization"]
    assert (await client.get(of_x)).status_code == 401
    assert (await send(client, books.ids["x"], "a.pdf", "application/pdf", PDF)).status_code == 401


async def test_a_kept_file_is_not_rewritten(client: httpx.AsyncClient, books: Books) -> None:
    await send(client, books.ids["x"], "a.pdf", "application/pdf", PDF)
    for statement in ("UPDATE document_content SET content = ''", "UPDATE document SET sha256 = ''"):
        with pytest.raises(asyncpg.RestrictViolationError):
            async with begin(books.staff) as tx:
                await tx.connection.execute(statement)
