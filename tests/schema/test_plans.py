"""Documents in which a plan could answer otherwise than the reference executor: `Books.ask` compares the two."""

from __future__ import annotations

import pytest
from graphql import OperationDefinitionNode, parse

from bss.transaction.database import current
from schema.execution import execute
from schema.kept import Kept, Same, kept_of
from tests.schema.books import Books
from tests.schema.statements import counted

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
    kept_of.cache_clear()
    for number in range(600):
        fragment = f"fragment F on Account {{ a{number}: name }}"
        assert "errors" not in await execute(
            f"{{ accounts(first: 1) {{ edges {{ node {{ ...F }} }} }} }} {fragment}",
            shared_books.staff,
            shared_books.clock,
        )
    assert kept_of.cache_info().currsize <= 500
    operation = parse("{ accounts(first: 1) { edges { node { ...F } } } }").definitions[0]
    assert isinstance(operation, OperationDefinitionNode)
    assert kept_of(Same(operation), frozenset()) == Kept()


LEVELS = {
    "a tree": "{ channel { name accounts { edges { node { name subscriptions { edges { node { name quantity"
    " offering { code product { name } } usageMonthToDate { meter quantity hours } } } }"
    " accounts { edges { node { name } } } } } } } }",
    "the same field twice": "{ channel { a: accounts(first: 1) { edges { cursor node { id } } pageInfo { endCursor } }"
    " b: accounts(last: 1) { edges { node { id kind } } } __typename } }",
    "a page's shape alone": "{ channel { accounts { pageInfo { hasNextPage hasPreviousPage endCursor } } } }",
    "cursors alone": "{ accounts { edges { cursor } } subscriptions { edges { cursor } } }",
    "references": "{ subscriptions { edges { node { name account { name parent { name } } offering { code } } } } }",
    "what hangs on the objects of a list": "{ accounts { edges { node { name contacts { edges { node { name } } }"
    " cases(first: 1) { edges { node { subject } } pageInfo { hasNextPage } } } } } }",
    "fragments that overlap": "{ channel { ...A ...B } }"
    " fragment A on ChannelAccount { accounts { edges { node { id } } } }"
    " fragment B on ChannelAccount { id accounts { edges { node { ribbon subscriptionCount } } } }",
    "a page that is refused, below": "{ channel { name accounts { edges { node { name accounts(first: 201) {"
    " edges { node { name } } } } } } } }",
    "a cursor that is none, below": '{ accounts { edges { node { id contacts(after: "x") { edges { cursor } } } } } }',
    "a flag in a tree": "query($v: Boolean!) { channel { name accounts @include(if: $v) { edges { node { id"
    " subscriptions @skip(if: $v) { edges { node { id } } } } } } } }",
}


@pytest.mark.parametrize("document", LEVELS.values(), ids=LEVELS.keys())
@pytest.mark.parametrize("role", [None, "billing_viewer", "operations", "partner_admin"])
async def test_levels_answer_as_the_reference_executor_does(
    shared_books: Books, document: str, role: str | None
) -> None:
    """With what a role may not see among it, whose errors must be the same ones at the same places."""
    viewer = None if role is None else shared_books.as_role(role, "lite")
    for flag in (True, False):
        body = await shared_books.ask(document, viewer=viewer, **({"v": flag} if "$v" in document else {}))
        assert "data" in body


async def test_what_hangs_on_objects_of_several_kinds_is_asked_for_together(shared_books: Books) -> None:
    """Each object of an abstract list is read for itself, and their keys meet in one statement all the same."""
    document = "query($ids: [ID!]!) { nodes(ids: $ids) { id ... on Account { contacts { edges { node { name } } } } } }"
    names = ["x", "y", "z", "lite"]
    seen, _ = await counted(current(), shared_books, document, ids=[shared_books.ids[name] for name in names])
    assert max(seen.values()) == 1
