"""Entries are numbered after they were committed, once each, and nobody waits for that."""

from __future__ import annotations

import asyncio
from contextvars import copy_context
from datetime import timedelta
from uuid import uuid4

import pytest

from bss.audit import seal as sealing
from bss.audit.seal import seal
from bss.hierarchy.rewrite_paths import rewrite_paths
from bss.identifier import label
from bss.transaction.audit import audit
from bss.transaction.begin import begin
from bss.transaction.database import Database
from tests.audit.books import OPENED, Books

MINUTE = timedelta(minutes=1)


async def test_what_was_done_is_sealed_in_the_order_in_which_it_was_recorded(books: Books) -> None:
    await books.account("Second", now=OPENED + 2 * MINUTE)
    await books.account("First", now=OPENED + MINUTE)
    assert await seal(books.viewer, now=OPENED) == 3
    chain = await books.chain()
    assert [entry.position for entry in chain] == [1, 2, 3]
    assert [entry.recorded.recorded_at for entry in chain] == [OPENED, OPENED + MINUTE, OPENED + 2 * MINUTE]
    assert (await books.verified()).broken is None


async def test_a_long_wait_is_sealed_in_parts(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "MOST_AT_ONCE", 2)
    for name in "ABCD":
        await books.account(name)
    assert [await seal(books.viewer, now=OPENED) for _ in range(4)] == [2, 2, 1, 0]
    verified = await books.verified()
    assert (verified.holds.position, verified.broken) == (5, None)


async def test_a_row_that_commits_late_is_sealed_after_those_that_were_before_it(books: Books) -> None:
    """It was recorded first, and is found by its state: a reader of "later than the last" would pass it over."""
    recorded, commit = asyncio.Event(), asyncio.Event()

    async def late() -> None:
        async with begin(books.viewer) as tx:
            await audit(tx, operation="late", object_id=uuid4(), input_digest="", key=None, now=OPENED - MINUTE)
            recorded.set()
            await commit.wait()

    task = asyncio.create_task(late())
    await recorded.wait()
    await books.sealed("A")
    commit.set()
    await task
    assert [entry.recorded.operation for entry in await books.sealed()] == [
        *("openOrganisation", "createAccount", "late"),
    ]
    assert (await books.verified()).broken is None


async def test_commands_do_not_wait_for_a_sealer_that_holds_its_lock(
    books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chain in the commands' own transactions would be a lock on the whole organisation: these would stand still."""
    await books.sealed("A")
    await books.account("B")
    advance, holds, go_on = sealing._advance, asyncio.Event(), asyncio.Event()

    async def held(*arguments: object) -> None:
        holds.set()
        await go_on.wait()
        await advance(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(sealing, "_advance", held)
    sealer = asyncio.create_task(seal(books.viewer, now=OPENED))
    await holds.wait()
    async with asyncio.timeout(20):
        await asyncio.gather(*(books.account(f"Account {number}") for number in range(50)))
    assert not sealer.done()
    assert len(await books.waiting()) == 51
    go_on.set()
    assert await sealer == 1
    monkeypatch.undo()
    assert await seal(books.viewer, now=OPENED) == 50
    assert (await books.verified()).broken is None


async def test_a_sealer_does_not_wait_for_a_command_that_is_open(books: Books) -> None:
    elsewhere = copy_context()
    async with asyncio.timeout(20), begin(books.viewer) as tx:
        await audit(tx, operation="open", object_id=uuid4(), input_digest="", key=None, now=OPENED)
        assert await asyncio.create_task(seal(books.viewer, now=OPENED), context=elsewhere) == 1


async def test_two_sealers_seal_each_row_once(books: Books) -> None:
    for number in range(40):
        await books.account(f"Account {number}")
    counts = await asyncio.gather(*(seal(books.viewer, now=OPENED) for _ in range(6)))
    assert sum(counts) == 41
    verified = await books.verified()
    assert (verified.holds.position, verified.waiting, verified.broken) == (41, 0, None)


async def test_a_sealer_leaves_the_head_to_the_one_that_holds_it(books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
    await books.sealed("A")
    await books.account("B")
    during: list[int] = []
    elsewhere = copy_context()
    advance = sealing._advance

    async def meanwhile(*arguments: object) -> None:
        monkeypatch.setattr(sealing, "_advance", advance)
        during.append(await asyncio.create_task(seal(books.viewer, now=OPENED), context=elsewhere))
        await advance(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(sealing, "_advance", meanwhile)
    async with asyncio.timeout(20):
        assert await seal(books.viewer, now=OPENED) == 1
    assert during == [0]


@pytest.mark.parametrize("point", ["audit.after_links_before_head", "audit.before_commit"])
async def test_a_sealer_that_fails_leaves_a_chain_that_holds(
    books: Books, monkeypatch: pytest.MonkeyPatch, point: str
) -> None:
    await books.sealed("A")
    await books.account("B")

    def fail(name: str) -> None:
        if name == point:
            raise RuntimeError(name)

    monkeypatch.setattr(sealing, "fp", fail)
    with pytest.raises(RuntimeError, match=point):
        await seal(books.viewer, now=OPENED)
    verified = await books.verified()
    assert (verified.holds.position, verified.waiting, verified.broken) == (2, 1, None)
    monkeypatch.undo()
    assert len(await books.sealed()) == 3
    assert (await books.verified()).broken is None


async def test_an_account_that_moved_breaks_no_link(books: Books) -> None:
    """Entries lie where their actors do, and move with them, sealed or not."""
    lite, above = await books.account("Lite"), await books.account("Above")
    await books.account("X", parent=lite)
    await books.sealed()
    await books.account("Y", parent=lite)
    old, new = (f"{books.viewer.path}{steps}." for steps in (label(lite), f"{label(above)}.{label(lite)}"))
    async with begin(books.viewer, alone=True) as tx:
        await rewrite_paths(tx, old, new)
        moved = await tx.connection.fetchval("SELECT count(*) FROM audit WHERE path = $1", new)
    assert moved == 2
    assert len(await books.sealed()) == 5
    assert (await books.verified()).broken is None


async def test_one_organisation_s_chain_is_not_another_s(books: Books) -> None:
    other = await Books.opened(books.server, books.name, "resell")
    await books.sealed("A")
    assert await other.chain() == ()
    assert [entry.position for entry in await other.sealed("A")] == [1, 2]
    assert (await books.verified()).broken is None
    assert (await other.verified()).broken is None


async def test_where_nothing_waits_one_statement_is_asked(books: Books, its_database: Database) -> None:
    await books.sealed("A")
    seen: list[str] = []
    its_database.observer = seen.append
    assert await seal(books.viewer, now=OPENED) == 0
    its_database.observer = None
    assert [statement.partition(" ")[0] for statement in seen] == ["BEGIN", "SELECT", "COMMIT"]
