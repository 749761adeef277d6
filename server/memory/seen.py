"""What was seen a moment ago, for all processes together: `server.identity.memory.Memory` over short-lived entries.

Owns: the names of such entries. Does not own: the server behind them (`short_lived`), or what is remembered.
"""

from __future__ import annotations

from datetime import timedelta

from bss.signing.session import StoreAway
from server.identity.memory import MemoryAway
from server.memory.short_lived import ShortLived


class Seen:
    """The memory of an installation."""

    def __init__(self, entries: ShortLived) -> None:
        self._entries = entries

    async def first(self, name: str, seconds: int) -> bool:
        try:
            return await self._entries.first(f"seen:{name}", timedelta(seconds=seconds))
        except StoreAway as trouble:
            raise MemoryAway(str(trouble)) from trouble
