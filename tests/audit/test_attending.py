"""Workers seal; and a chain that cannot be continued keeps no other work from being done."""

from __future__ import annotations

from bss.clock import SetClock
from bss.jobs.job import JobState
from bss.jobs.queries import listed
from bss.outbox.event import EventName
from bss.outbox.record import record
from bss.transaction.begin import begin
from bss.transaction.database import current
from sync.transport import InProcessTransport
from tests.april import BlankPaper
from tests.audit.books import OPENED, Books
from workers.attend import settle, sweep
from workers.work import Tools


def tools() -> Tools:
    clock = SetClock(OPENED)
    database = current()
    return Tools(clock, InProcessTransport(lambda _key, _side: database, clock), BlankPaper())


async def test_a_sweep_seals_what_was_done(books: Books) -> None:
    await books.account("A")
    await settle(tools())
    verified = await books.verified()
    assert (verified.holds.position, verified.waiting, verified.broken) == (2, 0, None)
    assert await sweep(tools()) == 0


async def test_what_cannot_be_sealed_keeps_nothing_from_being_done(books: Books) -> None:
    """Somebody has put an entry behind the end of the chain, where the next one should go."""
    await books.sealed("A", "B")
    await books.tampered("UPDATE audit_chain SET position = 2")
    await books.account("C")
    async with begin(books.viewer) as tx:
        await record(tx, EventName.ACCOUNT_CHANGED, books.root_id, now=OPENED)
    await settle(tools())
    assert {job.state for job in await listed(books.viewer)} <= {JobState.DONE}
    async with begin(books.viewer) as tx:
        assert await tx.connection.fetchval("SELECT count(*) FROM event WHERE relayed_at IS NULL") == 0
    broken = (await books.verified()).broken
    assert broken is not None
    assert broken.position == 2
