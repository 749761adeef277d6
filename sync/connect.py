"""Join a link, each organisation its own side.

Owns: the link's row and its entry in the directory. Does not own: how both agreed on the key, or how they prove who
they are. Each side joins in its own books; the distributor, which has the terms, sends them when it joins.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from bss.identifier import uuid7
from bss.jobs.enqueue import enqueue
from bss.jobs.job import JobKind
from bss.organisations.account import AccountKind
from bss.organisations.queries import one, organisation
from bss.permission import Permission
from bss.refusal import Conflict, InvalidInput, LockedField, NotFound, WrongState
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command
from sync.link import Side, address_of


@dataclass(frozen=True)
class JoinAsDistributor:
    """This organisation sells to the reseller whose account in these books is `account_id`."""

    link_key: UUID
    peer_name: str
    account_id: UUID


@dataclass(frozen=True)
class JoinAsReseller:
    """This organisation buys from the distributor named `peer_name`."""

    link_key: UUID
    peer_name: str


@command("joinLinkAsDistributor", requires=Permission.LINK_MANAGE, refuses=(NotFound, LockedField, WrongState))
async def join_as_distributor(tx: Transaction, request: JoinAsDistributor, now: datetime) -> Outcome:
    """Join a link as the distributor, and send the terms of the reseller's edge; the edge must be agreed before."""
    account = await one(tx.viewer, request.account_id, path=("accountId",))
    account.refuse_if_mirrored("A link to this account")
    if account.kind is not AccountKind.RESELLER:
        raise InvalidInput.at("accountId", f"A {account.kind} has no BSS of its own to link to.")
    price_list_id = await tx.connection.fetchval(
        "SELECT price_list_id FROM edge WHERE organisation_id = $1 AND buyer_account_id = $2"
        " AND kind = 'selling' AND valid_to IS NULL",
        *(tx.organisation_id, account.id),
    )
    if price_list_id is None:
        raise WrongState(f"Agree on an edge to {account.name} first: it is what the link tells.", ("accountId",))
    joined = await _join(tx, Side.DISTRIBUTOR, request.link_key, request.peer_name, account.id, now)
    await enqueue(tx, JobKind.SYNC_CAPTURE_SUPPLY, str(price_list_id), now=now)
    return joined


@command("joinLinkAsReseller", requires=Permission.LINK_MANAGE)
async def join_as_reseller(tx: Transaction, request: JoinAsReseller, now: datetime) -> Outcome:
    """Join a link as the reseller; offerings can name it as their supply from now on."""
    root_id = (await organisation(tx.viewer)).root_account_id
    return await _join(tx, Side.RESELLER, request.link_key, request.peer_name, root_id, now)


async def _join(
    tx: Transaction, side: Side, link_key: UUID, peer_name: str, account_id: UUID, now: datetime
) -> Outcome:
    if not peer_name.strip():
        raise InvalidInput.at("peerName", "The other organisation needs a name; it is shown where something is locked.")
    peer = await address_of(link_key, side.peer)
    if peer is not None and peer.organisation_id == tx.organisation_id:
        raise InvalidInput.at("linkKey", "An organisation does not buy from itself.")
    link_id = uuid7()
    try:
        await tx.connection.execute(
            "INSERT INTO link (id, organisation_id, link_key, side, peer_name, account_id, epoch, next_sequence,"
            " received_through, created_at) VALUES ($1, $2, $3, $4, $5, $6, 1, 1, 0, $7)",
            *(link_id, tx.organisation_id, link_key, side.value, peer_name.strip(), account_id, now),
        )
        await tx.connection.execute(
            "SELECT directory_register_link($1, $2, $3, $4)", link_key, side.value, tx.organisation_id, link_id
        )
    except asyncpg.UniqueViolationError as taken:
        raise Conflict(f"The {side} of this link has joined already.", ("linkKey",)) from taken
    return Outcome(link_id)
