"""Documents in which a plan could answer otherwise than the reference executor: `Books.ask` compares the two."""

from __future__ import annotations

import pytest
from graphql import OperationDefinitionNode, parse

from schema.compiled import Same, _splits_of
from schema.execution import execute
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


async def test_fragments_that_are_ever_new_leave_nothing_behind(shared_books: Books) -> None:
    """Operations that read alike are not one: their fragments may differ."""
    _splits_of.cache_clear()
    for number in range(600):
        fragment = f"fragment F on Account {{ a{number}: name }}"
        assert "errors" not in await execute(
            f"{{ accounts(first: 1) {{ edges {{ node {{ ...F }} }} }} }} {fragment}",
            shared_books.staff,
            shared_books.clock,
        )
    assert _splits_of.cache_info().currsize <= 500
    operation = parse("{ accounts(first: 1) { edges { node { ...F } } } }").definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    assert _splits_of(Same(operation), frozenset()) == {}
