"""Job body on either side: send what waits on a link, and conclude it by the peer's results.

Owns: the lease that lets one relay at a time send on a link, coalescing, the sequence numbers, and that no
transaction is open while bytes travel. Does not own: the bytes (`sync.batch`), or what a result means for a row
(`sync.conclude`).

What waits is found by its state, never by "greater than the last one seen": a row that commits late would be passed
over. A row that was sent and not concluded is sent again with the same sequence, before anything newer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import orjson
from asyncpg import Record

from bss.canonical import canonical
from bss.clock import Clock
from bss.failpoint import fp
from bss.refusal import NotFound, Refusal
from bss.transaction.begin import Transaction, begin
from bss.viewer import Viewer
from sync.batch import MOST_BYTES, Answer, batch_bytes, read_answer
from sync.bounds import MOST_REASON
from sync.conclude import conclude, unsendable
from sync.link import Link, links
from sync.message import BadShape, Message, Subject, encoded
from sync.transport import Transport, TransportTrouble

LEASE = timedelta(minutes=1)
"""Longer than a peer may take to answer, shorter than a job's lease: the job's next run replaces a killed relay."""

MOST_MESSAGES = 200
_ROOM = MOST_BYTES - 10_000
"""Bytes of the messages in a batch: what travels around them, and sequences that grow, are smaller than the rest."""


class LinkBusy(TransportTrouble):
    """Another relay sends on the link: nothing was sent by this one."""


@dataclass(frozen=True)
class _Publication:
    link: Link
    messages: tuple[Message, ...]


async def deliver(viewer: Viewer, key: str, *, clock: Clock, transport: Transport) -> None:
    """Send until nothing waits; `key` is the link's id. The clock, because a long backlog takes several leases.

    Raises `TransportTrouble` when the peer did not answer, could not read the batch, or asked for something again,
    and `LinkBusy`: either postpones the job with a growing pause, and nothing is lost.
    """
    link_id = UUID(key)
    while publication := await _publish(viewer, link_id, clock.now()):
        fp("sync.before_send")
        try:
            answer = await _exchange(publication, transport)
        except (TransportTrouble, Refusal) as trouble:
            await _release(viewer, link_id, str(trouble))
            raise TransportTrouble(str(trouble)) from trouble
        fp("sync.after_send_before_conclude")
        if await conclude(viewer, link_id, publication.messages, answer, now=clock.now()):
            raise TransportTrouble("the peer waits for messages that have not arrived")


async def _exchange(publication: _Publication, transport: Transport) -> Answer:
    link, messages = publication.link, publication.messages
    body = batch_bytes(link.link_key, link.side, messages)
    answer = await transport.exchange(link.link_key, link.side.peer, body)
    return read_answer(answer, (message.sequence for message in messages))


async def _publish(viewer: Viewer, link_id: UUID, now: datetime) -> _Publication | None:
    """Take the lease, supersede, number, and return what is to be sent; None, without a lease, when nothing is."""
    async with begin(viewer) as tx:
        link = await _claimed(tx, link_id, now)
        await tx.connection.execute(_SUPERSEDE, tx.organisation_id, link_id)
        sendable: list[Record] = []
        while not sendable:
            waiting = await tx.connection.fetch(_WAITING, tx.organisation_id, link_id, MOST_MESSAGES)
            if not waiting:
                await _release_in(tx, link_id, None)
                return None
            sendable = await _sendable(tx, link, waiting, now)
        messages = await _numbered(tx, link, sendable)
        fp("sync.after_claim")
    return _Publication(link, messages)


async def _claimed(tx: Transaction, link_id: UUID, now: datetime) -> Link:
    taken = await tx.connection.fetchval(
        "UPDATE link SET lease_until = $3 WHERE organisation_id = $1 AND id = $2"
        " AND (lease_until IS NULL OR lease_until <= $4) RETURNING true",
        *(tx.organisation_id, link_id, now + LEASE, now),
    )
    found = await links(tx, (link_id,))
    if not found:
        raise NotFound("link")
    if not taken:
        raise LinkBusy(f"another relay sends on the link to {found[0].peer_name}")
    return found[0]


# A newer version of any state makes an older one that waits needless. Usage is records, not state.
_SUPERSEDE = """
UPDATE outbound o SET state = 'superseded'
WHERE o.organisation_id = $1 AND o.link_id = $2 AND o.state = 'pending' AND o.subject <> 'usage'
  AND EXISTS (SELECT FROM outbound n WHERE n.organisation_id = $1 AND n.link_id = $2
    AND n.subject = o.subject AND n.pair_id = o.pair_id AND n.version > o.version)
"""
# Sent rows come first, in their sequence. Then accounts, from the top of the tree down, and what needs them after.
_WAITING = f"""
SELECT o.id, o.subject, o.pair_id, o.version, o.body, o.sequence FROM outbound o
LEFT JOIN pair p ON p.organisation_id = $1 AND p.link_id = $2 AND p.pair_id = o.pair_id AND o.subject = 'account'
LEFT JOIN account a ON a.organisation_id = $1 AND a.id = p.local_id
WHERE o.organisation_id = $1 AND o.link_id = $2 AND o.state IN ('pending', 'sent')
ORDER BY o.sequence, array_position('{{{",".join(Subject)}}}'::text[], o.subject), length(a.path), o.id
LIMIT $3
"""


async def _sendable(tx: Transaction, link: Link, waiting: list[Record], now: datetime) -> list[Record]:
    """The first of the rows that fit into one batch. What no batch can hold is parked, and holds up nothing else."""
    room, fitting = _ROOM, []
    for row in waiting:
        try:
            # Any sequence will do: most rows get theirs later, so that one that is parked leaves no hole.
            message = _message(link, row, row["sequence"] or 1)
            size = len(canonical(encoded(message)))
            if size > _ROOM:
                raise BadShape(f"A message has at most {_ROOM} bytes, not {size}.")
        except (Refusal, TypeError, ValueError) as unfit:
            told = (Subject(row["subject"]), row["pair_id"], row["version"])
            await unsendable(tx, link.id, *told, f"{BadShape.code}: {unfit}"[:MOST_REASON], now=now)
            continue
        room -= size + 1
        if room < 0:
            break
        fitting.append(row)
    return fitting


async def _numbered(tx: Transaction, link: Link, waiting: list[Record]) -> tuple[Message, ...]:
    """Give the link's next sequences to what has none, in this transaction, and mark all of it sent."""
    fresh = [row["id"] for row in waiting if row["sequence"] is None]
    following: int = await tx.connection.fetchval(
        "UPDATE link SET next_sequence = next_sequence + $3 WHERE organisation_id = $1 AND id = $2"
        " RETURNING next_sequence",
        *(tx.organisation_id, link.id, len(fresh)),
    )
    numbers = dict(zip(fresh, range(following - len(fresh), following), strict=True))
    await tx.connection.execute(
        "UPDATE outbound o SET state = 'sent', sequence = n.sequence"
        " FROM unnest($2::uuid[], $3::bigint[]) AS n (id, sequence) WHERE o.organisation_id = $1 AND o.id = n.id",
        *(tx.organisation_id, list(numbers), list(numbers.values())),
    )
    return tuple(_message(link, row, row["sequence"] or numbers[row["id"]]) for row in waiting)


def _message(link: Link, row: Record, sequence: int) -> Message:
    subject = Subject(row["subject"])
    data = orjson.loads(row["body"])
    return Message(link.link_key, link.side, link.epoch, sequence, subject, row["pair_id"], row["version"], data)


async def _release(viewer: Viewer, link_id: UUID, error: str) -> None:
    async with begin(viewer) as tx:
        await _release_in(tx, link_id, error)


async def _release_in(tx: Transaction, link_id: UUID, error: str | None) -> None:
    await tx.connection.execute(
        "UPDATE link SET lease_until = NULL, last_error = $3 WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, link_id, error),
    )
