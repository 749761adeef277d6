"""Step: write the terms at which the organisation buys over a link, as its supplier states them.

Owns: the supply edge, one for each link. Does not own: the messages that bring the terms (`sync`), or the
supplier's prices (`bss.catalogue.receive_prices`). Runs as bss_sync: the database refuses other roles.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.agreements.edge import EdgeKind
from bss.agreements.terms import term_problems
from bss.catalogue.queries import price_list
from bss.identifier import derived
from bss.organisations.queries import one, organisation
from bss.refusal import InvalidInput, Problem
from bss.transaction.begin import Transaction


@dataclass(frozen=True)
class SupplyTerms:
    """The supplier's selling edge, seen from its buyer; `price_list_id` is the received list's id here."""

    link_id: UUID
    price_list_id: UUID
    currency: str
    zone: str
    policy: str
    billing_day: int


_WRITE = """
INSERT INTO edge (id, organisation_id, path, kind, buyer_account_id, bill_to_account_id, link_id, price_list_id,
  currency, zone, policy, billing_day, received, created_at)
VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $10, $11, true, $12)
ON CONFLICT (organisation_id, link_id) WHERE kind = 'supply' DO UPDATE SET
  price_list_id = excluded.price_list_id, currency = excluded.currency, zone = excluded.zone,
  policy = excluded.policy, billing_day = excluded.billing_day
"""


async def receive_supply(tx: Transaction, terms: SupplyTerms, *, now: datetime) -> UUID:
    """Write or replace the link's supply edge; its id is derived from the link.

    Raises `NotFound` for an unknown price list, `InvalidInput` for one in another currency or that was not
    received, and for terms that this installation cannot bill by.
    """
    received = await price_list(tx.viewer, terms.price_list_id, path=("priceListId",))
    problems = list(term_problems(terms.zone, terms.policy, terms.billing_day))
    if not received.received:
        problems.append(Problem(("priceListId",), "Only a received price list is a supplier's."))
    if received.currency != terms.currency:
        message = f"The edge is in {terms.currency}, its price list in {received.currency}."
        problems.append(Problem(("currency",), message))
    if problems:
        raise InvalidInput(problems)
    root = await one(tx.viewer, (await organisation(tx.viewer)).root_account_id)
    edge_id = derived("supply edge", tx.organisation_id, terms.link_id)
    await tx.connection.execute(
        _WRITE,
        *(edge_id, tx.organisation_id, root.path, EdgeKind.SUPPLY.value, root.id, terms.link_id, received.id),
        *(terms.currency, terms.zone, terms.policy, terms.billing_day, now),
    )
    return edge_id
