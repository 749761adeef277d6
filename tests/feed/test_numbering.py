"""Whoever comes again with a position gets everything that was committed since, once and in order."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from contextvars import copy_context
from random import Random

import pytest

from bss.feed import number as numbering
from bss.feed.announce import announce
from bss.feed.number import number
from bss.feed.queries import glance
from bss.feed.topic import Topic
from bss.transaction.begin import begin
from bss.transaction.database import current
from bss.viewer import Viewer
from tests.feed.readers import NOW, Reader, all_numbered, subscription, tell
from tests.schema.books import Books

WRITERS, EACH = 12, 15


async def test_what_commits_late_is_told_after_what_was_told_before_it(books: Books) -> None:
    """Its id is the smaller one: a reader of "later than the last id" would never hear of it."""
    x, z = subscription(books, "x"), subscription(books, "z")
    reader, written, commit = Reader(books.staff), asyncio.Event(), asyncio.Event()

    async def late() -> None:
        async with begin(books.staff) as tx:
            await announce(tx, Topic.USAGE_ROLLED_UP, (x,), now=NOW)
            written.set()
            await commit.wait()

    task = asyncio.create_task(late(), context=copy_context())
    await written.wait()
    await tell(books.staff, z)
    await all_numbered(books.staff)
    await reader.read()
    assert reader.subjects == [z]
    commit.set()
    await task
    await all_numbered(books.staff)
    await reader.read()
    assert reader.subjects == [z, x]


@pytest.mark.parametrize("seed", range(3))
async def test_every_reader_gets_every_entry_once_whoever_writes_and_whenever_it_commits(
    books: Books, seed: int
) -> None:
    """Writers hold their transactions open for random times, several number at once, readers come and go."""
    chance, over = Random(seed), asyncio.Event()
    subjects = [subscription(books, name) for name in ("x", "z")]

    async def write(pauses: Random) -> None:
        for _ in range(EACH):
            async with begin(books.staff) as tx:
                await announce(tx, Topic.USAGE_ROLLED_UP, (pauses.choice(subjects),), now=NOW)
                await asyncio.sleep(pauses.random() / 25)

    async def keep_numbering() -> None:
        while not over.is_set():
            await number(books.staff)
            await asyncio.sleep(0.002)

    everybody = [Reader(books.staff) for _ in range(4)] + [Reader(books.as_role("billing_viewer", "x"))]
    numberers = [asyncio.create_task(keep_numbering()) for _ in range(2)]
    readers = [asyncio.create_task(each.read_now_and_then(Random(chance.random()), over)) for each in everybody]
    async with asyncio.timeout(60):
        await asyncio.gather(*(write(Random(chance.random())) for _ in range(WRITERS)))
        over.set()
        await asyncio.gather(*numberers)
        await all_numbered(books.staff)
        await asyncio.gather(*readers)
        for each in everybody:
            await each.read()
    *staff, xander = everybody
    for each in staff:
        first = each.positions[0]
        assert each.positions == list(range(first, first + WRITERS * EACH))
    of_x = [entry.position for entry in staff[0].seen if entry.subject_id == subjects[0]]
    assert xander.positions == of_x
    assert 0 < len(of_x) < WRITERS * EACH


async def test_positions_have_no_gap_though_transactions_are_rolled_back(books: Books) -> None:
    x, before = subscription(books, "x"), (await glance(books.staff, 0, 0)).head
    await all_numbered(books.staff)
    start = (await glance(books.staff, before, 0)).head
    for number_of in range(4):
        with suppress(RuntimeError):
            async with begin(books.staff) as tx:
                await announce(tx, Topic.USAGE_ROLLED_UP, (x,), now=NOW)
                raise RuntimeError("undone")
        await tell(books.staff, x)
        await all_numbered(books.staff)
        reader = Reader(books.staff, start)
        await reader.read()
        assert reader.positions == [start + 1 + each for each in range(number_of + 1)]


async def test_no_writer_waits_for_a_numberer_nor_a_second_one_for_the_first(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    x = subscription(books, "x")
    await all_numbered(books.staff)
    await tell(books.staff, x)
    write, holds, go_on = numbering._write, asyncio.Event(), asyncio.Event()

    async def held(*given: object) -> int:
        holds.set()
        await go_on.wait()
        return await write(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(numbering, "_write", held)
    first = asyncio.create_task(number(books.staff))
    await holds.wait()
    monkeypatch.undo()
    async with asyncio.timeout(20):
        await asyncio.gather(*(tell(books.staff, x) for _ in range(20)))
        assert await number(books.staff) == 0
    go_on.set()
    assert await first + await all_numbered(books.staff) == 21


@pytest.mark.parametrize("point", ["feed.after_positions_before_head", "feed.before_commit"])
async def test_a_numberer_that_is_killed_has_done_nothing(
    books: Books, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    await all_numbered(books.staff)
    await tell(books.staff, subscription(books, "x"))

    def fail(name: str) -> None:
        if name == point:
            raise RuntimeError(name)

    monkeypatch.setattr(numbering, "fp", fail)
    with pytest.raises(RuntimeError, match=point):
        await number(books.staff)
    monkeypatch.undo()
    assert (await glance(books.staff, 0, 0)).waits
    assert await number(books.staff) == 1


async def test_a_long_wait_is_numbered_in_parts(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    await all_numbered(books.staff)
    monkeypatch.setattr(numbering, "MOST_AT_ONCE", 2)
    await tell(books.staff, *[subscription(books, "x")] * 5)
    assert [await number(books.staff) for _ in range(4)] == [2, 2, 1, 0]


async def test_a_glance_at_a_feed_without_news_is_one_statement(books: Books) -> None:
    await all_numbered(books.staff)
    seen: list[str] = []
    current().observer = seen.append
    found = await glance(Viewer.system(books.staff.organisation_id, books.staff.path, "feed"), 0, 0)
    current().observer = None
    assert not found.waits
    assert [statement.split()[0] for statement in seen] == ["BEGIN", "SELECT", "COMMIT"]
