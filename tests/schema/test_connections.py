"""Lists: pages that miss nothing and repeat nothing, at a number of statements that does not grow with the rows."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import get_named_type

from bss.transaction.database import Database
from schema.budget import Allowance
from tests.schema.books import Books
from tests.schema.reflection import FIRST_OF_FEBRUARY, FIRST_OF_JANUARY, arguments, roots, selection
from tests.schema.rows import write_rows
from tests.schema.statements import counted

CONNECTIONS = sorted(
    name
    for name, field in roots("Query").items()
    if get_named_type(field.type).name.endswith("Connection") and arguments(field, {}) is not None
)
"""What hangs on an account, such as its storefront, is counted where it is tested."""
PERIOD = {"from": f'"{FIRST_OF_JANUARY}"', "to": f'"{FIRST_OF_FEBRUARY}"'}
PAGE = "edges { cursor node { id } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
FORWARD = f"query($after: String) {{ accounts(first: 7, after: $after) {{ {PAGE} }} }}"
BACKWARD = f"query($before: String) {{ accounts(last: 7, before: $before) {{ {PAGE} }} }}"


async def test_the_number_of_statements_does_not_grow_with_the_rows(database: Database, books: Books) -> None:
    """Every root connection with everything that hangs on its nodes, at 1 row and at 200 rows."""
    await write_rows(books, 200)
    books.allowance = Allowance(most_cost=10**9)  # everything below 200 rows is more than a client may ask for
    assert len(CONNECTIONS) == 29
    for name in CONNECTIONS:
        shown = selection(roots("Query")[name].type, 4, PERIOD)
        document = f"query($last: Int) {{ {name}(last: $last) {shown} }}"
        of_one, one = await counted(database, books, document, last=1)
        of_many, many = await counted(database, books, document, last=200)
        assert (len(one[name]["edges"]), len(many[name]["edges"])) == (1, 200), name
        assert "null" not in _states_of_relations(one[name]["edges"][0]["node"]), name
        assert of_one == of_many, name
        assert sum(of_many.values()) < 40, name


def _states_of_relations(node: dict[str, Any]) -> list[str]:
    """For the relations that every row here has: whether they were found, so that there was something to count."""
    asked = ("account", "offering", "product", "buyer", "seller", "priceList", "issuer", "billTo", "pdf", "lines")
    asked += ("logo", "series", "pastTerms", "delivery")
    return ["null" if node[name] in (None, []) else "found" for name in asked if name in node]


async def test_a_list_is_paged_through_forwards_and_backwards(books: Books) -> None:
    """25 accounts by 7: pages of 7, 7, 7 and 4 in either direction, and the same accounts."""
    await write_rows(books, 20, only="account")
    everything = await _pages(books, FORWARD, "after", "endCursor", "hasNextPage")
    assert [len(page) for page in everything] == [7, 7, 7, 4]
    ids = [identifier for page in everything for identifier in page]
    assert len(set(ids)) == 25
    backwards = await _pages(books, BACKWARD, "before", "startCursor", "hasPreviousPage")
    assert [len(page) for page in backwards] == [7, 7, 7, 4]
    assert [identifier for page in reversed(backwards) for identifier in page] == ids


async def _pages(books: Books, document: str, argument: str, edge: str, more: str) -> list[list[str]]:
    pages, cursor = [], None
    while True:
        found = (await books.data(document, **{argument: cursor}))["accounts"]
        pages.append([each["node"]["id"] for each in found["edges"]])
        if not found["pageInfo"][more]:
            return pages
        cursor = found["pageInfo"][edge]


async def test_pages_stay_in_place_while_rows_are_added(books: Books) -> None:
    """What was there when the reader began is read once; what is added meanwhile stands at the end."""
    before = await _pages(books, FORWARD, "after", "endCursor", "hasNextPage")
    seen: list[str] = []
    cursor, added = None, []
    while True:
        found = (await books.data(FORWARD.replace("first: 7", "first: 2"), after=cursor))["accounts"]
        seen += [each["node"]["id"] for each in found["edges"]]
        if not found["pageInfo"]["hasNextPage"]:
            break
        cursor = found["pageInfo"]["endCursor"]
        if len(added) < 3:
            given = {"parentId": books.root, "kind": "CUSTOMER", "name": f"Added {len(added)}"}
            added.append((await books.make("createAccount", given))["id"])
    assert seen == [identifier for page in before for identifier in page] + added


@pytest.mark.parametrize("size", ["first: 0", "last: 0"])
async def test_an_empty_page_has_no_cursors(books: Books, size: str) -> None:
    found = (await books.data(f"{{ accounts({size}) {{ {PAGE} }} }}"))["accounts"]
    assert (found["edges"], found["pageInfo"]["startCursor"], found["pageInfo"]["endCursor"]) == ([], None, None)
