"""What a follower is known by, and what that is worth now: asked again and again while it follows.

Owns: how often it is asked, and that one client with many streams is asked about once. Does not own: how somebody is
recognised (`server.http.recognise`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic
from uuid import UUID

from bss.refusal import Refusal
from bss.viewer import Viewer
from schema.live import NobodyCanSay, NotKnownAnyMore
from server.live.pace import Pace

_log = logging.getLogger(__name__)
_AT_ONCE = 8

Recognise = Callable[[], Awaitable[Viewer | None]]
"""Asks who somebody is, by what they sent when they came."""


class Standing:
    """One token or session, and those who follow by it."""

    def __init__(self, viewer: Viewer, recognise: Recognise, longest: float) -> None:
        self._longest = longest
        self._viewer = viewer
        self._recognise = recognise
        self._confirmed = monotonic()
        self.over = asyncio.Event()
        self.why: Refusal | None = None
        self.woken: set[asyncio.Event] = set()
        """Set when the viewer has changed: whoever waits looks again."""
        self.holders = 0

    def is_of(self, actor_id: UUID) -> bool:
        """Whether it is somebody's, by whatever they are known."""
        return self._viewer.actor_id == actor_id

    @property
    def viewer(self) -> Viewer:
        """Raises why it is over; what nobody has confirmed for long is over, whoever should have asked."""
        if self.why is None and monotonic() >= self._confirmed + self._longest:
            self._end(NobodyCanSay())
        if self.why is not None:
            raise self.why
        return self._viewer

    async def ask(self) -> None:
        """Ask again. Without an answer the last one is worth something until `longest` after it, and then nothing."""
        try:
            async with asyncio.timeout(self._longest / 4):
                viewer = await self._recognise()
        except Refusal:
            return self._end(NotKnownAnyMore())
        except Exception as trouble:
            _log.warning("who follows cannot be seen: %s", trouble)
            if monotonic() >= self._confirmed + self._longest:
                self._end(NobodyCanSay())
            return None
        self._confirmed = monotonic()
        if viewer is None:
            return self._end(NotKnownAnyMore())
        if viewer != self._viewer:
            self._viewer = viewer
            self._wake()
        return None

    def _end(self, why: Refusal) -> None:
        self.why = why
        self.over.set()
        self._wake()

    def _wake(self) -> None:
        for each in self.woken:
            each.set()


class Standings:
    """All that is known of followers in this process."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._by_key: dict[str, Standing] = {}
        self._asking: asyncio.Task[None] | None = None
        self._closing = asyncio.Event()
        self._some = asyncio.Semaphore(_AT_ONCE)

    def __len__(self) -> int:
        return len(self._by_key)

    def hold(self, key: str, viewer: Viewer, recognise: Recognise) -> Standing:
        """The standing behind what somebody is known by, asked about until it is released."""
        standing = self._by_key.get(key)
        if standing is None or standing.over.is_set():
            standing = self._by_key[key] = Standing(viewer, recognise, 2 * self._pace.recognise)
        standing.holders += 1
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask_again())
        return standing

    def release(self, key: str, standing: Standing) -> None:
        standing.holders -= 1
        if not standing.holders and self._by_key.get(key) is standing:
            del self._by_key[key]

    async def _ask_again(self) -> None:
        while self._by_key and not await self._is_closed_within(self._pace.recognise):
            running = [each for each in self._by_key.values() if not each.over.is_set()]
            await asyncio.gather(*(self._asked(each) for each in running))
        self._asking = None

    async def _asked(self, standing: Standing) -> None:
        """Some at a time: neither waits somebody for the slowest of all, nor is everybody asked about at once."""
        async with self._some:
            await standing.ask()

    async def _is_closed_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        return self._closing.is_set()

    async def close(self) -> None:
        """Ask nothing more; a question that is under way is answered."""
        self._closing.set()
        if self._asking is not None:
            await self._asking
