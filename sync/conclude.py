"""Step: conclude sent messages by the peer's results.

Owns: what a result does to an outbound row and to its pair, and that a refusal parks one pair and no other. Does not
own: sending (`sync.deliver`), or the distributor's acceptance, which says the same and more (`sync.apply_acceptance`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from bss.failpoint import fp
from bss.provisioning.provision import refuse_mirror
from bss.transaction.begin import Transaction, begin
from bss.viewer import Viewer
from sync import link as links
from sync import pair as pairs
from sync.batch import Answer, Result, Verdict
from sync.message import HALF, Half, Message, Subject


async def conclude(
    viewer: Viewer, link_id: UUID, messages: Sequence[Message], answer: Answer, *, now: datetime
) -> bool:
    """Note every result, and give the lease back; returns whether the peer wants something again."""
    async with begin(viewer) as tx:
        await links.locked(tx, link_id)
        for message, result in zip(messages, answer.results, strict=True):
            told = (link_id, message.subject, message.pair_id, message.version)
            if result.verdict is Verdict.REFUSED:
                await refused(tx, *told, str(result.reason), now=now)
            elif result.verdict is not Verdict.GAP:
                await taken(tx, *told, now=now)
        wanted = [_told(result) for result in answer.results if result.verdict is Verdict.GAP]
        await tx.connection.execute(
            "UPDATE link SET lease_until = NULL, last_error = $3 WHERE organisation_id = $1 AND id = $2",
            *(tx.organisation_id, link_id, "; ".join(wanted) or None),
        )
        fp("sync.before_conclude_commit")
    return bool(wanted)


def _told(result: Result) -> str:
    return f"message {result.sequence}: {result.reason}"


async def taken(
    tx: Transaction, link_id: UUID, subject: Subject, pair_id: UUID, version: int, *, now: datetime
) -> None:
    """The peer has this version: the row is acknowledged, and an older refusal of the pair is over."""
    await _settle(tx, link_id, subject, pair_id, version, "acknowledged", None)
    if HALF[subject] is Half.DESIRED:
        pair = await pairs.named(tx, link_id, subject, pair_id)
        if pair is not None:
            await pairs.acknowledged(tx, pair, version, now=now)


async def refused(
    tx: Transaction, link_id: UUID, subject: Subject, pair_id: UUID, version: int, reason: str, *, now: datetime
) -> None:
    """The peer refuses this version: the row is parked, and a subscription says that it is not provisioned."""
    if not await _settle(tx, link_id, subject, pair_id, version, "parked", reason):
        return
    pair = await pairs.named(tx, link_id, subject, pair_id)
    if pair is None:
        return
    await pairs.refuse(tx, pair, reason, now=now)
    if subject is Subject.SUBSCRIPTION:
        await refuse_mirror(tx, pair.local_id, reason)


async def unsendable(
    tx: Transaction, link_id: UUID, subject: Subject, pair_id: UUID, version: int, reason: str, *, now: datetime
) -> None:
    """No peer could read this version, sent before or not: it is parked as if the peer had refused it."""
    await tx.connection.execute(
        "UPDATE outbound SET state = 'sent' WHERE organisation_id = $1 AND link_id = $2"
        " AND subject = $3 AND pair_id = $4 AND version = $5 AND state = 'pending'",
        *(tx.organisation_id, link_id, subject.value, pair_id, version),
    )
    await refused(tx, link_id, subject, pair_id, version, reason, now=now)


async def _settle(
    tx: Transaction, link_id: UUID, subject: Subject, pair_id: UUID, version: int, state: str, reason: str | None
) -> bool:
    """Note the result of a row that waits for one; returns whether it did. Older parked rows of the pair give way."""
    settled = await tx.connection.fetchval(
        "UPDATE outbound SET state = $6, reason = $7 WHERE organisation_id = $1 AND link_id = $2"
        " AND subject = $3 AND pair_id = $4 AND version = $5 AND state = 'sent' RETURNING true",
        *(tx.organisation_id, link_id, subject.value, pair_id, version, state, reason),
    )
    if settled and subject is not Subject.USAGE:
        await tx.connection.execute(
            "UPDATE outbound SET state = 'superseded' WHERE organisation_id = $1 AND link_id = $2"
            " AND subject = $3 AND pair_id = $4 AND version < $5 AND state = 'parked'",
            *(tx.organisation_id, link_id, subject.value, pair_id, version),
        )
    return bool(settled)
