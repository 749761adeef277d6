"""Agree the terms at which an account buys from one above it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bss.agreements.queries import edge
from bss.agreements.refuse_unpriced_edge import refuse_unpriced_edge
from bss.agreements.terms import term_problems
from bss.agreements.write_edge import SellingTerms, last_end, write_edge
from bss.organisations.account import AccountClosed
from bss.period import billing_period
from bss.permission import Permission
from bss.refusal import LockedField, NotFound
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class AgreeEdge(SellingTerms):
    """The terms; where the buyer's last edge has ended, they hold from that instant on, and else without a bound.

    Where something is in service already, it was charged on an edge above: the new one begins with the billing period
    in progress, and what is behind stays as it was charged.
    """


@command("agreeEdge", requires=Permission.EDGE_MANAGE, refuses=(NotFound, LockedField, AccountClosed))
async def agree_edge(tx: Transaction, request: AgreeEdge, now: datetime) -> Outcome:
    """Agree a selling edge; an account buys on one edge only."""
    bounds = [await last_end(tx, request.buyer_account_id), await _in_progress(tx, request, now)]
    valid_from = max((bound for bound in bounds if bound is not None), default=None)
    edge_id = await write_edge(tx, request, valid_from=valid_from, now=now)
    await refuse_unpriced_edge(tx, await edge(tx.viewer, edge_id), valid_from)
    return Outcome(edge_id)


# Segments are rows of `bss.subscriptions`, a higher package; only the fact that there are some is read here.
_SERVED = """
SELECT EXISTS (SELECT FROM segment g JOIN account a ON a.organisation_id = $1 AND a.id = $2
  WHERE g.organisation_id = $1 AND g.recorded_to IS NULL AND g.path >= a.path AND g.path < a.path || '~'
    AND g.effective_from < $3)
"""


async def _in_progress(tx: Transaction, request: AgreeEdge, now: datetime) -> datetime | None:
    """The start of the billing period in progress, where the buyer was served before it; problems are told later."""
    if [*term_problems(request.zone, request.policy, request.billing_day)]:
        return None
    start = billing_period(now, day=request.billing_day, zone=request.zone).start
    served = await tx.connection.fetchval(_SERVED, tx.organisation_id, request.buyer_account_id, start)
    return start if served else None
