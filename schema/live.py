"""What following a feed takes from the process that serves it: ports, and what a follower can be refused with.

Owns: the words. Does not own: who wakes followers and sees that they still may follow (`server.live`), how a position
is written for others (`server.identity`), or the order of things (`schema.following`).
"""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Protocol
from uuid import UUID

from bss.feed.topic import Topic
from bss.refusal import Refusal
from bss.viewer import Viewer


class Tokens(Protocol):
    """Writes positions so that nobody else can read them: how much happened elsewhere is nobody's business."""

    def written(self, organisation_id: UUID, topic: Topic, position: int) -> str: ...

    def read(self, organisation_id: UUID, topic: Topic, token: str) -> int | None:
        """None for what was not written here, or for another organisation or topic."""


class Seat(Protocol):
    """One follower's place, from the first look at the feed to the last."""

    @property
    def viewer(self) -> Viewer:
        """The viewer as it was recognised last. Raises `NotKnownAnyMore`, and `NobodyCanSay`."""

    def look(self) -> None:
        """What becomes new from here on is news."""

    async def news(self) -> bool:
        """Wait for news, or until it is time to say that there is none; false then."""

    async def recognise(self) -> None:
        """Ask again who follows: its place in the tree is another one."""


class Live(Protocol):
    """What the process does for the caller of one operation."""

    @property
    def tokens(self) -> Tokens: ...

    def seat(self, topic: Topic) -> AbstractAsyncContextManager[Seat]:
        """A place to follow a topic from. Raises `TooManyStreams`."""


class NotKnownAnyMore(Refusal):
    code = "UNAUTHENTICATED"
    meaning = "Who followed is not known any more: the token, the session or the membership has ended."

    def __init__(self) -> None:
        super().__init__(self.meaning)


class NobodyCanSay(Refusal):
    code = "UNAVAILABLE"
    meaning = "Who follows cannot be seen at this time: follow again later, with the last token."

    def __init__(self) -> None:
        super().__init__(self.meaning)


class TooManyStreams(Refusal):
    code = "TOO_MANY_STREAMS"
    meaning = "The client, or all clients of the organisation, follow as many streams as they may."

    def __init__(self, most: int) -> None:
        super().__init__(f"At most {most} streams are followed at once.")


class NotFollowed(Refusal):
    code = "NOT_FOLLOWED"
    meaning = "Subscriptions are answered by a stream: text/event-stream, or graphql-transport-ws."

    def __init__(self) -> None:
        super().__init__(self.meaning)
