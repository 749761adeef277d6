"""An entry lies where its subject does: who does not see the one does not see the other, and it moves with it."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import asyncpg
import pytest

from bss.feed.queries import Displaced
from bss.feed.topic import Topic
from bss.hierarchy.rewrite_paths import rewrite_paths
from bss.refusal import PermissionDenied
from bss.transaction.begin import begin, reading
from bss.transaction.database import Role
from tests.feed.readers import Reader, all_numbered, subscription, tell
from tests.schema.books import Books, open_books


async def test_what_lies_outside_the_scope_is_not_told(books: Books) -> None:
    x, z = subscription(books, "x"), subscription(books, "z")
    await all_numbered(books.staff)
    await tell(books.staff, x, z, x)
    await all_numbered(books.staff)
    heard = {}
    viewers = {account: books.as_role("owner", account) for account in ("lite", "x", "y", "z")}
    for account, viewer in {"root": books.staff, **viewers}.items():
        reader = Reader(viewer)
        await reader.read()
        heard[account] = reader.subjects
    assert heard == {"root": [x, z, x], "lite": [x, x], "x": [x, x], "y": [], "z": [z]}


async def test_row_level_security_holds_beneath_every_reading(books: Books) -> None:
    await tell(books.staff, subscription(books, "x"), subscription(books, "z"))
    async with reading(books.as_role("owner", "x")) as tx:
        rows = await tx.connection.fetch("SELECT DISTINCT subject_id FROM feed_entry WHERE topic = 'usage:rolled-up'")
    assert [row["subject_id"] for row in rows] == [subscription(books, "x")]


async def test_one_organisation_is_not_told_of_another_s(books: Books) -> None:
    await tell(books.staff, subscription(books, "x"))
    stranger = replace(books.staff, organisation_id=uuid4())
    with pytest.raises(Displaced):
        await Reader(stranger).read()
    resell = await open_books("resell")
    reader = Reader(resell.staff)
    await reader.read()
    assert (reader.seen, reader.position) == ([], 0)


async def test_who_may_not_see_the_subject_is_refused(books: Books) -> None:
    nobody = replace(books.staff, permissions=frozenset())
    for topic in Topic:
        with pytest.raises(PermissionDenied):
            await Reader(nobody, topic=topic).read()


async def test_an_account_that_moves_takes_its_entries_along(books: Books) -> None:
    x = subscription(books, "x")
    await tell(books.staff, x)
    old, new = books.path("x"), f"{books.path('z')}{books.path('x').split('.')[-2]}."
    before = books.as_role("owner", "x")
    async with begin(books.staff, alone=True) as tx:
        await rewrite_paths(tx, old, new)
    with pytest.raises(Displaced):  # and who was recognised before it moved does not take that for silence
        await Reader(before).read()
    await all_numbered(books.staff)
    lite, z = Reader(books.as_role("owner", "lite")), Reader(books.as_role("owner", "z"))
    await lite.read()
    await z.read()
    assert (x in lite.subjects, x in z.subjects) == (False, True)


REFUSED = [
    "UPDATE feed_entry SET subject_id = gen_random_uuid() WHERE position IS NULL",
    "UPDATE feed_entry SET position = NULL WHERE position = 1",
    "UPDATE feed_entry SET position = 900 WHERE position = 1",
    "DELETE FROM feed_entry WHERE position IS NULL",
    "INSERT INTO feed_entry (id, organisation_id, path, topic, subject_id, recorded_at, position) SELECT"
    " gen_random_uuid(), organisation_id, path, topic, subject_id, recorded_at, 900 FROM feed_entry LIMIT 1",
    "UPDATE feed_head SET position = position - 1",
    "UPDATE feed_head SET forgotten = forgotten - 1",
    "UPDATE feed_head SET id = gen_random_uuid()",
    "DELETE FROM feed_head",
]


@pytest.mark.parametrize("role", list(Role))
async def test_a_position_is_given_once_and_the_head_goes_forward(books: Books, role: Role) -> None:
    await all_numbered(books.staff)
    await tell(books.staff, subscription(books, "x"))
    for statement in REFUSED:
        with pytest.raises((asyncpg.RestrictViolationError, asyncpg.CheckViolationError)):
            async with begin(books.staff, role=role) as tx:
                await tx.connection.execute(statement)
