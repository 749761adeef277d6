"""The connections to one PostgreSQL database, one pool per role.

Owns: which role a unit of work runs as, and which database the current task talks to. Does not own:
transactions (`begin`), roles' rights (`bss.migrations`), or how the server came to be (`server`).
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import asyncpg
from asyncpg import Record
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper

StatementObserver = Callable[[str], None]
Doorbell = Callable[[UUID, str], Awaitable[None]]
"""Rung after a commit that wrote an event or a job, with the organisation and the path of its root."""


class Seals(Protocol):
    """Seals what the database keeps and only this installation may read, each for one place."""

    def sealed(self, content: bytes, place: str) -> str: ...

    def opened(self, kept: str, place: str) -> bytes: ...


class Role(StrEnum):
    """The database role that a unit of work runs as; the value is its name in PostgreSQL."""

    APP = "bss_app"
    SYNC = "bss_sync"
    BULK = "bss_bulk"


@dataclass(frozen=True)
class Addresses:
    """Where each role connects: PostgreSQL URLs."""

    app: str
    sync: str
    bulk: str

    def of(self, role: Role) -> str:
        return {Role.APP: self.app, Role.SYNC: self.sync, Role.BULK: self.bulk}[role]


async def _silent(_organisation_id: UUID, _root_path: str) -> None:
    return None


async def _as_it_is(_connection: asyncpg.Connection) -> None:
    """What a unit of work sets ends with its transaction, so that nothing is to be reset when a connection goes back.

    The pool itself rolls back a transaction that is still open.
    """


class Database:
    """Pools for the three roles. Owned by the process; closed by it."""

    def __init__(self, pools: dict[Role, asyncpg.Pool]) -> None:
        self._pools = pools
        self.doorbell: Doorbell = _silent
        self.sealing: Seals | None = None
        self.observer: StatementObserver | None = None
        self.token_places: OrderedDict[str, Record] = OrderedDict()
        """Where tokens that were seen lately are kept, by their hash: it never changes. Not whether they hold."""

    @classmethod
    async def connect(cls, addresses: Addresses, *, most: int = 10) -> Database:
        """Open the pools; the first connection of each is made now, so that a wrong address fails here."""
        pools = {}
        for role in Role:
            pool = await asyncpg.create_pool(
                addresses.of(role),
                min_size=1,
                max_size=most,
                server_settings={
                    "application_name": role.value,
                    "timezone": "UTC",
                    "standard_conforming_strings": "on",  # `begin` writes texts into a statement
                },
                reset=_as_it_is,
            )
            pools[role] = pool
        return cls(pools)

    async def close(self) -> None:
        for pool in self._pools.values():
            await pool.close()

    def pool(self, role: Role) -> asyncpg.Pool:
        return self._pools[role]

    @property
    def seal(self) -> Seals:
        """What seals secrets here. Raises `RuntimeError` in a process that has nothing to seal with."""
        if self.sealing is None:
            raise RuntimeError("this process was not told how to seal secrets")
        return self.sealing

    @contextmanager
    def bound(self) -> Iterator[Database]:
        """Make this the database of the current task and of those that it starts."""
        token = _current.set(self)
        try:
            yield self
        finally:
            _current.reset(token)

    def bind(self) -> None:
        """Make this the database of the whole process, for every task that has not chosen another."""
        global _of_process
        _of_process = self


_current: ContextVar[Database | None] = ContextVar("bss_database", default=None)
_of_process: Database | None = None


def current() -> Database:
    """The database of the current task. Raises `RuntimeError` when none is bound."""
    database = _current.get() or _of_process
    if database is None:
        raise RuntimeError("no database is bound: call Database.bind() at start-up")
    return database


def orm_client(connection: asyncpg.Connection) -> TransactionWrapper:
    """The ORM's view of a connection that is inside our transaction.

    The ORM's own transaction object begins and ends by itself; here it only carries statements, so that
    `begin` stays the only opener and models cannot be used outside it.
    """
    parent = AsyncpgDBClient(connection_name="app")
    client = TransactionWrapper(parent)
    client._connection = connection
    return client
