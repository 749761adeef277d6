"""Step: begin the service of a subscription that is sold; what a sale and a later activation have in common.

Owns: that nothing is sold or activated which an edge in the chain could not price, the first segment, and
when a service of the organisation's own runs. Does not own: the prices (`bss.agreements`), or the service that
another organisation provides, which runs when that one accepts the mirror (`sync`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from uuid import UUID

from bss.agreements.queries import missing_prices
from bss.catalogue.product import Offering
from bss.provisioning.provision import provision
from bss.refusal import Refusal
from bss.subscriptions.subscription import Projection, SubscriptionState
from bss.subscriptions.timeline import Segment, SegmentStatus, started
from bss.subscriptions.write_timeline import write_timeline
from bss.transaction.begin import Transaction


class PriceMissing(Refusal):
    code = "PRICE_MISSING"
    meaning = "An edge between the seller and the account has no price for the offering; the message names it."


async def refuse_unpriced(tx: Transaction, account_path: str, offering: Offering, at: datetime) -> None:
    """Raise `PriceMissing` unless every edge in the chain has a price for the offering at the instant."""
    missing = await missing_prices(tx.viewer, account_path, offering, at)
    if missing:
        raise PriceMissing(f"{offering.name} has no price on {', '.join(missing)}.", ("offeringId",))


async def begin_service(
    tx: Transaction, subscription_id: UUID, offering: Offering, sold: Projection, *, now: datetime
) -> None:
    """Write the subscription as active from its `starts_at` on, which may lie before or after now."""
    first = Segment(
        sold.offering_id,
        SegmentStatus.ACTIVE,
        sold.quantity,
        sold.characteristics,
        sold.cycle_months,
        sold.starts_at,
    )
    active = replace(sold, state=SubscriptionState.ACTIVE, activated_at=sold.starts_at)
    await write_timeline(tx, subscription_id, started(first), active, now=now)
    if not offering.resold:
        await provision(tx, subscription_id, sold.starts_at)
