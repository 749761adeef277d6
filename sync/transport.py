"""How bytes reach the other side of a link.

Owns: the port, and the transport between two organisations that this process can reach without a network.
Does not own: the bytes (`sync.batch`), or what the receiver does with them (`sync.receive`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import Context
from typing import Protocol
from uuid import UUID

from bss.clock import Clock
from bss.transaction.database import Database
from sync.link import Side
from sync.receive import receive


class TransportTrouble(Exception):
    """The bytes may or may not have arrived: whatever was sent is sent again, with the same sequences."""


class Transport(Protocol):
    """Carries a batch to one side of a link and brings its answer back. Raises `TransportTrouble`."""

    async def exchange(self, link_key: UUID, to_side: Side, body: bytes) -> bytes: ...


class InProcessTransport:
    """Both organisations are in this process's reach, in one database or in two; only bytes pass between them."""

    def __init__(self, database_of: Callable[[UUID, Side], Database], clock: Clock) -> None:
        self._database_of = database_of
        self._clock = clock

    async def exchange(self, link_key: UUID, to_side: Side, body: bytes) -> bytes:
        """Receive in a task with an empty context: it inherits neither the sender's database nor its viewer."""
        receiving = asyncio.get_running_loop().create_task(self._received(link_key, to_side, body), context=Context())
        try:
            return await receiving
        except Exception as fault:
            raise TransportTrouble(f"the {to_side} did not answer: {type(fault).__name__}") from fault

    async def _received(self, link_key: UUID, to_side: Side, body: bytes) -> bytes:
        with self._database_of(link_key, to_side).bound():
            return await receive(link_key, to_side, body, now=self._clock.now())
