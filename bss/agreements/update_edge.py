"""Change the terms at which an account buys, from the billing period in progress on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from bss.agreements.edge import Edge, EdgeKind
from bss.agreements.queries import edge
from bss.agreements.refuse_unpriced_edge import refuse_unpriced_edge
from bss.agreements.terms import term_problems
from bss.agreements.write_edge import Parties, SellingTerms, named_parties, party_problems
from bss.identifier import uuid7
from bss.organisations.account import AccountKind
from bss.outbox.event import EventName
from bss.outbox.record import record
from bss.period import zone_named
from bss.permission import Permission
from bss.refusal import InvalidInput, LockedField, NotFound, Problem
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class UpdateEdge:
    """The terms of a selling edge that are to be otherwise; None: as they are."""

    edge_id: UUID
    price_list_id: UUID | None = None
    bill_to_account_id: UUID | None = None
    issuer_id: UUID | None = None
    policy: str | None = None
    billing_day: int | None = None


@command("updateEdge", requires=Permission.EDGE_MANAGE, refuses=(NotFound, LockedField))
async def update_edge(tx: Transaction, request: UpdateEdge, now: datetime) -> Outcome:
    """Change the terms of a selling edge from the billing period in progress on; what has ended is billed as agreed.

    A new billing day cuts that period short or makes it longer; it is refused where it would end it in the past. So is
    a price list that lacks a price of what runs on the edge.
    """
    await tx.connection.execute(
        "SELECT FROM edge WHERE organisation_id = $1 AND id = $2 FOR NO KEY UPDATE", tx.organisation_id, request.edge_id
    )
    before = await edge(tx.viewer, request.edge_id, path=("edgeId",))
    if before.kind is EdgeKind.SUPPLY or before.seller_account_id is None or before.issuer_id is None:
        raise InvalidInput.at("edgeId", "At these terms the organisation buys; its supplier makes them.")
    if before.valid_to is not None and before.valid_to <= now:
        raise InvalidInput.at("edgeId", "The edge has ended; its buyer buys on another one, or on none.")
    wished = SellingTerms(
        before.seller_account_id,
        before.buyer_account_id,
        request.price_list_id or before.price_list_id,
        before.zone,
        before.policy if request.policy is None else request.policy,
        before.billing_day if request.billing_day is None else request.billing_day,
        request.issuer_id or before.issuer_id,
        request.bill_to_account_id or before.bill_to_account_id,
    )
    parties = await named_parties(tx, wished)
    parties.bill_to.refuse_if_mirrored("The invoices of this account")
    if problems := list(_problems(before, wished, parties, now)):
        raise InvalidInput(problems)
    since = before.period(now).start
    if _priced_otherwise(before, wished):
        after = replace(before, price_list_id=wished.price_list_id, billing_day=wished.billing_day, terms_since=since)
        place = "billingDay" if wished.price_list_id == before.price_list_id else "priceListId"
        await refuse_unpriced_edge(tx, after, since, place=place)
    await _replace_terms(tx, before, wished, since, now)
    return Outcome(before.id)


def _priced_otherwise(before: Edge, wished: SellingTerms) -> bool:
    """Whether other prices may hold: by another list, or by another version of it, on another day."""
    return (wished.price_list_id, wished.billing_day) != (before.price_list_id, before.billing_day)


def _problems(before: Edge, wished: SellingTerms, parties: Parties, now: datetime) -> Iterator[Problem]:
    yield from party_problems(parties)
    if parties.price_list.currency != before.currency:
        message = f"The edge is in {before.currency}, the price list in {parties.price_list.currency}."
        yield Problem(("priceListId",), message)
    found = list(term_problems(wished.zone, wished.policy, wished.billing_day))
    yield from found
    if parties.buyer.kind is AccountKind.RESELLER:
        yield from _linked_problems(before, wished, parties.buyer.name)
    if not found and (ended := _ended_before(before, wished, now)) is not None:
        message = f"The period in progress would have ended on {ended}; a billing day can move to a day to come."
        yield Problem(("billingDay",), message)


def _linked_problems(before: Edge, wished: SellingTerms, buyer: str) -> Iterator[Problem]:
    """A reseller with its own books closes its periods at its own time, by terms that both sides must have alike."""
    for path, name in (("priceListId", "price_list_id"), ("policy", "policy"), ("billingDay", "billing_day")):
        if getattr(before, name) != getattr(wished, name):
            yield Problem((path,), f"{buyer} has books of its own, in which the same term stands; it stays.")


def _ended_before(before: Edge, wished: SellingTerms, now: datetime) -> str | None:
    """The local day on which the period in progress would have ended already; None when it goes on."""
    start = before.period(now).start
    end = replace(before, billing_day=wished.billing_day, terms_since=start).period(start).end
    return None if end > now else f"{end.astimezone(zone_named(before.zone)):%Y-%m-%d}"


async def _replace_terms(tx: Transaction, before: Edge, wished: SellingTerms, since: datetime, now: datetime) -> None:
    """Keep the terms of the periods that have ended, and write the new ones from the start of the one in progress."""
    await tx.connection.execute(
        "INSERT INTO past_terms (id, organisation_id, path, edge_id, price_list_id, policy, billing_day,"
        " bill_to_account_id, issuer_id, valid_from, valid_until, actor_name, recorded_at)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        *(uuid7(), tx.organisation_id, before.path, before.id, before.price_list_id, before.policy, before.billing_day),
        *(before.bill_to_account_id, before.issuer_id, before.terms_since, since, tx.viewer.actor_name, now),
    )
    await tx.connection.execute(
        "UPDATE edge SET price_list_id = $3, policy = $4, billing_day = $5, bill_to_account_id = $6, issuer_id = $7,"
        " terms_since = $8 WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, before.id, wished.price_list_id, wished.policy, wished.billing_day),
        *(wished.bill_to_account_id, wished.issuer_id, since),
    )
    if _priced_otherwise(before, wished):
        await record(tx, EventName.PRICES_CHOSEN, wished.price_list_id, now=now)
