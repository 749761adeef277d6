"""A pair: the one-to-one bond of a local object with its counterpart in the other organisation.

Owns: the rows of pairs, who mints what, and the lock that orders versions of one pair. Does not own: the link, or
what is done to the local object.

The reseller mints `pair_id` when the object crosses first; the distributor mints the mirror's own id when it hears
of the pair first, even if it must refuse it. That there is never a second counterpart is a constraint of the
database on both sides.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from bss.feed.announce import announce
from bss.feed.topic import Topic
from bss.identifier import uuid7
from bss.refusal import Refusal
from bss.transaction.begin import Transaction
from sync.message import Subject

_COLUMNS = "link_id, pair_id, subject, local_id, version, acknowledged_version, refusal"


class PairOfAnother(Refusal):
    code = "SYNC_PAIR_OF_ANOTHER"
    meaning = "The other organisation named a pair that belongs to an object of another kind."


@dataclass(frozen=True)
class Pair:
    """`version` is the newest that was captured or applied here, `acknowledged_version` the newest that the peer has.

    `refusal` says why the newest word about the pair was refused; None when it was not.
    """

    link_id: UUID
    pair_id: UUID
    subject: Subject
    local_id: UUID
    version: int
    acknowledged_version: int
    refusal: str | None


def pair_of(row: Record) -> Pair:
    """The pair behind a row."""
    return Pair(**{**dict(row), "subject": Subject(row["subject"])})


async def minted(tx: Transaction, link_id: UUID, subject: Subject, local_id: UUID, now: datetime) -> Pair:
    """The pair of a local object that crosses, minted when it has none yet; locked until the commit."""
    await _insert(tx, link_id, uuid7(), subject, local_id, now)
    rows = await tx.connection.fetch(
        f"SELECT {_COLUMNS} FROM pair WHERE organisation_id = $1 AND link_id = $2 AND local_id = $3 FOR UPDATE",
        *(tx.organisation_id, link_id, local_id),
    )
    return pair_of(rows[0])


async def adopted(tx: Transaction, link_id: UUID, subject: Subject, pair_id: UUID, now: datetime) -> Pair:
    """The pair that the peer named, with a new local id when it is heard of first; locked until the commit.

    Raises `PairOfAnother` when the pair is bound to an object of another kind.
    """
    await _insert(tx, link_id, pair_id, subject, uuid7(), now)
    rows = await tx.connection.fetch(
        f"SELECT {_COLUMNS} FROM pair WHERE organisation_id = $1 AND link_id = $2 AND pair_id = $3 FOR UPDATE",
        *(tx.organisation_id, link_id, pair_id),
    )
    pair = pair_of(rows[0])
    if pair.subject is not subject:
        raise PairOfAnother(f"The pair {pair_id} is bound to an object of the kind {pair.subject}.")
    return pair


async def named(tx: Transaction, link_id: UUID, subject: Subject, pair_id: UUID) -> Pair | None:
    """The pair of this kind, locked until the commit, if it is known here."""
    row = await tx.connection.fetchrow(
        f"SELECT {_COLUMNS} FROM pair"
        " WHERE organisation_id = $1 AND link_id = $2 AND pair_id = $3 AND subject = $4 FOR UPDATE",
        *(tx.organisation_id, link_id, pair_id, subject.value),
    )
    return None if row is None else pair_of(row)


async def of_locals(tx: Transaction, link_id: UUID | None, local_ids: Collection[UUID]) -> tuple[Pair, ...]:
    """The pairs of these local objects on one link, or on every link; one statement."""
    rows = await tx.connection.fetch(
        f"SELECT {_COLUMNS} FROM pair WHERE organisation_id = $1 AND local_id = ANY($3)"
        " AND ($2::uuid IS NULL OR link_id = $2) ORDER BY id",
        *(tx.organisation_id, link_id, list(local_ids)),
    )
    return tuple(pair_of(row) for row in rows)


async def captured(tx: Transaction, pair: Pair, version: int, *, now: datetime) -> None:
    """The version is on its way to the peer; a refusal stays until the peer takes something newer."""
    if await tx.connection.fetchval(
        "UPDATE pair SET version = $4"
        " WHERE organisation_id = $1 AND link_id = $2 AND pair_id = $3 AND version < $4 RETURNING true",
        *(tx.organisation_id, pair.link_id, pair.pair_id, version),
    ):
        await _tell(tx, pair, now)


async def applied(tx: Transaction, pair: Pair, version: int, *, now: datetime) -> None:
    """The peer's version is what stands here now; what was refused before no longer counts."""
    await tx.connection.execute(
        "UPDATE pair SET version = $4, refusal = NULL WHERE organisation_id = $1 AND link_id = $2 AND pair_id = $3",
        *(tx.organisation_id, pair.link_id, pair.pair_id, version),
    )
    await _tell(tx, pair, now)


async def acknowledged(tx: Transaction, pair: Pair, version: int, *, now: datetime) -> None:
    """The peer has the version; a refusal of an older one no longer counts."""
    if await tx.connection.fetchval(
        "UPDATE pair SET acknowledged_version = $4, refusal = NULL"
        " WHERE organisation_id = $1 AND link_id = $2 AND pair_id = $3 AND acknowledged_version < $4 RETURNING true",
        *(tx.organisation_id, pair.link_id, pair.pair_id, version),
    ):
        await _tell(tx, pair, now)


async def refuse(tx: Transaction, pair: Pair, reason: str, *, now: datetime) -> None:
    """Note why the newest word about the pair was refused."""
    await tx.connection.execute(
        "UPDATE pair SET refusal = $4 WHERE organisation_id = $1 AND link_id = $2 AND pair_id = $3",
        *(tx.organisation_id, pair.link_id, pair.pair_id, reason),
    )
    await _tell(tx, pair, now)


async def _tell(tx: Transaction, pair: Pair, now: datetime) -> None:
    """Prices and usage have pairs, too, which nobody is shown."""
    if pair.subject in (Subject.ACCOUNT, Subject.SUBSCRIPTION):
        await announce(tx, Topic.SYNC_CHANGED, (pair.local_id,), now=now)


async def _insert(
    tx: Transaction, link_id: UUID, pair_id: UUID, subject: Subject, local_id: UUID, now: datetime
) -> None:
    await tx.connection.execute(
        "INSERT INTO pair (id, organisation_id, link_id, pair_id, subject, local_id, version,"
        " acknowledged_version, created_at) VALUES ($1, $2, $3, $4, $5, $6, 0, 0, $7) ON CONFLICT DO NOTHING",
        *(uuid7(), tx.organisation_id, link_id, pair_id, subject.value, local_id, now),
    )
