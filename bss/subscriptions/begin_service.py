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
from bss.organisations.queries import organisation
from bss.period import term
from bss.provisioning.provision import provision
from bss.refusal import Refusal
from bss.subscriptions.order import Order
from bss.subscriptions.subscription import Projection, SubscriptionState, Verb
from bss.subscriptions.timeline import Segment, SegmentStatus, lasting_until, started
from bss.subscriptions.write_timeline import write_timeline
from bss.transaction.begin import Transaction


class PriceMissing(Refusal):
    code = "PRICE_MISSING"
    meaning = "An edge between the seller and the account has no price for the offering; the message names it."


async def refuse_unpriced(
    tx: Transaction, account_path: str, offering: Offering, at: datetime, *, name: str = "offeringId"
) -> None:
    """Raise `PriceMissing` unless every edge in the chain has a price for the offering at the instant.

    `name` is the input's field that names the offering, or what it is sold in.
    """
    missing = await missing_prices(tx.viewer, account_path, offering, at)
    if missing:
        raise PriceMissing(f"{offering.name} has no price on {', '.join(missing)}.", (name,))


async def first_end(tx: Transaction, sold: Projection, paid_from: datetime) -> datetime:
    """The end of the first term of what is not renewed; a trial is no part of a term."""
    zone = (await organisation(tx.viewer)).zone
    anchor = sold.term_anchor or paid_from
    return term(max(paid_from, anchor), anchor=anchor, months=sold.term_months, zone=zone).end


async def begin_service(
    tx: Transaction,
    subscription_id: UUID,
    offering: Offering,
    sold: Projection,
    verb: Verb,
    *,
    now: datetime,
    tried_until: datetime | None = None,
) -> None:
    """Write the subscription as active from its `starts_at` on, which may lie before or after now.

    With `tried_until` it is in trial until then. Without automatic renewal it ends with its first term.
    """
    paying = Segment(
        sold.offering_id,
        SegmentStatus.ACTIVE,
        sold.quantity,
        sold.characteristics,
        sold.cycle,
        tried_until or sold.starts_at,
    )
    trial = replace(paying, status=SegmentStatus.TRIAL, effective_from=sold.starts_at, effective_to=tried_until)
    timeline = started(paying) if tried_until is None else (trial, paying)
    active = replace(sold, state=SubscriptionState.ACTIVE, activated_at=sold.starts_at)
    if not sold.renews_automatically:
        active = replace(active, ends_at=await first_end(tx, sold, paying.effective_from))
        timeline = lasting_until(timeline, active.ends_at)
    await write_timeline(tx, subscription_id, timeline, active, Order(verb, sold.starts_at), now=now)
    if not offering.resold:
        await provision(tx, subscription_id, sold.starts_at)
