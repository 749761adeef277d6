"""Events are read some at a time; what is left of them is not told to who may not see it any more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest

from bss.feed.number import number
from bss.feed.topic import Topic
from bss.refusal import PermissionDenied
from bss.viewer import Viewer
from schema.asking import Asking
from schema.following import followed
from server.identity.resume_tokens import ResumeTokens
from tests.live.serving import SEAL, Served
from tests.live.test_streams import change


@dataclass
class Seat:
    """A follower's place, of which the test says who it is."""

    viewer: Viewer

    def look(self) -> None:
        return None

    async def news(self) -> bool:
        return True

    async def recognise(self) -> None:
        return None


@dataclass
class Place:
    """What the process does for one operation."""

    taken: Seat
    tokens: ResumeTokens

    @asynccontextmanager
    async def seat(self, topic: Topic) -> AsyncIterator[Seat]:
        yield self.taken


async def test_the_rest_of_what_was_read_is_not_told_to_who_lost_the_right(served: Served) -> None:
    books = served.books
    seat = Seat(books.as_role("owner", "x"))
    asking = Asking(seat.viewer, books.clock, live=Place(seat, ResumeTokens(SEAL)))
    stream = followed(asking, Topic.SUBSCRIPTION_CHANGED, None)
    await anext(stream)
    for quantity in range(5, 12):
        await change(served, "x", quantity)
    await number(books.staff)
    assert (await anext(stream)).entry is not None
    seat.viewer = replace(seat.viewer, permissions=frozenset())
    with pytest.raises(PermissionDenied):
        await anext(stream)
