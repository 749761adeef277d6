"""All subscriptions in parts: as many as the scope has, none twice, and nothing of what lies outside."""

from __future__ import annotations

import pytest

from tests.schema.books import Books

EXPORT = """
query($account: ID, $first: Int! = 1000, $after: String) {
  subscriptionExport(accountId: $account, first: $first, after: $after) { endCursor subscriptions {
    __typename id accountId offeringId parentId name state quantity renewsAutomatically termMonths orderReference
    startsAt endsAt activatedAt mirrored managedBy version createdAt } }
}
"""
LIST = """
{ subscriptions { edges { cursor node {
  __typename id account { id } offering { id } parentId name state quantity renewsAutomatically termMonths
  orderReference startsAt endsAt activatedAt mirrored managedBy version createdAt } } } }
"""


async def test_an_export_says_what_the_list_says(shared_books: Books) -> None:
    found = (await shared_books.data(EXPORT))["subscriptionExport"]
    listed = [edge["node"] for edge in (await shared_books.data(LIST))["subscriptions"]["edges"]]
    expected = []
    for node in listed:
        ids = {"accountId": node.pop("account")["id"], "offeringId": node.pop("offering")["id"]}
        expected.append(node | ids | {"__typename": "ExportedSubscription"})
    assert found == {"endCursor": None, "subscriptions": expected}
    assert len(expected) == 2


async def test_the_parts_together_are_all(shared_books: Books) -> None:
    books = shared_books
    whole = (await books.data(EXPORT))["subscriptionExport"]["subscriptions"]
    parts: list[dict[str, object]] = []
    after, sizes = None, []
    while True:
        part = (await books.data(EXPORT, first=1, after=after))["subscriptionExport"]
        parts += part["subscriptions"]
        sizes.append(len(part["subscriptions"]))
        after = part["endCursor"]
        if after is None:
            break
    assert (parts, sizes) == (whole, [1, 1])


async def test_the_scope_holds(shared_books: Books) -> None:
    books = shared_books
    of_x = books.as_role("billing_viewer", "x")
    found = (await books.data(EXPORT, viewer=of_x))["subscriptionExport"]["subscriptions"]
    assert [each["id"] for each in found] == [books.ids["of x"]]
    body = await books.ask(EXPORT, viewer=of_x, account=books.ids["z"])
    assert body["errors"][0]["extensions"] == {"code": "NOT_FOUND", "input": ["accountId"]}
    below = (await books.data(EXPORT, account=books.ids["lite"]))["subscriptionExport"]["subscriptions"]
    assert [each["id"] for each in below] == [books.ids["of x"]]


@pytest.mark.parametrize("given", [{"first": 1001}, {"first": -1}, {"after": "nonsense"}])
async def test_what_cannot_be_asked_is_refused(shared_books: Books, given: dict[str, object]) -> None:
    body = await shared_books.ask(EXPORT, **given)
    assert body["errors"][0]["extensions"] == {"code": "INVALID_INPUT", "input": list(given)}
