"""API1: what belongs to another is asked for by its id, by its path, by a cursor, and by what is no id at all."""

from __future__ import annotations

import base64
import random
import string
from itertools import product
from urllib.parse import quote

import httpx

from bss.identifier import Kind, public, uuid7
from tests.attacks.conftest import Target
from tests.schema.test_document_files import send

FILES = {
    "invoice": (Kind.INVOICE, "/invoices/{}.pdf"),
    "issuer": (Kind.ISSUER, "/issuers/{}.preview.pdf"),
    "document": (Kind.DOCUMENT, "/documents/{}"),
}
SEED = 20260401


async def of_z(target: Target) -> dict[str, str]:
    """Ids of what Z and its seller have, and X does not see."""
    found = await target.books.data("{ invoices { edges { node { id billTo { name } } } } }")
    (invoice,) = [each["node"]["id"] for each in found["invoices"]["edges"] if each["node"]["billTo"]["name"] == "Z"]
    staff = httpx.AsyncClient(transport=httpx.ASGITransport(target.application), base_url="http://target")
    async with staff:
        staff.headers.update(await target.bearer("root", "operations"))
        kept = await send(staff, target.books.ids["z"], "note.txt", "text/plain", b"secret of Z")
    return {"invoice": invoice, "issuer": target.books.ids["root issuer"], "document": kept.json()["id"]}


async def test_a_file_of_another_is_answered_like_one_that_nobody_has(billed_target: Target) -> None:
    target = billed_target
    ids, owner = await of_z(target), await target.bearer("root", "owner")
    xanders = [await target.bearer("x", role) for role in ("client_admin", "billing_viewer")]
    for (name, (kind, path)), xander in product(FILES.items(), xanders):
        other = await target.client.get(path.format(ids[name]), headers=xander)
        nothing = await target.client.get(path.format(public(kind, uuid7())), headers=xander)
        assert (other.status_code, other.content) == (nothing.status_code, nothing.content), name
        assert other.status_code in (403, 404), name
        assert (await target.client.get(path.format(ids[name]), headers=owner)).status_code == 200, name


async def test_a_document_is_not_put_at_the_account_of_another(billed_target: Target) -> None:
    target = billed_target
    target.client.headers.update(await target.bearer("x", "client_admin"))
    answers = [
        await send(target.client, account, "n.txt", "text/plain", b"hello", key=account)
        for account in (target.books.ids["z"], public(Kind.ACCOUNT, uuid7()))
    ]
    assert answers[0].status_code == answers[1].status_code
    assert answers[0].content == answers[1].content


async def test_a_cursor_of_another_scope_shows_nothing_of_it(billed_target: Target) -> None:
    """Cursors are of rows; those of Z's rows are known to X here, which they never would be."""
    target = billed_target
    query = "query($after: String, $before: String) { %s(%s) { edges { cursor node { id } } } }"
    xander = target.books.as_role("client_admin", "x")
    for name in ("accounts", "subscriptions", "invoices"):
        both = query % (name, "after: $after, before: $before")
        everything = (await target.books.data(both))[name]["edges"]
        own = {each["node"]["id"] for each in (await target.books.data(both, viewer=xander))[name]["edges"]}
        assert own
        assert len(own) < len(everything)
        for cursor in [each["cursor"] for each in everything]:
            for place in ("after", "before"):
                found = await target.books.data(both, viewer=xander, **{place: cursor})
                assert {each["node"]["id"] for each in found[name]["edges"]} <= own


def nonsense() -> list[str]:
    """Texts that are nearly ids or cursors, and texts that are nothing."""
    draw = random.Random(SEED)
    letters = string.printable + "äß\u200f\u0000\U0001f600"
    drawn = ["".join(draw.choices(letters, k=draw.randrange(40))) for _ in range(60)]
    near = [f"acc_{'7' * 26}", f"acc_{'z' * 26}", "acc_", "_", "acc_" + "0" * 25, "zzz_" + "0" * 26, "acc_" + "O" * 26]
    encoded = [base64.b64encode(each.encode()).decode() for each in (*drawn[:20], "Account:1", '{"id": 1}')]
    return [*drawn, *near, *encoded, "'; DROP TABLE account; --", "a" * 10_000, "../../etc/passwd", "%00", "Incorrect"]


async def test_what_is_no_id_and_no_cursor_is_never_a_fault(billed_target: Target) -> None:
    """Such values have reached clients of other APIs as the words of a library that could not decode them."""
    target = billed_target
    document = (
        "query($id: ID!, $ids: [ID!]!, $cursor: String) { node(id: $id) { id } nodes(ids: $ids) { id }"
        " accounts(first: 1, after: $cursor) { edges { node { id } } } }"
    )
    codes = set()
    headers = await target.bearer("x", "client_admin")
    for text in nonsense():
        body = {"query": document, "variables": {"id": text, "ids": [text], "cursor": text}}
        answer = await target.client.post("/graphql", json=body, headers=headers)
        assert answer.status_code == 200, text
        codes |= {error.get("extensions", {}).get("code") for error in answer.json()["errors"]}
        path = await target.client.get(f"/documents/{quote(text, safe='')[:2000]}", headers=headers)
        assert path.status_code in (307, 404, 405), text
    assert codes == {"INVALID_INPUT"}
