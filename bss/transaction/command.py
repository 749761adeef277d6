"""A command: one use case, one transaction, declared with its permission and its refusals.

Owns: the order in which permission, idempotency, the body, and the audit row happen, and the retry of a
transaction that the database asked to repeat. Does not own: what any command does.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

import asyncpg

from bss.canonical import digest
from bss.failpoint import fp
from bss.module import MODULE_OF, ModuleOff
from bss.permission import Permission
from bss.refusal import Conflict, IdempotencyKeyReused, InvalidInput, PermissionDenied, Refusal
from bss.transaction.audit import audit
from bss.transaction.begin import Transaction, begin
from bss.transaction.database import Role
from bss.viewer import Viewer

_TRIES = 3
Request = TypeVar("Request")


@dataclass(frozen=True)
class Outcome:
    """What a command leaves behind: the id of the object that it made or changed.

    `secret` is shown once and never stored; a repeated call has none.
    """

    object_id: UUID
    secret: str | None = field(default=None, repr=False)
    replayed: bool = False


Body = Callable[[Transaction, Request, datetime], Awaitable[Outcome]]


class Command(Generic[Request]):
    """A named operation. Call it with the viewer, the request, the instant and, from outside, a key."""

    def __init__(
        self,
        name: str,
        requires: Permission,
        refuses: tuple[type[Refusal], ...],
        role: Role,
        alone: bool,
        body: Body[Request],
    ) -> None:
        self.name = name
        self.requires = requires
        off: tuple[type[Refusal], ...] = (ModuleOff,) if requires in MODULE_OF else ()
        self.refuses = (InvalidInput, PermissionDenied, IdempotencyKeyReused, Conflict, *off, *refuses)
        self.role = role
        self.alone = alone
        self.meaning = (body.__doc__ or "").strip().partition("\n")[0]
        self._body = body

    async def __call__(self, viewer: Viewer, request: Request, *, now: datetime, key: str | None = None) -> Outcome:
        """Do it once per key: a repeated call with the same input returns the first outcome, without secrets.

        Raises the declared refusals. A refusal is not stored: the same key may be tried again.
        """
        viewer.require(self.requires)
        for attempt in range(1, _TRIES + 1):
            try:
                return await self._once(viewer, request, now, key)
            except asyncpg.TransactionRollbackError:
                if attempt == _TRIES:
                    raise Conflict("Others are changing this at the same time; please try again.") from None
        raise AssertionError("unreachable")

    async def _once(self, viewer: Viewer, request: Request, now: datetime, key: str | None) -> Outcome:
        # One key is never one call in one's own name and for another.
        input_digest = digest(request if viewer.acting_as is None else (viewer.acting_as, request))
        async with begin(viewer, role=self.role, alone=self.alone) as tx:
            if key is not None:
                earlier = await _claim_key(tx, self.name, key, input_digest, now)
                if earlier is not None:
                    return Outcome(earlier, replayed=True)
            outcome = await self._body(tx, request, now)
            if key is not None:
                await _settle_key(tx, self.name, key, outcome.object_id)
            await audit(
                tx,
                operation=self.name,
                object_id=outcome.object_id,
                input_digest=input_digest,
                key=key,
                now=now,
            )
            fp("command.before_commit")
        fp("command.after_commit")
        return replace(outcome, replayed=False)


COMMANDS: dict[str, Command[object]] = {}
"""Every command that is defined by the packages imported so far, by name."""


def command(
    name: str,
    *,
    requires: Permission,
    refuses: tuple[type[Refusal], ...] = (),
    role: Role = Role.APP,
    alone: bool = False,
) -> Callable[[Body[Request]], Command[Request]]:
    """Declare a command: its name in the API and the audit, its one permission, and its refusals.

    `alone`: no other write of the organisation is open meanwhile (`begin`).
    """

    def declare(body: Body[Request]) -> Command[Request]:
        declared = Command(name, requires, refuses, role, alone, body)
        COMMANDS[name] = declared  # type: ignore[assignment]
        return declared

    return declare


async def _claim_key(tx: Transaction, operation: str, key: str, input_digest: str, now: datetime) -> UUID | None:
    """Claim the key, or wait for the call that holds it and return its result.

    The insert waits for a concurrent holder to commit or roll back: the constraint, not a look-up, decides.
    """
    claimed = await tx.connection.fetchval(
        "INSERT INTO idempotency (organisation_id, actor_id, operation, key, input_digest, recorded_at)"
        " VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING RETURNING true",
        *(tx.organisation_id, tx.viewer.actor_id, operation, key, input_digest, now),
    )
    if claimed:
        return None
    row = await tx.connection.fetchrow(
        "SELECT input_digest, object_id FROM idempotency"
        " WHERE organisation_id = $1 AND actor_id = $2 AND operation = $3 AND key = $4",
        *(tx.organisation_id, tx.viewer.actor_id, operation, key),
    )
    if row is None or row["input_digest"] != input_digest:
        raise IdempotencyKeyReused
    found: UUID = row["object_id"]
    return found


async def _settle_key(tx: Transaction, operation: str, key: str, object_id: UUID) -> None:
    await tx.connection.execute(
        "UPDATE idempotency SET object_id = $5"
        " WHERE organisation_id = $1 AND actor_id = $2 AND operation = $3 AND key = $4",
        *(tx.organisation_id, tx.viewer.actor_id, operation, key, object_id),
    )
