"""Two sets of books with a clock that can be moved and a cable that can be cut.

Owns: how a story makes all waiting work happen, in one database or in two. Does not own: the work (`workers`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from bss.clock import SetClock
from bss.invoicing.renderer import Renderer
from bss.transaction.database import Database
from sync.link import Side
from sync.transport import InProcessTransport, Transport, TransportTrouble
from workers.attend import settle
from workers.work import Tools


@dataclass
class Cable:
    """The transport between the two organisations, which can be cut and mended."""

    transport: Transport
    cut: bool = False
    carried: int = 0

    async def exchange(self, link_key: UUID, to_side: Side, body: bytes) -> bytes:
        """Carry the bytes, or fail as a network does."""
        if self.cut:
            raise TransportTrouble("the link is down")
        self.carried += 1
        return await self.transport.exchange(link_key, to_side, body)


@dataclass
class Books:
    """The distributor's and the reseller's database, which may be the same, and what jobs need."""

    cloud: Database
    resell: Database
    clock: SetClock
    renderer: Renderer
    cable: Cable = field(init=False)

    def __post_init__(self) -> None:
        self.cable = Cable(InProcessTransport(self._of, self.clock))

    def _of(self, _link_key: UUID, side: Side) -> Database:
        return self.resell if side is Side.RESELLER else self.cloud

    async def settle(self) -> None:
        """Let the workers of both sides do all that is due, until neither finds anything."""
        tools = Tools(self.clock, self.cable, self.renderer)
        while True:
            done = 0
            for database in dict.fromkeys((self.cloud, self.resell)):
                with database.bound():
                    done += await settle(tools)
            if not done:
                return
