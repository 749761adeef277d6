"""Agree the terms at which an account buys from one above it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bss.agreements.write_edge import SellingTerms, last_end, write_edge
from bss.organisations.account import AccountClosed
from bss.permission import Permission
from bss.refusal import LockedField, NotFound
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class AgreeEdge(SellingTerms):
    """The terms; where the buyer's last edge has ended, they hold from that instant on, and else without a bound."""


@command("agreeEdge", requires=Permission.EDGE_MANAGE, refuses=(NotFound, LockedField, AccountClosed))
async def agree_edge(tx: Transaction, request: AgreeEdge, now: datetime) -> Outcome:
    """Agree a selling edge; an account buys on one edge only."""
    valid_from = await last_end(tx, request.buyer_account_id)
    return Outcome(await write_edge(tx, request, valid_from=valid_from, now=now))
