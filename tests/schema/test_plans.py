"""Documents in which a plan could answer otherwise than the reference executor: `Books.ask` compares the two."""

from __future__ import annotations

import pytest

from tests.schema.books import Books

DOCUMENTS = {
    "aliases and __typename": "{ offerings { __typename edges { __typename node { a: name b: name __typename } } } }",
    "merged fragments": "{ offerings { edges { node { ...A ...B } } } }"
    " fragment A on Offering { product { name } characteristics { code } }"
    " fragment B on Offering { product { code } characteristics { name choices } }",
    "an interface": "{ offerings { edges { node { ... on Node { id } code } } } }",
    "include": "query($v: Boolean!) { offerings { edges { node { id code @include(if: $v) name @skip(if: $v) } } } }",
    "a null flag in a part that is never come to": "query($v: Boolean = true) { offerings { edges { node { id"
    " characteristics { code @include(if: $v) name } } } } }",
    "a resolver between plain fields": "{ subscriptions { edges { node { id offering { name } name state } } } }",
    "free data and instants": "{ subscriptions { edges { node { characteristics startsAt endsAt quantity } } } }",
    "uuids": "{ links { edges { node { linkKey side } } } }",
}


@pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS.keys())
@pytest.mark.parametrize("flag", [True, False, None])
async def test_both_executors_answer_alike(shared_books: Books, document: str, flag: bool | None) -> None:
    body = await shared_books.ask(document, **({"v": flag} if "$v" in document else {}))
    assert body["data"] is not None or (flag is None and "Boolean!" in document)
