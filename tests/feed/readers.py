"""Writers and readers of the feed, for stories about its order."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from uuid import UUID

from bss.feed.announce import announce
from bss.feed.entry import Entry
from bss.feed.number import number
from bss.feed.queries import TOLD
from bss.feed.topic import Topic
from bss.identifier import Kind, private
from bss.transaction.begin import begin
from bss.viewer import Viewer
from tests.schema.books import Books

NOW = datetime(2026, 1, 5, tzinfo=UTC)


def subscription(books: Books, of: str) -> UUID:
    return private(Kind.SUBSCRIPTION, books.ids[f"of {of}"])


async def tell(viewer: Viewer, *subjects: UUID, topic: Topic = Topic.USAGE_ROLLED_UP, now: datetime = NOW) -> None:
    """Tell of these in one transaction."""
    async with begin(viewer) as tx:
        await announce(tx, topic, subjects, now=now)


async def all_numbered(viewer: Viewer) -> int:
    """Number whatever waits; returns how many there were."""
    count = 0
    while more := await number(viewer):
        count += more
    return count


@dataclass
class Reader:
    """Somebody who keeps the position of what they have seen, and nothing else, while they are away."""

    viewer: Viewer
    position: int = 0
    topic: Topic = Topic.USAGE_ROLLED_UP
    seen: list[Entry] = field(default_factory=list)

    async def read(self, most: int = 100) -> None:
        """Read until there is nothing more."""
        while True:
            found = await TOLD[self.topic](self.viewer, self.position, most)
            self.seen += found.entries
            self.position = found.through
            if len(found.entries) < most:
                return

    async def read_now_and_then(self, chance: Random, over: asyncio.Event) -> None:
        """Read in parts of random size, be away at random, and read the rest when all is over."""
        while not over.is_set():
            found = await TOLD[self.topic](self.viewer, self.position, chance.randint(1, 7))
            seen = chance.randint(0, len(found.entries))  # the line breaks after so many
            self.seen += found.entries[:seen]
            if seen == len(found.entries):
                self.position = found.through
            elif seen:
                self.position = found.entries[seen - 1].position
            await asyncio.sleep(chance.random() / 50)
        await self.read()

    @property
    def subjects(self) -> list[UUID]:
        return [entry.subject_id for entry in self.seen]

    @property
    def positions(self) -> list[int]:
        return [entry.position for entry in self.seen]
