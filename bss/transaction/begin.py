"""Open a unit of work: the only way to write, and the only way to read.

Owns: the binding of organisation and account scope for row-level security, and the refusal to nest.
Does not own: permission, idempotency and audit, which a command adds (`bss.transaction.command`).
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from uuid import UUID

import asyncpg
from asyncpg.connection import LoggedQuery
from tortoise.backends.base.client import BaseDBAsyncClient

from bss.transaction.database import Database, Role, StatementObserver, current, orm_client
from bss.viewer import Viewer


class Turn:
    """Whose turn it is on a shared connection: one task at a time, which may take its turn again inside its turn."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        task = asyncio.current_task()
        if self._holder is task:
            yield
            return
        async with self._lock:
            self._holder = task
            try:
                yield
            finally:
                self._holder = None


@dataclass
class Transaction:
    """One open transaction: of one organisation, in one account scope, as one role.

    `db` is what models take as `using_db`; `connection` is the same connection for hand-written SQL and COPY.
    """

    viewer: Viewer
    role: Role
    connection: asyncpg.Connection
    db: BaseDBAsyncClient
    writes: bool
    turn: Turn
    has_news: bool = False
    """Whether an event or a job was written: the doorbell rings after the commit."""

    @property
    def organisation_id(self) -> UUID:
        return self.viewer.organisation_id


class NestedTransaction(RuntimeError):
    """A unit of work was opened inside another: a programming error."""


_LONGEST_READ = "30s"
"""A reading that takes longer is ended by the database: nobody waits for it, and it holds a connection."""

# A writer takes the paths that it copies from account rows, and no path may change before it has committed.
_BESIDE_OTHERS = ", pg_advisory_xact_lock_shared(hashtextextended('tree ' || $1, 0))"
_ALONE = ", pg_advisory_xact_lock(hashtextextended('tree ' || $1, 0))"

_ambient: ContextVar[Transaction | None] = ContextVar("bss_transaction", default=None)


@asynccontextmanager
async def begin(viewer: Viewer, *, role: Role = Role.APP, alone: bool = False) -> AsyncIterator[Transaction]:
    """Open a write transaction for one organisation. Commits at the end of the block, rolls back on any error.

    Nothing remote may happen inside. After the commit the doorbell rings if an event or a job was written.
    `alone` waits for the other write transactions of the organisation, and holds off new ones: for what changes
    the tree of accounts under everybody's feet.
    """
    if _ambient.get() is not None:
        raise NestedTransaction("a transaction is open already; commands do not call commands")
    database = current()
    async with _opened(database, viewer, role, _ALONE if alone else _BESIDE_OTHERS) as transaction:
        yield transaction
    if transaction.has_news:
        await database.doorbell(viewer.organisation_id, viewer.root_path)


@asynccontextmanager
async def reading(viewer: Viewer) -> AsyncIterator[Transaction]:
    """A read-only unit of work; inside an open one of the same viewer it is that one, one task at a time."""
    ambient = _ambient.get()
    if ambient is not None:
        if ambient.viewer.organisation_id != viewer.organisation_id or ambient.viewer.path != viewer.path:
            raise NestedTransaction("the open transaction belongs to another scope")
        async with ambient.turn.taken():
            yield ambient
        return
    async with _opened(current(), viewer, Role.APP, None) as transaction:
        yield transaction


@asynccontextmanager
async def raised(viewer: Viewer, seeing: Viewer) -> AsyncIterator[Transaction]:
    """Read in the scope of `seeing`, another viewer of the same organisation, inside the viewer's unit of work.

    The caller answers for what leaves the block: row-level security no longer does. The savepoint is always rolled
    back, so that the database itself puts the viewer's scope back, whatever happens inside, and so that nothing can
    be written in the wider scope.
    """
    async with reading(viewer) as transaction:
        wider = replace(transaction, viewer=seeing, writes=False)
        if seeing.path == viewer.path:
            yield wider
            return
        # By hand, because a reading does not begin by the driver's own transaction, which would count it.
        await transaction.connection.execute(
            f"SAVEPOINT raised; SELECT set_config('bss.path', {_literal(seeing.path)}, true)"
        )
        token = _ambient.set(wider)
        try:
            yield wider
        finally:
            _ambient.reset(token)
            await transaction.connection.execute("ROLLBACK TO raised; RELEASE raised")


@asynccontextmanager
async def _opened(database: Database, viewer: Viewer, role: Role, lock: str | None) -> AsyncIterator[Transaction]:
    """A unit of work; it writes when it takes a lock."""
    async with database.pool(role).acquire() as pooled:
        connection: asyncpg.Connection = pooled  # type: ignore[assignment]
        async with AsyncExitStack() as stack:
            if database.observer is not None:
                stack.enter_context(connection.query_logger(_told_to(database.observer)))
            await stack.enter_async_context(
                _read(connection, viewer) if lock is None else _write(connection, viewer, lock)
            )
            transaction = Transaction(viewer, role, connection, orm_client(connection), lock is not None, Turn())
            token = _ambient.set(transaction)
            try:
                yield transaction
            finally:
                _ambient.reset(token)


@asynccontextmanager
async def _write(connection: asyncpg.Connection, viewer: Viewer, lock: str) -> AsyncIterator[None]:
    async with connection.transaction():
        await connection.execute(
            "SELECT set_config('bss.organisation', $1, true), set_config('bss.path', $2, true),"
            f" set_config('statement_timeout', '0', true) {lock}",
            *(str(viewer.organisation_id), viewer.path),
        )
        yield


@asynccontextmanager
async def _read(connection: asyncpg.Connection, viewer: Viewer) -> AsyncIterator[None]:
    """Begin and bind in one way to the server and back: a small query is little more than such ways."""
    await connection.execute(
        f"BEGIN READ ONLY; SELECT set_config('bss.organisation', {_literal(str(viewer.organisation_id))}, true),"
        f" set_config('bss.path', {_literal(viewer.path)}, true),"
        f" set_config('statement_timeout', '{_LONGEST_READ}', true)"
    )
    try:
        yield
    except (Exception, asyncio.CancelledError):
        if not connection.is_closed():
            await connection.execute("ROLLBACK")
        raise
    await connection.execute("COMMIT")


def _literal(text: str) -> str:
    """The text in a statement, for connections that read texts as the standard says."""
    return "'" + text.replace("'", "''") + "'"


def _told_to(observer: StatementObserver) -> Callable[[LoggedQuery], None]:
    def told(record: LoggedQuery) -> None:
        observer(record.query)

    return told
