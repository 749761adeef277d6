"""Step: let the add-ons of a plan end, or go on, when their plan does.

Owns: which add-ons follow. Does not own: when the plan ends (the commands), or cancellations, which end both alike.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bss.subscriptions.open_change import open_add_ons
from bss.subscriptions.order import Order
from bss.subscriptions.subscription import Subscription
from bss.subscriptions.timeline import ended, lasting_until
from bss.subscriptions.write_timeline import write_timeline
from bss.transaction.begin import Transaction


async def follow_plan(tx: Transaction, before: Subscription, after: Subscription, order: Order, now: datetime) -> None:
    """Give the add-ons that lasted as long as the plan `before` the end, the term and the renewal of the plan `after`.

    What ends earlier than its plan stays as it is, unless the plan now ends before it.
    """
    for each in await open_add_ons(tx, before, order.verb, now):
        own = each.subscription
        outlives = after.ends_at is not None and (own.ends_at is None or own.ends_at > after.ends_at)
        if outlives or own.ends_at == before.ends_at:
            wanted = lasting_until(each.timeline, None)
            if after.ends_at is not None:
                wanted = ended(wanted, after.ends_at)
            followed = replace(
                own,
                ends_at=after.ends_at,
                term_anchor=after.term_anchor or after.starts_at,
                renews_automatically=after.renews_automatically,
            )
            await write_timeline(tx, own.id, wanted, followed, order, now=now)
