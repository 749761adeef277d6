"""Receive a batch: one transaction per message, in the receiver's own organisation.

Owns: the order read, find the organisation, may the sender write this, was it answered before, apply, remember; and
that one message that cannot be accepted holds up no other. Does not own: what a subject's data do (`sync.apply_*`),
or how the bytes came (`sync.transport`).

A message that arrives before an older one is applied all the same: it holds a full state, and versions order states.
The hole shows in the high-water mark, which the sender reads.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from uuid import UUID

import asyncpg

from bss.canonical import digest
from bss.failpoint import fp
from bss.refusal import Refusal
from bss.transaction.audit import audit
from bss.transaction.begin import Transaction, begin
from bss.transaction.database import Role
from bss.viewer import Viewer
from sync import link as links
from sync.apply_acceptance import apply_acceptance
from sync.apply_account import apply_account
from sync.apply_subscription import apply_subscription
from sync.apply_supply import apply_supply
from sync.apply_usage import apply_usage
from sync.batch import Answer, Result, Verdict, answer_bytes, read_batch, refusal_bytes
from sync.counterpart import WaitsFor
from sync.inbox import remember, remembered
from sync.link import Link, Side
from sync.message import WRITER, Message, Subject
from sync.note_refusal import note_refusal


class UnknownLink(Refusal):
    code = "SYNC_UNKNOWN_LINK"
    meaning = "No organisation of this installation has joined this side of the link."


class WrongSide(Refusal):
    code = "SYNC_WRONG_SIDE"
    meaning = "The sender may not write this half: every field is written by one of the two organisations only."


class NotStorable(Refusal):
    code = "SYNC_NOT_STORABLE"
    meaning = "A value of the message does not fit the receiver's books; nothing of the message was applied."


UNFIT = (
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.DataError,
    asyncpg.ProgramLimitExceededError,
    ValueError,
    ArithmeticError,
    TypeError,
)
"""What a message's own content raises, and raises again however often it is sent. All else is trouble of the moment."""

Apply = Callable[[Transaction, Link, Message, datetime], Awaitable[UUID | None]]
"""Applies a message that this side may receive; returns the id of what it wrote, None when the message is stale."""

APPLY: dict[Subject, Apply] = {
    Subject.ACCOUNT: apply_account,
    Subject.SUBSCRIPTION: apply_subscription,
    Subject.ACCEPTANCE: apply_acceptance,
    Subject.SUPPLY: apply_supply,
    Subject.USAGE: apply_usage,
}


async def receive(link_key: UUID, to_side: Side, body: bytes, *, now: datetime) -> bytes:
    """Receive a batch that is addressed to this side of the link; returns the bytes of the answer.

    A batch that cannot be read is refused as a whole, and nothing of it is applied. A fault leaves what was
    committed and is raised: the sender repeats the batch.
    """
    try:
        address = await links.address_of(link_key, to_side)
        if address is None:
            raise UnknownLink(f"Nobody here is the {to_side} of the link {link_key}.")
        messages = read_batch(body, link_key, to_side.peer)
    except Refusal as refusal:
        return refusal_bytes(refusal)
    viewer = address.viewer()
    results = [await _received(viewer, address.link_id, message, now) for message in messages]
    async with begin(viewer, role=Role.SYNC) as tx:
        link = await links.locked(tx, address.link_id)
    return answer_bytes(Answer(tuple(results), link.received_through))


async def _received(viewer: Viewer, link_id: UUID, message: Message, now: datetime) -> Result:
    # An account may be moved, and its path with it: nobody else may be writing with the old one.
    alone = message.subject is Subject.ACCOUNT
    async with begin(viewer, role=Role.SYNC, alone=alone) as tx:
        link = await links.locked(tx, link_id)
        earlier = await remembered(tx, link, message)
        if earlier is not None:
            return earlier
        result = await _judged(tx, link, message, now)
        if result.verdict is not Verdict.GAP:
            await remember(tx, link, message, result, now=now)
        fp("sync.receive_before_commit")
    fp("sync.receive_after_commit")
    return result


async def _judged(tx: Transaction, link: Link, message: Message, now: datetime) -> Result:
    """Apply the message in a savepoint: what a refusal leaves half done is undone, the refusal itself is kept."""
    try:
        async with tx.connection.transaction():
            return await _applied(tx, link, message, now)
    except WaitsFor as gap:
        return Result(message.sequence, Verdict.GAP, "SYNC_WAITS_FOR", str(gap))
    except Refusal as refusal:
        refused = refusal
    except UNFIT as unfit:
        refused = NotStorable(f"The {message.subject} does not fit: {type(unfit).__name__}.")
    await note_refusal(tx, link, message, f"{refused.code}: {refused.message}", now)
    return Result(message.sequence, Verdict.REFUSED, refused.code, refused.message)


async def _applied(tx: Transaction, link: Link, message: Message, now: datetime) -> Result:
    if WRITER[message.half] is not message.from_side:
        raise WrongSide(f"The {message.from_side} does not write the {message.half} half.")
    written = await APPLY[message.subject](tx, link, message, now)
    if written is None:
        return Result(message.sequence, Verdict.STALE)
    await audit(
        tx,
        operation=f"sync:{message.subject}",
        object_id=written,
        input_digest=digest(message.data),
        key=str(message.id),
        now=now,
    )
    return Result(message.sequence, Verdict.ACCEPTED)
