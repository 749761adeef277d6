"""Step at the reseller: take the hours that the distributor metered on a mirror.

Owns: that they go to the origin of the pair. Does not own: which revision counts (`bss.metering.exchange`).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bss.metering.exchange import HourRow, receive_hours
from bss.transaction.begin import Transaction
from sync import pair as pairs
from sync.apply_acceptance import PairUnknown
from sync.link import Link
from sync.message import Message, Subject
from sync.observed import UsageDocument


async def apply_usage(tx: Transaction, link: Link, message: Message, now: datetime) -> UUID | None:
    """Write the hours whose revision is newer; None when none is."""
    document = UsageDocument.read(message.data)
    pair = await pairs.named(tx, link.id, Subject.SUBSCRIPTION, message.pair_id)
    if pair is None:
        raise PairUnknown(f"There is no subscription with the pair {message.pair_id}.")
    rows = [
        HourRow(
            pair.local_id,
            record.meter,
            record.resource,
            record.hour,
            record.revision,
            record.quantity,
            record.samples,
        )
        for record in document.records
    ]
    return pair.local_id if await receive_hours(tx, rows, now=now) else None
