"""The queue forgets everything, again and again, in the middle of the month: it was only a doorbell."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.embedded.engines import valkey
from tests.reliability.children import Children
from tests.reliability.month import Mutation, called, closing, live
from tests.reliability.oracles import wrong_in_the_close
from tests.reliability.place import Place
from tests.reliability.prepared import Prepared
from workers.queue import Doorbell

QUEUE = "arq:queue"


@dataclass
class Forgetting:
    """How often the queue was emptied, and how often something waited in it then."""

    place: Place
    times: int = 0
    waiting: int = 0

    def forget(self) -> None:
        queue = valkey(self.place.servers)
        self.waiting += bool(queue.zcard(QUEUE))
        self.times += 1
        queue.flushall()
        queue.close()

    async def with_every_step(self) -> None:
        """Forget whenever another job is done: while work is in progress, and no faster than it progresses."""
        done = -1
        while True:
            (row,) = await self.place.rows("SELECT count(*) FROM job WHERE state = 'done'")
            if row["count"] != done:
                done = row["count"]
                self.forget()
            await asyncio.sleep(0.05)


@asynccontextmanager
async def forgetting(place: Place) -> AsyncIterator[Forgetting]:
    """The queue forgets with every step of the work during the block."""
    found = Forgetting(place)
    steps = asyncio.create_task(found.with_every_step())
    try:
        yield found
    finally:
        steps.cancel()
        await asyncio.gather(steps, return_exceptions=True)


async def test_a_queue_that_forgets_all_the_month_loses_nothing(prepared: Prepared, children: Children) -> None:
    async with prepared.opened.copied() as place:
        worker = await children.working(place)
        async with place.database() as database, forgetting(place) as queue:
            doorbell = await Doorbell.connect(place.servers.redis_url)
            database.doorbell = doorbell.ring

            async def call(mutation: Mutation) -> str:
                answer = await called(database, mutation)
                queue.forget()
                return answer

            await live(prepared.channel, prepared.mirror_of_z, call)
            await worker.settle()
            for mutation in closing(prepared.channel):
                await call(mutation)
            await worker.settle()
            await doorbell.close()
        await worker.stop()
        assert await wrong_in_the_close(place) == []
        assert queue.times >= 20
        assert queue.waiting >= 5
