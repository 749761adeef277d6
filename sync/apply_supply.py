"""Step at the reseller: take the terms at which the organisation buys from its distributor.

Owns: the order prices, then edge; and that what was refused or free before is looked at again under new terms. Does not
own: the rows of the received list and edge (`bss.catalogue.receive_prices`, `bss.agreements.receive_supply`).

Prices are kept for the offerings that resell one of the distributor's. Those of other offerings are passed over: the
distributor's next word holds the whole list again, and can be asked for (`sync.resend_supply`).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from bss.agreements.receive_supply import SupplyTerms, receive_supply
from bss.catalogue.receive_prices import receive_prices
from bss.jobs.enqueue import enqueue
from bss.jobs.job import JobKind
from bss.transaction.begin import Transaction
from sync import pair as pairs
from sync.link import Link
from sync.message import Message, Subject
from sync.observed import SupplyDocument
from sync.resume import resume_all


async def apply_supply(tx: Transaction, link: Link, message: Message, now: datetime) -> UUID | None:
    """Write the received price list and the supply edge; None when newer terms were there."""
    document = SupplyDocument.read(message.data)
    pair = await pairs.adopted(tx, link.id, Subject.SUPPLY, message.pair_id, now)
    if message.version <= pair.version:
        return None
    received = await receive_prices(tx, link.id, document.prices)
    terms = SupplyTerms(
        link.id,
        received.price_list_id,
        document.prices.currency,
        document.zone,
        document.policy,
        document.billing_day,
    )
    edge_id = await receive_supply(tx, terms, now=now)
    await pairs.applied(tx, pair, message.version, now=now)
    await resume_all(tx, link, now)
    await enqueue(tx, JobKind.SYNC_CAPTURE_PAID, str(received.price_list_id), now=now)
    return edge_id
