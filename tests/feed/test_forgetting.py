"""What was told is kept for seven days; who stays away for longer is told to read anew."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bss.feed import forget as forgetting
from bss.feed.entry import KEPT, ResumeTooOld
from bss.feed.forget import forget
from bss.feed.queries import glance, usage_rolled_up
from tests.feed.readers import NOW, Reader, all_numbered, subscription, tell
from tests.schema.books import Books

HOUR = timedelta(hours=1)


async def told(books: Books, *hours: int) -> int:
    """One entry at each of these hours; the position before them."""
    await all_numbered(books.staff)
    before = (await glance(books.staff, 0, 0)).head
    for hour in hours:
        await tell(books.staff, subscription(books, "x"), now=NOW + hour * HOUR)
        await all_numbered(books.staff)
    return before


async def test_positions_go_on_though_what_is_behind_them_is_forgotten(books: Books) -> None:
    before = await told(books, 0, 1, 2)
    assert await forget(books.staff, now=NOW + KEPT + HOUR) == before + 1
    assert await forget(books.staff, now=NOW + KEPT + HOUR) == 0
    reader = Reader(books.staff, before + 1)
    await reader.read()
    assert reader.positions == [before + 2, before + 3]
    assert await forget(books.staff, now=NOW + KEPT + 9 * HOUR) == 2
    await told(books, 10)
    reader = Reader(books.staff, before + 3)
    await reader.read()
    assert reader.positions == [before + 4]


async def test_who_was_away_for_too_long_is_told(books: Books) -> None:
    before = await told(books, 0, 1, 2)
    await forget(books.staff, now=NOW + KEPT + 2 * HOUR)
    for position in (0, before, before + 1):
        with pytest.raises(ResumeTooOld):
            await usage_rolled_up(books.staff, position, 10)
    assert [entry.position for entry in (await usage_rolled_up(books.staff, before + 2, 10)).entries] == [before + 3]


async def test_a_position_that_was_never_given_is_of_a_database_that_was_put_back(books: Books) -> None:
    before = await told(books, 0)
    with pytest.raises(ResumeTooOld):
        await usage_rolled_up(books.staff, before + 2, 10)


async def test_only_the_beginning_goes_whatever_the_clocks_said(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    """A later entry with an earlier time waits for those before it."""
    before = await told(books, 0, 5, 1)
    assert await forget(books.staff, now=NOW + KEPT + 2 * HOUR) == before + 1
    monkeypatch.setattr(forgetting, "MOST_AT_ONCE", 1)
    assert [await forget(books.staff, now=NOW + KEPT + 6 * HOUR) for _ in range(3)] == [1, 1, 0]


async def test_what_has_no_position_yet_is_not_forgotten(books: Books) -> None:
    before = await told(books, 0)
    await tell(books.staff, subscription(books, "x"), now=NOW)
    await forget(books.staff, now=NOW + 2 * KEPT)
    await all_numbered(books.staff)
    reader = Reader(books.staff, before + 1)
    await reader.read()
    assert reader.positions == [before + 2]
