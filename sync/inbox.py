"""The inbox: which messages of a link have arrived, and what was answered.

Owns: the rows, and the contiguous high-water mark that follows from them. Does not own: what a message does
(`sync.receive`). Rows are appended and never changed: a repeated message gets the first answer.
"""

from __future__ import annotations

from datetime import datetime

from bss.identifier import uuid7
from bss.transaction.begin import Transaction
from sync.batch import Result, Verdict
from sync.link import Link
from sync.message import Message


async def remembered(tx: Transaction, link: Link, message: Message) -> Result | None:
    """What was answered to this message before, if it has arrived before."""
    row = await tx.connection.fetchrow(
        "SELECT result, reason FROM inbox WHERE organisation_id = $1 AND link_id = $2 AND message_id = $3",
        *(tx.organisation_id, link.id, message.id),
    )
    if row is None:
        return None
    code, _, text = (row["reason"] or "").partition(": ")
    return Result(message.sequence, Verdict(row["result"]), code or None, text or None, repeated=True)


async def remember(tx: Transaction, link: Link, message: Message, result: Result, *, now: datetime) -> None:
    """Store the answer in the transaction of its effect. The caller holds the link's lock.

    A copy that slipped past the lock would break on the unique message id, and with it its effect.
    """
    await tx.connection.execute(
        "INSERT INTO inbox (id, organisation_id, link_id, message_id, sequence, result, reason, received_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        *(uuid7(), tx.organisation_id, link.id, message.id, message.sequence),
        *(result.verdict.value, result.reason, now),
    )
    if message.sequence == link.received_through + 1:
        await _raise_high_water(tx, link)


async def _raise_high_water(tx: Transaction, link: Link) -> None:
    """Move the mark to the end of the run that the new message closed up."""
    await tx.connection.execute(
        "UPDATE link SET received_through = (SELECT min(i.sequence) FROM inbox i WHERE i.organisation_id = $1"
        "  AND i.link_id = $2 AND i.sequence > $3 AND NOT EXISTS (SELECT FROM inbox n"
        "   WHERE n.organisation_id = $1 AND n.link_id = $2 AND n.sequence = i.sequence + 1))"
        " WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, link.id, link.received_through),
    )
