"""Step: what the sales of an offering, of an add-on and of a bundle have in common.

Owns: to whom is sold, which offerings are known, and what a new subscription is before its service begins. Does not
own: what is asked for (the commands), or the price check and the first segments (`begin_service`).
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from bss.catalogue.from_above import published_by_ancestors
from bss.catalogue.product import Offering
from bss.identifier import label
from bss.organisations import queries as organisations
from bss.organisations.account import Account
from bss.refusal import NotFound
from bss.subscriptions.subscription import Projection, SubscriptionState
from bss.transaction.begin import Transaction


async def open_buyer(tx: Transaction, account_id: UUID) -> Account:
    """The account that is sold or transferred to. Raises `NotFound`, `LockedField` and `AccountClosed`."""
    account = await organisations.one(tx.viewer, account_id, path=("accountId",))
    account.refuse_if_mirrored(f"The account {account.name!r}")
    account.refuse_if_closed(("accountId",))
    return account


async def known_offering(tx: Transaction, offering_id: UUID) -> Offering:
    """The offering that is asked for, as far as the viewer may know it. Raises `NotFound`."""
    found = (await published_by_ancestors(tx.viewer, (offering_id,))).get(offering_id)
    if found is None:
        raise NotFound("offering", ("offeringId",))
    return found


def reference(given: str, first_id: UUID) -> str:
    """The order reference: the one that is given, or one made from the id of the first subscription that is sold."""
    return given.strip() or f"ORD-{label(first_id).upper()}"


def by_itself(
    account: Account, offering: Offering, quantity: Decimal, starts_at: datetime, order_reference: str
) -> Projection:
    """A subscription of the account to a plan or an asset, with the offering's name and term."""
    return Projection(
        path=account.path,
        account_id=account.id,
        offering_id=offering.id,
        name=offering.name,
        state=SubscriptionState.CREATED,
        quantity=quantity,
        characteristics={},
        cycle=offering.cycle,
        term_months=offering.term_months,
        renews_automatically=True,
        order_reference=order_reference,
        starts_at=starts_at,
    )


def beside(
    plan_id: UUID, plan: Projection, offering: Offering, quantity: Decimal, starts_at: datetime, order_reference: str
) -> Projection:
    """A subscription to an add-on, with what it has from its plan: account, term and renewal."""
    return Projection(
        path=plan.path,
        account_id=plan.account_id,
        offering_id=offering.id,
        name=f"{plan.name}: {offering.name}",
        state=SubscriptionState.CREATED,
        quantity=quantity,
        characteristics={},
        cycle=offering.cycle,
        term_months=plan.term_months,
        term_anchor=plan.term_anchor or plan.starts_at,
        renews_automatically=plan.renews_automatically,
        order_reference=order_reference,
        starts_at=starts_at,
        parent_id=plan_id,
    )
