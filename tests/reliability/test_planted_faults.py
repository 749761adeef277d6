"""Mistakes that are planted in child processes: the suite finds each of them, so it would find them in the product."""

from __future__ import annotations

import asyncio
import signal

from bss.clock import SystemClock
from bss.outbox.event import EventName
from bss.outbox.record import record
from bss.transaction.begin import begin
from tests.reliability.children import Child, Children
from tests.reliability.month import called, order
from tests.reliability.oracles import wrong_in_the_books, wrong_in_the_month
from tests.reliability.place import Patience, Place
from tests.reliability.prepared import Prepared


def subjects(wrong: list[str]) -> set[str]:
    return {sentence.partition(": ")[0] for sentence in wrong}


async def test_an_inbox_that_is_skipped_is_found(prepared: Prepared, children: Children) -> None:
    """The distributor's answer is sent twice: a version hides many a repetition, but this one is applied again."""
    async with prepared.opened.copied() as place:
        async with place.database() as database:
            await called(database, order(prepared.channel, "X", "seats", "5", 1))
        await children.survive(place, "sync.after_send_before_conclude:2", "skip the inbox")
        found = subjects(await wrong_in_the_books(place))
    assert found >= {"every sent message was received once", "no message had its effect twice"}


async def test_events_that_are_marked_before_their_jobs_are_written_are_found(
    prepared: Prepared, children: Children
) -> None:
    """The events are relayed, and the work that they stand for is nowhere."""
    async with prepared.lived.copied() as place:
        await children.survive(place, "outbox.after_jobs_before_mark", "mark before the jobs")
        found = subjects(await wrong_in_the_month(place))
    assert found & {"timelines are equal on both sides", "usage is equal on both sides", "every origin has one mirror"}


async def test_a_job_that_is_asked_for_before_the_commit_is_found(prepared: Prepared, children: Children) -> None:
    """The caller is killed before the commit, and its job, for a sale that never was, cannot be done."""
    async with prepared.opened.copied() as place:
        sale = order(prepared.channel, "X", "seats", "5", 1)
        code = await children.call(place, sale, "enqueue before commit", BSS_FAILPOINT="command.before_commit")
        assert code == -signal.SIGKILL
        async with place.database() as database:
            await called(database, sale)
        await children.settle(place)
        found = subjects(await wrong_in_the_books(place))
    assert "no event and no job waits" in found


async def test_a_relay_finds_an_event_whose_transaction_commits_late(prepared: Prepared, children: Children) -> None:
    async with prepared.opened.copied() as place:
        assert await passed_over(place, prepared, await children.working(place)) == []


async def test_a_relay_that_polls_by_id_is_found(prepared: Prepared, children: Children) -> None:
    async with prepared.opened.copied() as place:
        assert await passed_over(place, prepared, await children.working(place, "poll by id")) == ["X"]


async def passed_over(place: Place, prepared: Prepared, worker: Child) -> list[str]:
    """Whose events wait when X's was minted first, Y's committed and relayed, X's committed, and Z's relayed."""
    book = prepared.channel.resell
    await worker.settle()
    async with place.database():

        async def tell(name: str, minted: asyncio.Event, commit: asyncio.Event) -> None:
            async with begin(book.owner) as tx:
                await record(tx, EventName.ACCOUNT_CHANGED, book.accounts[name], now=SystemClock().now())
                minted.set()
                await commit.wait()
            await asyncio.sleep(0.005)  # the next id has a later millisecond

        minted, commit, at_once = asyncio.Event(), asyncio.Event(), asyncio.Event()
        at_once.set()
        late = asyncio.create_task(tell("X", minted, commit))
        await minted.wait()
        await asyncio.sleep(0.005)
        await tell("Y", at_once, at_once)
        await relayed(place, prepared, "Y")
        commit.set()
        await late
        await tell("Z", at_once, at_once)
        await relayed(place, prepared, "Z")
    return await unrelayed(place, prepared)


async def relayed(place: Place, prepared: Prepared, name: str) -> None:
    patience = Patience(f"the relay of the event of {name}")
    while name in (found := await unrelayed(place, prepared)):
        await patience.pause(found)


async def unrelayed(place: Place, prepared: Prepared) -> list[str]:
    rows = await place.rows("SELECT subject_id FROM event WHERE relayed_at IS NULL")
    waiting = {row["subject_id"] for row in rows}
    return [name for name, account_id in prepared.channel.resell.accounts.items() if account_id in waiting]
