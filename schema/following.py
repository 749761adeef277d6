"""Follow a topic of the feed: what was committed since a token, and then what is committed from now on.

Owns: the order of looking, paying and telling, and that nothing is missed between them. Does not own: the feed
(`bss.feed`), what an event shows (`schema.domains.live`), or when there is news (`schema.live`).

Nothing waits in memory for a reader: it is read when the one before was taken, so that a slow reader costs nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from dataclasses import dataclass

from strawberry.extensions import SchemaExtension
from strawberry.types.graphql import OperationType

from bss.feed.entry import Entry, Reading
from bss.feed.queries import TOLD, Displaced
from bss.feed.topic import Topic
from bss.refusal import InvalidInput
from bss.viewer import REQUIRED
from schema.asking import Asking
from schema.live import NotFollowed, Seat

_AT_ONCE = 50


class OnlyFollowed(SchemaExtension):
    """A subscription is answered where somebody can follow, and nowhere else."""

    def on_execute(self) -> Iterator[None]:
        context = self.execution_context
        if context.operation_type is OperationType.SUBSCRIPTION and context.context.live is None:
            raise NotFollowed
        yield


@dataclass(frozen=True)
class Told:
    """An entry, or only a token to go on from: at the beginning, and after a long silence."""

    token: str
    entry: Entry | None = None


async def followed(asking: Asking, topic: Topic, after: str | None) -> AsyncGenerator[Told, None]:
    """What the viewer may see of the topic. Ends by a refusal: when the viewer may not, or may not any more."""
    asking.viewer.require(REQUIRED[TOLD[topic]])
    live = asking.live
    assert live is not None  # without it nothing is executed
    organisation_id = asking.viewer.organisation_id
    position = None if after is None else live.tokens.read(organisation_id, topic, after)
    if after is not None and position is None:
        raise InvalidInput.at("after", "This is not a token of this stream.")
    async with live.seat(topic) as seat:
        seat.look()
        first = await _read(seat, topic, position, 0)
        position = first.through if position is None else position
        yield Told(live.tokens.written(organisation_id, topic, position))
        quiet = False
        while True:
            seat.look()
            read_as = seat.viewer
            found = await _read(seat, topic, position, _AT_ONCE)
            for entry in found.entries:
                await _pay(asking)
                if seat.viewer != read_as:
                    break  # what is left is read again, as the viewer that it is now
                position = entry.position
                asking.begin_anew(read_as)
                yield Told(live.tokens.written(organisation_id, topic, entry.position), entry)
            else:
                position = found.through
            if seat.viewer != read_as:
                continue
            if quiet and not found.entries:
                await _pay(asking)
                asking.begin_anew(seat.viewer)
                yield Told(live.tokens.written(organisation_id, topic, position))
            quiet = len(found.entries) < _AT_ONCE and not await seat.news()


async def _read(seat: Seat, topic: Topic, position: int | None, most: int) -> Reading:
    """Read as the viewer that the follower is now: an account that was moved has another path."""
    try:
        return await TOLD[topic](seat.viewer, position, most)
    except Displaced:
        await seat.recognise()
        return await TOLD[topic](seat.viewer, position, most)


async def _pay(asking: Asking) -> None:
    """Take what the answer to one event costs; without room for it the event waits, and is not lost."""
    budget = asking.allowance.budget
    while budget is not None:
        taken = await budget.take(asking.viewer.organisation_id, asking.viewer.actor_id, asking.cost)
        if taken.allowed:
            return
        await asyncio.sleep(max(taken.wait_milliseconds, 100) / 1000)
