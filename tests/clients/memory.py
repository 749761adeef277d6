"""A memory in this process, for tests: it can be away, and it can forget."""

from __future__ import annotations

from dataclasses import dataclass, field

from server.identity.memory import MemoryAway


@dataclass
class LocalMemory:
    """Remembers names until it is told to forget."""

    is_away: bool = False
    names: set[str] = field(default_factory=set)

    async def first(self, name: str, seconds: int) -> bool:
        if self.is_away:
            raise MemoryAway("the memory is away")
        is_first = name not in self.names
        self.names.add(name)
        return is_first
