"""Cost to date: what the open billing period would be billed for an account, were it closed now.

Owns: that only what the account itself pays leaves the computation. Does not own: the rating, as a bill run's
(`bss.rating.so_far`). Nothing is written.

An account is asked about by those who have it in their scope, and they see the edge on which it buys: X sees what X
pays, and Lite sees that too, because X pays it to Lite. The price lists lie above the buyer; they are read from
above, and amounts alone come back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

from bss.agreements.edge import Edge
from bss.catalogue.queries import meters
from bss.metering.freshness import Freshness, Scope, freshness
from bss.organisations import queries as organisations
from bss.period import Period
from bss.permission import Permission
from bss.rating.channel import edges_bought_at
from bss.rating.issue import Issue
from bss.rating.line import BillableLine
from bss.rating.so_far import as_the_bill_run, rated_so_far
from bss.transaction.begin import Transaction, raised, reading
from bss.viewer import Viewer, requires

LONG_AGO = datetime.min.replace(tzinfo=UTC)
"""It is the period in progress alone: nothing of what earlier ones may still be billed for counts."""


@dataclass(frozen=True)
class CostToDate:
    """What the account's purchases on one edge cost from the start of the open period to `until`: an estimate.

    `issues` are the reasons why some subscriptions cannot be charged; they are not in the total.
    """

    edge_id: UUID
    currency: str
    period: Period
    until: datetime
    freshness: Freshness
    lines: tuple[BillableLine, ...]
    issues: tuple[Issue, ...]

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal(0))


@requires(Permission.INVOICE_VIEW)
async def cost_to_date(viewer: Viewer, account_id: UUID, *, now: datetime) -> tuple[CostToDate, ...]:
    """The cost on each edge on which the account buys: one, or none; the root's are its supply edges.

    Raises `NotFound`, and `InvalidInput` for an account with more than 10,000 subscriptions at and below it.
    """
    account = await organisations.one(viewer, account_id, path=("accountId",))
    seeing = as_the_bill_run(viewer)
    async with raised(viewer, seeing) as tx:
        edges = await edges_bought_at(tx, account.path)
        found = [await _cost(tx, edge, now) for edge in edges if edge.holds_at(now)]
    async with reading(viewer) as tx:
        known = (await meters(replace(viewer, permissions=seeing.permissions))).values()
        return tuple(
            [
                replace(cost, freshness=await freshness(tx, Scope(account.path), cost.period, known, now))
                for cost in found
            ]
        )


async def _cost(tx: Transaction, edge: Edge, now: datetime) -> CostToDate:
    period = edge.period(now)
    so_far = await rated_so_far(tx, (edge,), period, now, {edge.id: LONG_AGO})
    unknown = Freshness(None, None, 0)
    return CostToDate(edge.id, edge.currency, period, so_far.until, unknown, so_far.lines, so_far.issues)
