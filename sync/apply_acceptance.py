"""Step at the reseller: take the distributor's answer to a version of a subscription.

Owns: that the newest answer counts, whatever order answers come in. Does not own: what the same answer does when it
comes as the result of a message (`sync.conclude`), whose steps it uses.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bss.provisioning.provision import provision, refuse_mirror, removed
from bss.refusal import Refusal
from bss.transaction.begin import Transaction
from sync import pair as pairs
from sync.conclude import refused, taken
from sync.link import Link
from sync.message import Message, Subject
from sync.observed import AcceptanceDocument


class PairUnknown(Refusal):
    code = "SYNC_PAIR_UNKNOWN"
    meaning = "The distributor speaks of a subscription, or of a version of it, that this organisation never sent."


async def apply_acceptance(tx: Transaction, link: Link, message: Message, now: datetime) -> UUID | None:
    """Note on the origin that its service runs, has ended, or is refused; None when a newer answer was there."""
    document = AcceptanceDocument.read(message.data)
    pair = await pairs.named(tx, link.id, Subject.SUBSCRIPTION, message.pair_id)
    if pair is None:
        raise PairUnknown(f"There is no subscription with the pair {message.pair_id}.")
    if document.desired_version > pair.version:
        raise PairUnknown(f"Version {document.desired_version} of the pair {message.pair_id} was never sent.")
    if document.version < await _answered(tx, link, message.pair_id):
        return None
    told = (tx, link.id, Subject.SUBSCRIPTION, message.pair_id, document.desired_version)
    if document.refusal is not None:
        await refused(*told, document.refusal, now=now)
    else:
        await taken(*told, now=now)
    await _note_service(tx, pair.local_id, document)
    return pair.local_id


async def _answered(tx: Transaction, link: Link, pair_id: UUID) -> int:
    """The newest answer so far, numbered as `AcceptanceDocument.version` numbers answers."""
    newest = await tx.connection.fetchval(
        "SELECT max(2 * version + CASE state WHEN 'acknowledged' THEN 1 ELSE 0 END) FROM outbound"
        " WHERE organisation_id = $1 AND link_id = $2 AND subject = 'subscription' AND pair_id = $3"
        " AND state IN ('acknowledged', 'parked')",
        *(tx.organisation_id, link.id, pair_id),
    )
    return int(newest or 0)


async def _note_service(tx: Transaction, subscription_id: UUID, document: AcceptanceDocument) -> None:
    if document.provisioned_at is not None:
        await provision(tx, subscription_id, document.provisioned_at)
    if document.removed_at is not None:
        await removed(tx, subscription_id, document.removed_at)
    await refuse_mirror(tx, subscription_id, document.refusal)
