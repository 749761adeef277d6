"""Agree the terms at which the organisation buys from a vendor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from tortoise.exceptions import IntegrityError

from bss.agreements.edge import EdgeKind
from bss.agreements.models import EdgeModel
from bss.agreements.queries import edge
from bss.agreements.refuse_unpriced_edge import refuse_unpriced_edge
from bss.agreements.terms import term_problems
from bss.catalogue.queries import price_list
from bss.identifier import uuid7
from bss.permission import Permission
from bss.refusal import Conflict, InvalidInput, NotFound, Problem
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class AgreeSupply:
    """The vendor and the currency are the price list's; the terms are those by which the vendor bills."""

    price_list_id: UUID
    zone: str
    policy: str
    billing_day: int


@command("agreeSupply", requires=Permission.VENDOR_MANAGE, refuses=(NotFound,))
async def agree_supply(tx: Transaction, request: AgreeSupply, now: datetime) -> Outcome:
    """Agree a vendor's supply edge: what is sold of its products costs what its list says. One for each vendor.

    It holds without a bound, so that the list has to price what was sold of them before, from its first day on.
    """
    listed = await price_list(tx.viewer, request.price_list_id, path=("priceListId",))
    problems = list(term_problems(request.zone, request.policy, request.billing_day))
    if listed.vendor_id is None:
        problems.append(Problem(("priceListId",), f"{listed.name} is not a price list of a vendor."))
    if problems:
        raise InvalidInput(problems)
    edge_id = uuid7()
    try:
        await EdgeModel.create(
            using_db=tx.db,
            id=edge_id,
            organisation_id=tx.organisation_id,
            path=listed.path,
            kind=EdgeKind.SUPPLY.value,
            buyer_account_id=listed.owner_id,
            price_list_id=listed.id,
            currency=listed.currency,
            zone=request.zone,
            policy=request.policy,
            billing_day=request.billing_day,
            bill_to_account_id=listed.owner_id,
            vendor_id=listed.vendor_id,
            received=False,
            created_at=now,
        )
    except IntegrityError as taken:
        raise Conflict("The organisation buys from this vendor already.", ("priceListId",)) from taken
    await refuse_unpriced_edge(tx, await edge(tx.viewer, edge_id), None)
    return Outcome(edge_id)
