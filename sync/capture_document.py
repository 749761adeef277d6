"""Step: write the desired documents from the reseller's rows.

Owns: the mapping from a row to its document, in which the distributor's offerings stand for the reseller's own.
Does not own: the documents' shape (`sync.desired`), or whether they cross (`sync.capture_desired`).
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from bss.catalogue import queries as catalogue
from bss.catalogue.product import Offering
from bss.organisations.account import Account
from bss.subscriptions.subscription import Subscription
from bss.subscriptions.timeline import Timeline
from bss.transaction.begin import Transaction
from sync.desired import AccountDocument, SubscriptionDocument, paid
from sync.pair import Pair


def account_document(account: Account, parent: Pair | None) -> AccountDocument:
    """What crosses of an account: name, accounting number, e-mail, billing address, kind and place."""
    return AccountDocument(
        account.kind,
        account.name,
        account.accounting_number,
        account.email,
        account.billing_address,
        _pair_id(parent),
    )


async def subscription_document(
    tx: Transaction,
    subscription: Subscription,
    timeline: Timeline,
    *,
    account: Pair | None,
    parent: Pair | None,
    predecessor: Pair | None,
) -> SubscriptionDocument:
    """What crosses of a subscription: its paid timeline and the nine fields, in the distributor's offerings."""
    used = {segment.offering_id for segment in timeline} | {subscription.offering_id}
    offerings = await catalogue.offerings(tx.viewer, used)
    link_id = offerings[subscription.offering_id].supply_link_id
    crossing = tuple(
        replace(segment, offering_id=_supplied(offerings[segment.offering_id]))
        for segment in paid(timeline)
        if offerings[segment.offering_id].supply_link_id == link_id
    )
    # A trial that became paid starts, for the distributor, when it became paid.
    starts_at = crossing[0].effective_from if crossing else subscription.starts_at
    return SubscriptionDocument(
        account_pair_id=_pair_id(account),
        offering_id=_supplied(offerings[subscription.offering_id]),
        state=subscription.state,
        starts_at=starts_at,
        ends_at=subscription.ends_at,
        activated_at=subscription.activated_at and max(subscription.activated_at, starts_at),
        renews_automatically=subscription.renews_automatically,
        cycle=subscription.cycle,
        quantity=subscription.quantity,
        characteristics=subscription.characteristics,
        order_reference=subscription.order_reference,
        timeline=crossing,
        term_months=subscription.term_months,
        term_anchor=subscription.term_anchor,
        parent_pair_id=_pair_id(parent),
        predecessor_pair_id=_pair_id(predecessor),
    )


def _pair_id(pair: Pair | None) -> UUID | None:
    return None if pair is None else pair.pair_id


def _supplied(offering: Offering) -> UUID:
    """The distributor's offering behind the reseller's; the caller has seen that there is one."""
    assert offering.supply_offering_id is not None
    return offering.supply_offering_id
