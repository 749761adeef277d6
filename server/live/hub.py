"""Wakes those who follow: one look at an organisation's feed each second, however many follow it.

Owns: rooms, seats, and how many there may be. Does not own: what a follower reads; it reads for itself, in its own
scope, and this only says when. What is missed here is therefore late, and not lost.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from uuid import UUID

from bss.feed.number import number
from bss.feed.queries import glance
from bss.feed.topic import Topic
from bss.viewer import Viewer
from schema.live import Seat, Tokens, TooManyStreams
from server.live.pace import MOST_STREAMS, PACE, MostStreams, Pace
from server.live.standing import Recognise, Standing, Standings

_log = logging.getLogger(__name__)
_AT_ONCE = 1_000
"""So many new entries are looked at; when there are more, everybody looks for themselves."""


class Room:
    """Those who follow in one organisation, and the task that looks for them."""

    def __init__(self, viewer: Viewer, pace: Pace) -> None:
        self._viewer = Viewer.system(viewer.organisation_id, viewer.root_path, "feed")
        self._pace = pace
        self._seen: int | None = None
        self._is_closed = False
        self.seats: set[Place] = set()
        self.rung = asyncio.Event()
        self.task = asyncio.create_task(self._watch())

    def close(self) -> None:
        """End after the look that may be under way: a transaction is not left in the middle."""
        self._is_closed = True
        self.rung.set()

    async def _watch(self) -> None:
        while not self._is_closed:
            self.rung.clear()
            try:
                await self.look()
            except Exception as trouble:
                _log.warning("the feed of %s cannot be looked at: %s", self._viewer.organisation_id, trouble)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._pace.look):
                    await self.rung.wait()

    async def look(self) -> None:
        """Give what waits its position, and wake those whom the news concern."""
        found = await glance(self._viewer, self._seen or 0, 0 if self._seen is None else _AT_ONCE)
        if found.waits and await number(self._viewer):
            found = await glance(self._viewer, self._seen or 0, 0 if self._seen is None else _AT_ONCE)
        if self._seen is None or found.head < self._seen or len(found.news) == _AT_ONCE:
            self._wake(self.seats)
        else:
            self._wake(seat for seat in self.seats if any(seat.concerns(*each) for each in found.news))
        self._seen = found.head

    def _wake(self, seats: Iterable[Place]) -> None:
        for seat in seats:
            seat.woken.set()


class Place(Seat):
    """A seat in a room."""

    def __init__(self, standing: Standing, topic: Topic, pace: Pace) -> None:
        self.standing = standing
        self._topic = topic
        self._pace = pace
        self.woken = asyncio.Event()

    @property
    def viewer(self) -> Viewer:
        return self.standing.viewer

    def concerns(self, topic: Topic, path: str, seller_path: str | None) -> bool:
        if topic is not self._topic or self.standing.over.is_set():
            return False
        viewer = self.standing.viewer
        return viewer.sees(path) or (seller_path is not None and viewer.sees(seller_path))

    def look(self) -> None:
        self.woken.clear()

    async def news(self) -> bool:
        try:
            async with asyncio.timeout(self._pace.silence):
                await self.woken.wait()
        except TimeoutError:
            return False
        return True

    async def recognise(self) -> None:
        await self.standing.ask()


class Hub:
    """Everybody who follows in this process."""

    def __init__(self, tokens: Tokens, pace: Pace = PACE, most: MostStreams = MOST_STREAMS) -> None:
        self.tokens = tokens
        self.pace = pace
        self.most = most
        self.closing = asyncio.Event()
        self.standings = Standings(pace)
        self._rooms: dict[UUID, Room] = {}
        self._connections: Counter[UUID] = Counter()

    def ring(self, organisation_id: UUID) -> None:
        """Something was committed there, in this process: look at once."""
        room = self._rooms.get(organisation_id)
        if room is not None:
            room.rung.set()

    @asynccontextmanager
    async def seat(self, standing: Standing, topic: Topic) -> AsyncIterator[Place]:
        """A seat in the room of the viewer's organisation. Raises `TooManyStreams`."""
        viewer = standing.viewer
        room = self._rooms.get(viewer.organisation_id)
        self._refuse_more(viewer, room)
        if room is None:
            room = self._rooms[viewer.organisation_id] = Room(viewer, self.pace)
        place = Place(standing, topic, self.pace)
        room.seats.add(place)
        standing.woken.add(place.woken)
        try:
            await room.look()  # what was committed before somebody came is no news to them
            yield place
        finally:
            standing.woken.discard(place.woken)
            room.seats.discard(place)
            if not room.seats and self._rooms.get(viewer.organisation_id) is room:
                del self._rooms[viewer.organisation_id]
                room.close()

    @contextmanager
    def connection(self, actor_id: UUID) -> Iterator[None]:
        """One of a client's connections that may have no stream at all: there may be as many as of streams."""
        if self._connections[actor_id] >= self.most.of_a_client:
            raise TooManyStreams(self.most.of_a_client)
        self._connections[actor_id] += 1
        try:
            yield
        finally:
            self._connections[actor_id] -= 1
            if not self._connections[actor_id]:
                del self._connections[actor_id]

    def _refuse_more(self, viewer: Viewer, room: Room | None) -> None:
        seats = () if room is None else room.seats
        if len(seats) >= self.most.of_an_organisation:
            raise TooManyStreams(self.most.of_an_organisation)
        own = [each for each in seats if each.standing.is_of(viewer.actor_id)]
        if len(own) >= self.most.of_a_client:
            raise TooManyStreams(self.most.of_a_client)

    async def close(self) -> None:
        """The process ends: streams end, and those who follow come again elsewhere with their tokens."""
        self.closing.set()
        rooms = tuple(self._rooms.values())
        for room in rooms:
            room.close()
        await asyncio.gather(self.standings.close(), *(room.task for room in rooms))


@dataclass
class Caller:
    """What this process does for one caller, who is known by `key`."""

    hub: Hub
    key: str
    viewer: Viewer
    recognise: Recognise

    @property
    def tokens(self) -> Tokens:
        return self.hub.tokens

    @asynccontextmanager
    async def seat(self, topic: Topic) -> AsyncIterator[Seat]:
        async with self.known() as standing, self.hub.seat(standing, topic) as place:
            yield place

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[Standing]:
        """Be known for as long as a connection lasts, whatever is followed on it. Raises `TooManyStreams`."""
        with self.hub.connection(self.viewer.actor_id):
            async with self.known() as standing:
                yield standing

    @asynccontextmanager
    async def known(self) -> AsyncIterator[Standing]:
        """Be asked about, again and again."""
        standing = self.hub.standings.hold(self.key, self.viewer, self.recognise)
        try:
            yield standing
        finally:
            self.hub.standings.release(self.key, standing)
