"""Staff read who did what; the organisation's clients learn nothing of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest_asyncio

from bss.audit.seal import seal
from bss.identifier import Kind, public
from bss.organisations.directory import organisations
from bss.transaction.database import Database
from tests.schema.books import OPENED, Books, open_books
from tests.sync.channel import Channel

ENTRIES = """query($actorId: ID, $operation: String, $since: DateTime, $until: DateTime, $after: String, $first: Int) {
  auditEntries(actorId: $actorId, operation: $operation, since: $since, until: $until, first: $first, after: $after) {
    edges { node { id actorId actorName operation objectId idempotencyKey recordedAt position link } }
    pageInfo { hasNextPage endCursor } } }"""
FOUND = "query($id: ID!) { node(id: $id) { __typename ... on Account { name } ... on AuditEntry { operation } } }"


@pytest_asyncio.fixture
async def books(database: Database) -> Books:
    return await open_books()


async def entries(books: Books, **wanted: object) -> list[dict[str, Any]]:
    found = await books.data(ENTRIES, first=200, **wanted)
    return [edge["node"] for edge in found["auditEntries"]["edges"]]


async def test_who_did_what_to_what_is_read_with_its_place_in_the_chain(books: Books) -> None:
    books.clock.move_to(OPENED + timedelta(hours=1))
    given = {"parentId": books.root, "kind": "CUSTOMER", "name": "Acme"}
    made = await books.call("createAccount", given, key="once")
    *_, before = await entries(books)
    assert (before["position"], before["link"]) == (None, None)
    await seal(books.staff, now=OPENED)
    *_, last = everything = await entries(books)
    assert [entry["position"] for entry in everything] == list(range(1, len(everything) + 1))
    assert (last["operation"], last["objectId"], last["idempotencyKey"]) == (
        "createAccount",
        made["id"],
        "once",
    )
    assert (last["actorName"], last["actorId"]) == (books.staff.actor_name, public(Kind.PERSON, books.staff.actor_id))
    assert (last["recordedAt"], len(last["link"])) == ("2026-01-01T01:00:00Z", 64)
    assert (await books.data(FOUND, id=last["id"]))["node"] == {
        "__typename": "AuditEntry",
        "operation": "createAccount",
    }
    assert (await books.data(FOUND, id=last["objectId"]))["node"] == {"__typename": "Account", "name": "Acme"}


async def test_entries_are_listed_by_actor_operation_and_time(books: Books) -> None:
    """Of Cloud's books: four accounts, one of them by somebody else, an hour later."""
    books.clock.move_to(OPENED + timedelta(hours=1))
    given = {"parentId": books.ids["lite"], "kind": "CUSTOMER", "name": "Below"}
    partner = books.as_role("owner", "lite")
    other = books.staff.__class__(
        *(books.staff.organisation_id, "Pat", partner.organisation_id, partner.path, partner.permissions)
    )
    await books.call("createAccount", given, viewer=other)
    everything = await entries(books)
    assert len(await entries(books, operation="createAccount")) == 5
    assert {entry["operation"] for entry in await entries(books, operation="createAccount")} == {"createAccount"}
    (late,) = await entries(books, since="2026-01-01T01:00:00Z")
    assert late["actorName"] == "Pat"
    assert await entries(books, until="2026-01-01T01:00:00Z") == everything[:-1]
    assert await entries(books, since="2026-01-01T00:00:00Z") == everything
    assert await entries(books, actorId=late["actorId"]) == [late]
    assert await entries(books, actorId=late["actorId"], until="2026-01-01T01:00:00Z") == []
    assert await entries(books, operation="createaccount") == []
    (error,) = (await books.ask(ENTRIES, actorId="nobody"))["errors"]
    assert error["extensions"] == {"code": "INVALID_INPUT", "input": ["actorId"]}


async def test_entries_are_paged_through(books: Books) -> None:
    everything, pages, cursor = await entries(books), [], None
    while True:
        found = (await books.data(ENTRIES, first=7, after=cursor))["auditEntries"]
        pages += [edge["node"] for edge in found["edges"]]
        if not found["pageInfo"]["hasNextPage"]:
            break
        cursor = found["pageInfo"]["endCursor"]
    assert pages == everything
    assert len(pages) > 14


async def test_who_sees_a_part_of_the_organisation_reads_no_audit(books: Books) -> None:
    """Not even one who may do everything there: what staff did there lies at the root, where staff are."""
    (*_, last) = await entries(books)
    for account, role in (("lite", "owner"), ("x", "owner"), ("root", "customer")):
        viewer = books.as_role(role, account) if account != "root" else None
        asking = viewer or books.staff.__class__(
            *(books.staff.actor_id, "c", books.staff.organisation_id, books.staff.path, frozenset())
        )
        (error,) = (await books.ask(ENTRIES, viewer=asking))["errors"]
        assert error["extensions"]["code"] == "PERMISSION_DENIED"
        assert (await books.ask(FOUND, viewer=asking, id=last["id"]))["data"]["node"] is None


async def test_every_object_is_named_so_that_it_is_found(books: Books) -> None:
    """A month in two books: mutations, the organisation's own jobs, and what came over the link."""
    found = 0
    for entry in await entries(books):
        node = (await books.data("query($id: ID!) { node(id: $id) { id } }", id=entry["objectId"]))["node"]
        assert node == {"id": entry["objectId"]}, entry["operation"]
        found += 1
    assert found > 20


async def test_what_came_over_a_link_is_named_too(database: Database) -> None:
    channel = await Channel.opened(database, database)
    await channel.sell("X", 5)
    await channel.settle()
    named: dict[str, set[str]] = {}
    for entry in await organisations():
        books = Books(entry.system("test"), "", channel.clock)
        for each in await entries(books):
            assert (await books.data(FOUND, id=each["objectId"]))["node"] is not None, each["operation"]
            named.setdefault(each["operation"], set()).add(each["objectId"].partition("_")[0])
    assert {operation: kinds for operation, kinds in named.items() if operation.startswith("sync:")} == {
        "sync:account": {"acc"},
        "sync:subscription": {"sub"},
        "sync:acceptance": {"sub"},
        "sync:supply": {"edg"},
    }
