"""PostgreSQL and Valkey are killed in mid-month; their keeper starts them again, and the month ends right."""

from __future__ import annotations

import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from bss.clock import SystemClock
from server.demo.front_end import UnexpectedAnswer
from tests.embedded.engines import postmaster_pid, valkey_answers, valkey_pid
from tests.reliability.children import BSS, Child, Children
from tests.reliability.month import Mutation, called, closing, live
from tests.reliability.oracles import wrong_in_the_close
from tests.reliability.place import WAITING, Patience, Place
from tests.reliability.prepared import Prepared

AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, UnexpectedAnswer)
"""How a database that is not there shows; the API masks it."""


async def persistently(attempt: Callable[[], Awaitable[str]]) -> str:
    """As a front end does: the same call, under the same key, until it is answered."""
    patience = Patience("an answer")
    while True:
        try:
            return await attempt()
        except AWAY as away:
            await patience.pause(away)


@dataclass
class Site:
    """An installation whose worker is started again when it ends, as a service manager does."""

    place: Place
    children: Children
    worker: Child
    killed_at: datetime | None = None

    async def settle(self) -> None:
        patience = Patience("an installation at rest")
        while found := await self.waiting():
            if self.worker.process.returncode is not None:
                self.worker = await self.children.start(self.place, *BSS, "work")
            await patience.pause(f"{found}; {self.worker.last_words()}")

    async def waiting(self) -> Sequence[object]:
        try:
            return await self.place.rows(WAITING)
        except AWAY as away:
            return [away]

    async def in_progress(self) -> None:
        """Wait until a job is running; jobs are short, so that it asks without a pause."""
        async with self.place.asked() as ask:
            while await ask(WAITING) and not await ask("SELECT FROM job WHERE state = 'running'"):
                pass

    async def kill_the_database(self) -> None:
        """Kill the postmaster while work is in progress."""
        await self.in_progress()
        os.kill(postmaster_pid(self.place.home), signal.SIGKILL)
        self.killed_at = SystemClock().now()

    async def kill_the_queue(self) -> None:
        """Kill Valkey while work is in progress; its keeper starts another."""
        await self.in_progress()
        killed = valkey_pid(self.place.servers)
        os.kill(killed, signal.SIGKILL)
        patience = Patience("another Valkey")
        while not valkey_answers(self.place.servers) or valkey_pid(self.place.servers) == killed:
            await patience.pause()

    async def recover(self) -> None:
        """Wait for the database; what was in progress when it was killed is free after five minutes."""
        patience = Patience("another postmaster")
        while not await self._has_another_database():
            await patience.pause()
        await self.place.five_minutes_pass(since=self.killed_at)

    async def _has_another_database(self) -> bool:
        """A killed postmaster may take one connection more."""
        try:
            (row,) = await self.place.rows("SELECT pg_postmaster_start_time() > $1 AS another", self.killed_at)
        except AWAY:
            return False
        return bool(row["another"])


async def test_killed_servers_lose_nothing_of_the_month(prepared: Prepared, children: Children) -> None:
    async with prepared.opened.copied() as place:
        site = Site(place, children, await children.start(place, *BSS, "work"))
        async with place.database() as database:

            async def call(mutation: Mutation) -> str:
                if mutation.key == "8 from 11":
                    await site.kill_the_database()
                return await persistently(lambda: called(database, mutation))

            await live(prepared.channel, prepared.mirror_of_z, call)
            await site.recover()
            await site.settle()
            for mutation in closing(prepared.channel):
                await call(mutation)
            await site.kill_the_queue()
            await site.kill_the_database()
            await site.recover()
            await site.settle()
        await site.worker.stop()
        assert await wrong_in_the_close(place) == []
