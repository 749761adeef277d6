"""`nodes`: many objects by their ids, in their order; `test_nodes` counts the statements."""

from __future__ import annotations

from bss.identifier import Kind, public, uuid7
from tests.schema.books import Books

QUERY = (
    "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Account { name } ... on Subscription { name } } }"
)


def said(data: dict[str, object]) -> list[str | None]:
    found = data["nodes"]
    assert isinstance(found, list)
    return [each and each.get("name", each["id"]) for each in found]


async def test_the_order_is_that_of_the_ids_and_what_is_not_there_is_null(shared_books: Books) -> None:
    books = shared_books
    nobodys, comment = public(Kind.ACCOUNT, uuid7()), public(Kind.CASE_COMMENT, uuid7())
    ids = [books.ids["z"], nobodys, books.ids["of x"], books.ids["x"], books.ids["z"], comment]
    assert said(await books.data(QUERY, ids=ids)) == ["Z", None, "Office seats", "X", "Z", None]
    assert said(await books.data(QUERY, ids=[])) == []


async def test_what_lies_outside_the_scope_is_null_like_what_nobody_has(shared_books: Books) -> None:
    books = shared_books
    ids = [books.ids["x"], books.ids["z"], books.ids["of z"], books.ids["of x"], books.root]
    found = await books.data(QUERY, viewer=books.as_role("owner", "x"), ids=ids)
    assert said(found) == ["X", None, None, "Office seats", None]


async def test_what_the_role_may_not_see_is_null_with_an_error_and_the_others_stay(shared_books: Books) -> None:
    books = shared_books
    ids = [books.ids["x"], books.ids["root issuer"], books.ids["of x"]]
    body = await books.ask(QUERY, viewer=books.as_role("billing_viewer", "x"), ids=ids)
    assert said(body["data"]) == ["X", None, "Office seats"]
    (error,) = body["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["nodes", 1], "PERMISSION_DENIED")


async def test_what_is_no_id_is_named_by_its_place(shared_books: Books) -> None:
    body = await shared_books.ask(QUERY, ids=[shared_books.ids["x"], "x", "acc_x"])
    assert body["errors"][0]["extensions"] == {"code": "INVALID_INPUT", "input": ["ids", "1"]}


async def test_at_most_a_hundred_are_asked_for(shared_books: Books) -> None:
    ids = [public(Kind.ACCOUNT, uuid7()) for _ in range(101)]
    assert said(await shared_books.data(QUERY, ids=ids[:100])) == [None] * 100
    body = await shared_books.ask(QUERY, ids=ids)
    assert body["errors"][0]["extensions"] == {"code": "INVALID_INPUT", "input": ["ids"]}
