"""Agree the terms at which an account buys from one above it."""

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
from bss.organisations.account import Account, AccountClosed
from bss.organisations.queries import one
from bss.permission import Permission
from bss.refusal import Conflict, InvalidInput, LockedField, NotFound, Problem
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class AgreeEdge:
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
class _Parties:
    """Everything that the terms name."""

    seller: Account
    buyer: Account
    bill_to: Account
    price_list: PriceList
    issuer: Issuer


@command("agreeEdge", requires=Permission.EDGE_MANAGE, refuses=(NotFound, LockedField, AccountClosed))
async def agree_edge(tx: Transaction, request: AgreeEdge, now: datetime) -> Outcome:
    """Agree a selling edge; an account buys on one edge only."""
    parties = await _parties(tx, request)
    parties.buyer.refuse_if_mirrored("The terms of this account")
    parties.bill_to.refuse_if_mirrored("The invoices of this account")
    parties.seller.refuse_if_closed(("sellerAccountId",))
    parties.buyer.refuse_if_closed(("buyerAccountId",))
    parties.bill_to.refuse_if_closed(("billToAccountId",))
    if problems := [*_party_problems(parties), *term_problems(request.zone, request.policy, request.billing_day)]:
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
            zone=request.zone,
            policy=request.policy,
            billing_day=request.billing_day,
            bill_to_account_id=parties.bill_to.id,
            issuer_id=parties.issuer.id,
            received=False,
            created_at=now,
        )
    except IntegrityError as taken:
        raise Conflict("This account buys on an edge already.", ("buyerAccountId",)) from taken
    return Outcome(edge_id)


async def _parties(tx: Transaction, request: AgreeEdge) -> _Parties:
    buyer = await one(tx.viewer, request.buyer_account_id, path=("buyerAccountId",))
    bill_to = buyer
    if request.bill_to_account_id is not None:
        bill_to = await one(tx.viewer, request.bill_to_account_id, path=("billToAccountId",))
    return _Parties(
        seller=await one(tx.viewer, request.seller_account_id, path=("sellerAccountId",)),
        buyer=buyer,
        bill_to=bill_to,
        price_list=await price_list(tx.viewer, request.price_list_id, path=("priceListId",)),
        issuer=await issuer(tx.viewer, request.issuer_id, path=("issuerId",)),
    )


def _party_problems(parties: _Parties) -> Iterator[Problem]:
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
