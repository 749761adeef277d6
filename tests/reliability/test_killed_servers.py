"""PostgreSQL and Valkey are killed in mid-month; their keeper starts them again, and the month ends right."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import asyncpg

from bss.clock import SystemClock
from bss.transaction.database import Database
from server.demo.front_end import UnexpectedAnswer
from tests.embedded.engines import postmaster_pid, valkey_answers, valkey_pid
from tests.reliability.children import BSS, Child, Children
from tests.reliability.month import Mutation, called, closing, live
from tests.reliability.oracles import wrong_in_the_close
from tests.reliability.place import Patience, Place
from tests.reliability.prepared import Prepared

AWAY = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, UnexpectedAnswer)
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
    restarts: int = 0

    async def settle(self) -> None:
        patience = Patience("an installation at rest")
        while found := await self.waiting():
            if self.worker.process.returncode is not None:
                self.worker = await self.children.start(self.place, *BSS, "work")
                self.restarts += 1
            await patience.pause(f"{found}; {self.worker.last_words()}")

    async def waiting(self) -> list[str]:
        try:
            return await self.place.waiting()
        except AWAY as away:
            return [str(away)]

    async def in_progress(self) -> None:
        """Wait until a job is running."""
        patience = Patience("a job that is running")
        while not await self.place.rows("SELECT FROM job WHERE state = 'running'"):
            await patience.pause()

    async def lose_the_database(self) -> None:
        """Kill the postmaster while a job is running; what was running then is free after five minutes."""
        await self.in_progress()
        postmaster = postmaster_pid(self.place.home)
        os.kill(postmaster, signal.SIGKILL)
        killed_at = SystemClock().now()
        patience = Patience("another postmaster")
        while postmaster_pid_or_none(self.place) in (None, postmaster) or "SELECT" not in await self._answer():
            await patience.pause()
        await self.place.five_minutes_pass(since=killed_at)

    async def _answer(self) -> str:
        try:
            await self.place.rows("SELECT 1")
        except AWAY:
            return ""
        return "SELECT"

    async def lose_the_queue(self) -> None:
        """Kill Valkey while a job is running."""
        await self.in_progress()
        process = valkey_pid(self.place.servers)
        os.kill(process, signal.SIGKILL)
        patience = Patience("another Valkey")
        while not valkey_answers(self.place.servers) or valkey_pid(self.place.servers) == process:
            await patience.pause()


def postmaster_pid_or_none(place: Place) -> int | None:
    try:
        return postmaster_pid(place.home)
    except (FileNotFoundError, IndexError):
        return None


async def test_killed_servers_lose_nothing_of_the_month(prepared: Prepared, children: Children) -> None:
    async with prepared.opened.copied() as place:
        site = Site(place, children, await children.start(place, *BSS, "work"))
        async with place.database() as database:
            await live(prepared.channel, prepared.mirror_of_z, _calls(database))
            await site.lose_the_database()
            await site.settle()
            for mutation in closing(prepared.channel):
                await _calls(database)(mutation)
            await asyncio.gather(site.lose_the_queue(), site.lose_the_database())
            await site.settle()
        assert await wrong_in_the_close(place) == []


def _calls(database: Database) -> Callable[[Mutation], Awaitable[str]]:
    return lambda mutation: persistently(lambda: called(database, mutation))
