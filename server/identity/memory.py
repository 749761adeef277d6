"""A memory that forgets by itself: whether something is seen for the first time.

Owns: the port. Does not own: the server behind it (`server.memory.seen`).
"""

from __future__ import annotations

from typing import Protocol


class MemoryAway(Exception):
    """The memory does not answer: what depends on it is refused, and not let through."""


class Memory(Protocol):
    """Remembers names for some seconds, for all processes of an installation together."""

    async def first(self, name: str, seconds: int) -> bool:
        """Whether nobody asked about this name in the last so many seconds; of many at once one is the first.

        Raises `MemoryAway`.
        """
        ...
