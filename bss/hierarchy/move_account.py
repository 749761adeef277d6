"""Move an account, with all that is below it, under another one of the organisation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.agreements.write_edge import SellingTerms, write_edge
from bss.hierarchy.earliest_move import refuse_closed_past
from bss.hierarchy.refuse_uncharged import refuse_uncharged
from bss.hierarchy.relocate import depth_below, relocate
from bss.organisations.account import Account, AccountClosed, AccountKind
from bss.organisations.account_problems import MOST_DEPTH, place_problems
from bss.organisations.open_account import open_account
from bss.organisations.queries import one
from bss.outbox.event import EventName
from bss.outbox.record import record
from bss.permission import Permission
from bss.refusal import InvalidInput, LockedField, NotFound, Problem, WrongState
from bss.subscriptions.begin_service import PriceMissing
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class NewTerms:
    """At which the account buys from the instant of the move on; from the new parent, unless a seller is named."""

    price_list_id: UUID
    zone: str
    policy: str
    billing_day: int
    issuer_id: UUID
    seller_account_id: UUID | None = None
    bill_to_account_id: UUID | None = None


@dataclass(frozen=True)
class MoveAccount:
    """The account stands under the new parent from `effective_at` on; left out, from now on.

    Without terms it keeps its edge where its seller still stands above it, and else buys on none: the nearest edge
    above charges what it consumes, and where there is none that can, the move is refused. Terms need `edge:manage`, an
    instant in the past `subscription:backdate`.
    """

    account_id: UUID
    new_parent_id: UUID
    effective_at: datetime | None = None
    terms: NewTerms | None = None
    expected_version: int | None = None


@command(
    "moveAccount",
    requires=Permission.ACCOUNT_MOVE,
    refuses=(NotFound, LockedField, AccountClosed, PriceMissing, WrongState),
    alone=True,
)
async def move_account(tx: Transaction, request: MoveAccount, now: datetime) -> Outcome:
    """Move an account under another parent from an instant on, with its history; what was charged stays charged."""
    if request.terms is not None:
        tx.viewer.require(Permission.EDGE_MANAGE)
    if request.effective_at is not None and request.effective_at < now:
        tx.viewer.require(Permission.SUBSCRIPTION_BACKDATE)
    account = await open_account(tx, request.account_id, expected_version=request.expected_version)
    account.refuse_if_closed(("accountId",))
    parent = await one(tx.viewer, request.new_parent_id, path=("newParentId",))
    parent.refuse_if_mirrored("An account below a mirrored account")
    parent.refuse_if_closed(("newParentId",))
    at = request.effective_at or now
    if problems := [*_problems(account, parent, await depth_below(tx, account)), *_future(at, now)]:
        raise InvalidInput(problems)
    await refuse_closed_past(tx, account, parent, at)
    await relocate(tx, account, parent, at, replaced=request.terms is not None, now=now)
    if request.terms is not None:
        await write_edge(tx, _edge(account, parent, request.terms), valid_from=at, now=now)
    await refuse_uncharged(tx, account.id, at)
    await record(tx, EventName.ACCOUNT_CHANGED, account.id, now=now)
    return Outcome(account.id)


def _problems(account: Account, parent: Account, depth: int) -> Iterator[Problem]:
    if account.kind is AccountKind.ROOT:
        yield Problem(("accountId",), "The root account stands under nothing.")
    elif parent.id == account.parent_id:
        yield Problem(("newParentId",), f"{account.name} stands under {parent.name} already.")
    elif parent.path.startswith(account.path):
        yield Problem(("newParentId",), f"{account.name} cannot stand under itself or what is below it.")
    else:
        for problem in place_problems(account.kind, parent):
            yield Problem(("newParentId",), problem.message)
        if parent.path.count(".") < MOST_DEPTH < parent.path.count(".") + depth:
            yield Problem(("newParentId",), f"A tree of accounts is at most {MOST_DEPTH} deep.")


def _future(at: datetime, now: datetime) -> Iterator[Problem]:
    if at > now:
        yield Problem(("effectiveAt",), "An account is moved now or as of the past; a row has one place at a time.")


def _edge(account: Account, parent: Account, terms: NewTerms) -> SellingTerms:
    return SellingTerms(
        seller_account_id=terms.seller_account_id or parent.id,
        buyer_account_id=account.id,
        price_list_id=terms.price_list_id,
        zone=terms.zone,
        policy=terms.policy,
        billing_day=terms.billing_day,
        issuer_id=terms.issuer_id,
        bill_to_account_id=terms.bill_to_account_id,
    )
