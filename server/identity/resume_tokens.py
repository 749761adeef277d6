"""Positions of a feed, written so that only this installation can read them.

Owns: the form. A position that anybody could read, or two that could be compared, would tell how much happens outside
somebody's scope. Does not own: what a position is (`bss.feed`).
"""

from __future__ import annotations

from uuid import UUID

from bss.feed.topic import Topic
from server.identity.sealing import CannotOpen, Seal

_BYTES = 8
_LONGEST = 100


class ResumeTokens:
    """Each token is for one organisation and one topic."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal.apart("resume tokens")

    def written(self, organisation_id: UUID, topic: Topic, position: int) -> str:
        return self._seal.sealed(position.to_bytes(_BYTES, "big"), _place(organisation_id, topic))

    def read(self, organisation_id: UUID, topic: Topic, token: str) -> int | None:
        """The position; None for what was not written here, or for another organisation or topic."""
        if len(token) > _LONGEST or not token.isascii():
            return None
        try:
            return int.from_bytes(self._seal.opened(token, _place(organisation_id, topic)), "big")
        except (CannotOpen, ValueError):
            return None


def _place(organisation_id: UUID, topic: Topic) -> str:
    return f"{organisation_id} {topic.value}"
