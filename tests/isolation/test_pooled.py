"""A connection goes back to its pool as it was: nothing that a unit of work set is left for who takes it next."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bss.transaction.begin import begin, raised, reading
from bss.transaction.database import Database, Role, current
from tests.schema.books import open_books

SETTINGS = ("bss.organisation", "bss.path", "statement_timeout")


async def _left(database: Database) -> list[object]:
    """What is set on a connection, and what it holds, outside of any unit of work."""
    async with database.pool(Role.APP).acquire() as connection:
        found = [await connection.fetchval("SELECT current_setting($1, true)", name) for name in SETTINGS]
        locks = "SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory'"
        return [each or "" for each in found] + [await connection.fetchval(locks)]


async def test_nothing_is_left_of_a_unit_of_work(database: Database) -> None:
    books = await open_books()
    before = ["", "", "0", 0]
    async with reading(books.as_role("billing_viewer", "x")) as tx:
        await tx.connection.execute("SELECT 1")
    assert await _left(database) == before
    async with begin(books.staff) as tx:
        await tx.connection.execute("SELECT 1")
    assert await _left(database) == before


async def test_nothing_is_left_of_one_that_failed(database: Database) -> None:
    books = await open_books()
    for unit in (reading, begin):
        with pytest.raises(ZeroDivisionError):
            async with unit(books.staff):
                raise ZeroDivisionError
        assert await _left(current()) == ["", "", "0", 0]


async def test_what_was_raised_is_put_back(database: Database) -> None:
    books = await open_books()
    below = books.as_role("billing_viewer", "x")
    count = "SELECT count(*) FROM account"
    async with reading(below) as tx:
        one = await tx.connection.fetchval(count)
        async with raised(below, books.staff) as wider:
            assert await wider.connection.fetchval(count) > one
        assert await tx.connection.fetchval(count) == one
        with pytest.raises(ZeroDivisionError):
            async with raised(below, books.staff):
                raise ZeroDivisionError
        assert await tx.connection.fetchval(count) == one


async def test_a_path_is_text_whatever_is_written_in_it(database: Database) -> None:
    """Paths are of our own making, and a statement that begins a reading has them written into it."""
    books = await open_books()
    odd = replace(books.staff, path="a', true), set_config('bss.path', '.")
    async with reading(odd) as tx:
        assert await tx.connection.fetchval("SELECT current_setting('bss.path')") == odd.path
        assert await tx.connection.fetchval("SELECT count(*) FROM account") == 0
