"""Step: write a selling edge; what an agreement and the move of an account have in common.

Owns: what the parties and the terms of a selling edge must be, and since when the edge holds. Does not own: who may
agree on one (the commands), or the prices (`bss.catalogue`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from bss.agreements.edge import EdgeKind
from bss.agreements.issuer import Issuer
from bss.agreements.models import EdgeModel
from bss.agreements.queries import issuer
from bss.agreements.terms import term_problems
from bss.catalogue.price_list import PriceList
from bss.catalogue.queries import price_list
from bss.identifier import uuid7
from bss.organisations.account import Account
from bss.organisations.queries import one
from bss.outbox.event import EventName
from bss.outbox.record import record
from bss.refusal import Conflict, InvalidInput, Problem
from bss.transaction.begin import Transaction


@dataclass(frozen=True)
class SellingTerms:
    """All terms but the currency, which is the price list's. Without a Bill-To the buyer is invoiced."""

    seller_account_id: UUID
    buyer_account_id: UUID
    price_list_id: UUID
    zone: str
    policy: str
    billing_day: int
    issuer_id: UUID
    bill_to_account_id: UUID | None = None


@dataclass(frozen=True)
class Parties:
    """Everything that the terms name."""

    seller: Account
    buyer: Account
    bill_to: Account
    price_list: PriceList
    issuer: Issuer


async def write_edge(tx: Transaction, terms: SellingTerms, *, valid_from: datetime | None, now: datetime) -> UUID:
    """Write a selling edge that holds from the instant on; an account buys on one edge at a time.

    Raises `NotFound`, `LockedField`, `AccountClosed`, `InvalidInput` and `Conflict`, with the paths of the terms.
    """
    parties = await named_parties(tx, terms)
    _refuse_unready(parties)
    if problems := [*party_problems(parties), *term_problems(terms.zone, terms.policy, terms.billing_day)]:
        raise InvalidInput(problems)
    edge_id = uuid7()
    try:
        await EdgeModel.create(
            using_db=tx.db,
            id=edge_id,
            organisation_id=tx.organisation_id,
            path=parties.buyer.path,
            kind=EdgeKind.SELLING.value,
            seller_account_id=parties.seller.id,
            buyer_account_id=parties.buyer.id,
            price_list_id=parties.price_list.id,
            currency=parties.price_list.currency,
            zone=terms.zone,
            policy=terms.policy,
            billing_day=terms.billing_day,
            bill_to_account_id=parties.bill_to.id,
            issuer_id=parties.issuer.id,
            received=False,
            created_at=now,
            valid_from=valid_from,
        )
    except IntegrityError as taken:
        raise Conflict("This account buys on an edge already.", ("buyerAccountId",)) from taken
    await record(tx, EventName.PRICES_CHOSEN, parties.price_list.id, now=now)
    return edge_id


async def last_end(tx: Transaction, buyer_account_id: UUID) -> datetime | None:
    """When the buyer's last edge ended; None when it never had one that ended."""
    ended: datetime | None = await tx.connection.fetchval(
        "SELECT max(valid_to) FROM edge WHERE organisation_id = $1 AND buyer_account_id = $2 AND kind = 'selling'",
        *(tx.organisation_id, buyer_account_id),
    )
    return ended


async def named_parties(tx: Transaction, terms: SellingTerms) -> Parties:
    """Everything that the terms name. Raises `NotFound` with the input's path."""
    buyer = await one(tx.viewer, terms.buyer_account_id, path=("buyerAccountId",))
    bill_to = buyer
    if terms.bill_to_account_id is not None:
        bill_to = await one(tx.viewer, terms.bill_to_account_id, path=("billToAccountId",))
    return Parties(
        seller=await one(tx.viewer, terms.seller_account_id, path=("sellerAccountId",)),
        buyer=buyer,
        bill_to=bill_to,
        price_list=await price_list(tx.viewer, terms.price_list_id, path=("priceListId",)),
        issuer=await issuer(tx.viewer, terms.issuer_id, path=("issuerId",)),
    )


def _refuse_unready(parties: Parties) -> None:
    """A mirrored account's terms are made in the reseller's books, and a closed one gets no new ones."""
    parties.buyer.refuse_if_mirrored("The terms of this account")
    parties.bill_to.refuse_if_mirrored("The invoices of this account")
    parties.seller.refuse_if_closed(("sellerAccountId",))
    parties.buyer.refuse_if_closed(("buyerAccountId",))
    parties.bill_to.refuse_if_closed(("billToAccountId",))


def party_problems(parties: Parties) -> Iterator[Problem]:
    """What keeps these from standing on one edge."""
    seller, buyer = parties.seller, parties.buyer
    if buyer.path == seller.path or not buyer.path.startswith(seller.path):
        yield Problem(("buyerAccountId",), f"{buyer.name} does not stand below {seller.name}.")
    elif parties.bill_to.path == seller.path or not parties.bill_to.path.startswith(seller.path):
        yield Problem(("billToAccountId",), f"{parties.bill_to.name} does not stand below {seller.name}.")
    if parties.price_list.for_buying:
        yield Problem(("priceListId",), "At a supplier's prices the organisation buys; it does not sell at them.")
    if parties.price_list.owner_id != seller.id:
        yield Problem(("priceListId",), f"{parties.price_list.name} is not a price list of {seller.name}.")
    if parties.issuer.owner_id != seller.id:
        yield Problem(("issuerId",), f"{parties.issuer.name} is not an issuer of {seller.name}.")
