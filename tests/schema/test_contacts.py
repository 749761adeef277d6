"""Contacts of an account: noted, written anew, taken off the list; one of them is the primary one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.schema.books import Books

CONTACTS = "query($id: ID!) { node(id: $id) { ... on Account { contacts { edges { node { id name isPrimary } } } } } }"
SHOWN = "... on Contact { name role email phone isPrimary createdBy removedAt account { name } }"


async def names(books: Books, account: str = "x") -> list[str]:
    found = await books.data(CONTACTS, id=books.ids[account])
    return [edge["node"]["name"] for edge in found["node"]["contacts"]["edges"]]


async def test_the_life_of_a_contact(books: Books) -> None:
    """Carla is noted for X, becomes Carla B, and leaves the list on 2 January; who knows her id still finds her."""
    given = {"accountId": books.ids["x"], "name": " Carla ", "role": "buys the licences", "email": "carla@x.example"}
    carla = await books.make("createContact", given, show=SHOWN)
    assert (carla["name"], carla["isPrimary"], carla["createdBy"]) == ("Carla", False, "system:open cloud")
    assert carla["account"] == {"name": "X"}
    anew = {"contactId": carla["id"], "name": "Carla B", "email": "carla@x.example", "isPrimary": True}
    changed = await books.make("updateContact", anew, show=SHOWN)
    assert (changed["name"], changed["role"], changed["isPrimary"]) == ("Carla B", "", True)
    assert (await names(books), await names(books, "y")) == (["Carla B"], [])
    books.clock.move_to(books.clock.now().replace(day=2))
    removed = await books.make("removeContact", {"contactId": carla["id"]}, show=SHOWN)
    assert removed["removedAt"] == "2026-01-02T00:00:00Z"
    assert await names(books) == []
    books.clock.move_to(books.clock.now().replace(day=3))
    assert (await books.make("removeContact", {"contactId": carla["id"]}, show=SHOWN)) == removed
    kept = await books.data("query($id: ID!) { node(id: $id) { ... on Contact { name } } }", id=carla["id"])
    assert kept["node"] == {"name": "Carla B"}
    late = await books.call("updateContact", anew)
    assert (late["code"], late["path"]) == ("WRONG_STATE", ["contactId"])


async def test_an_account_has_one_primary_contact_and_a_removed_one_makes_room(books: Books) -> None:
    given = {"accountId": books.ids["x"], "isPrimary": True}
    first = await books.make("createContact", {**given, "name": "First"})
    second = await books.call("createContact", {**given, "name": "Second"})
    assert (second["code"], second["path"]) == ("CONFLICT", ["isPrimary"])
    third = await books.make("createContact", {**given, "name": "Third", "isPrimary": False})
    promoted = {"contactId": third["id"], "name": "Third", "isPrimary": True}
    assert (await books.call("updateContact", promoted))["path"] == ["isPrimary"]
    await books.make("createContact", {**given, "name": "Of Y", "accountId": books.ids["y"]})
    await books.make("removeContact", {"contactId": first["id"]})
    await books.make("updateContact", promoted)


async def test_every_problem_of_a_contact_is_told_at_once(books: Books) -> None:
    given = {"accountId": books.ids["x"], "name": " ", "role": "a\nb", "email": "carla", "phone": "1" * 61}
    refusal = await books.call("createContact", given)
    assert [problem["path"] for problem in refusal["problems"]] == [["name"], ["role"], ["email"], ["phone"]]
    assert await names(books) == []


async def test_a_partner_notes_contacts_of_its_own_customers_only(books: Books) -> None:
    lite = books.as_role("partner_sales", "lite")
    for account, expected in (("y", "Contact"), ("z", "NotFound")):
        given = {"accountId": books.ids[account], "name": "Yara"}
        assert (await books.call("createContact", given, viewer=lite))["__typename"] == expected


@pytest.mark.parametrize(("role", "may_see", "may_write"), [("finance", True, False), ("billing_viewer", False, False)])
async def test_who_sees_and_who_writes(books: Books, role: str, may_see: bool, may_write: bool) -> None:
    viewer = books.as_role(role, "x")
    body: dict[str, Any] = await books.ask(CONTACTS, viewer=viewer, id=books.ids["x"])
    assert (body["data"]["node"]["contacts"] is not None) is may_see
    given = {"accountId": books.ids["x"], "name": "Carla"}
    result = await books.call("createContact", given, viewer=viewer)
    assert (result["__typename"] == "Contact") is may_write


async def test_the_contacts_of_an_account_are_paged_through(books: Books) -> None:
    """Five contacts by two, and the last two from behind."""
    for number in range(5):
        await books.make("createContact", {"accountId": books.ids["x"], "name": f"C{number}"})
    query = (
        "query($id: ID!, $first: Int, $after: String, $last: Int) { node(id: $id) { ... on Account {"
        " contacts(first: $first, after: $after, last: $last) {"
        " edges { node { name } } pageInfo { hasNextPage hasPreviousPage endCursor } } } } }"
    )
    seen, cursor, sizes = [], None, []
    while True:
        found = (await books.data(query, id=books.ids["x"], first=2, after=cursor))["node"]["contacts"]
        sizes.append(len(found["edges"]))
        seen += [edge["node"]["name"] for edge in found["edges"]]
        if not found["pageInfo"]["hasNextPage"]:
            break
        cursor = found["pageInfo"]["endCursor"]
    assert (sizes, seen) == ([2, 2, 1], ["C0", "C1", "C2", "C3", "C4"])
    behind = (await books.data(query, id=books.ids["x"], last=2))["node"]["contacts"]
    assert [edge["node"]["name"] for edge in behind["edges"]] == ["C3", "C4"]
    assert behind["pageInfo"]["hasPreviousPage"] is True
