"""Cost to date: what the open billing period would be billed for an account, were it closed now.

Owns: the cut at `now`, and that only what the account itself pays leaves the computation. Does not own: what is due
and what it costs: the same `PeriodRating` as a bill run's. Nothing is written.

An account is asked about by those who have it in their scope, and they see the edge on which it buys: X sees what X
pays, and Lite sees that too, because X pays it to Lite. The price lists lie above the buyer; they are read from
above, and amounts alone come back.
"""

from __future__ import annotations

from asyncio import to_thread
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from bss.agreements.edge import Edge
from bss.catalogue.queries import meters
from bss.invoicing.channel import Channel, channel_around
from bss.invoicing.consumption import FIRST, Consumption, consumption
from bss.invoicing.line import BillableLine
from bss.invoicing.prices import prices_of_period
from bss.invoicing.rate_lines import Issue, PeriodRating
from bss.metering.freshness import Freshness, Scope, freshness
from bss.organisations import queries as organisations
from bss.period import Period
from bss.permission import Permission
from bss.refusal import InvalidInput
from bss.transaction.begin import Transaction, raised, reading
from bss.viewer import Viewer, requires

MOST_SUBSCRIPTIONS = 10_000
"""They are rated while the caller waits."""
_TO_RATE = frozenset({Permission.CATALOGUE_VIEW, Permission.PRICE_VIEW, Permission.USAGE_VIEW})


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
    seeing = replace(viewer, path=viewer.root_path, permissions=viewer.permissions | _TO_RATE)
    found = []
    async with raised(viewer, seeing) as tx:
        channel = await channel_around(tx, account.path)
        for edge in channel.edges:
            if edge.buyer_account_id == account.id and edge.holds_at(now):
                found.append(await _cost(tx, channel, edge, now))
    async with reading(viewer) as tx:
        known = (await meters(replace(viewer, permissions=seeing.permissions))).values()
        return tuple(
            [
                replace(cost, freshness=await freshness(tx, Scope(account.path), cost.period, known, now))
                for cost in found
            ]
        )


async def _cost(tx: Transaction, channel: Channel, edge: Edge, now: datetime) -> CostToDate:
    period = edge.period(now)
    unknown = Freshness(None, None, 0)
    if now == period.start:
        return CostToDate(edge.id, edge.currency, period, now, unknown, (), ())
    so_far = Period(period.start, now)
    used = await consumption(tx, so_far, under=edge.path, after=FIRST, most=MOST_SUBSCRIPTIONS + 1, known_at=now)
    if len(used) > MOST_SUBSCRIPTIONS:
        raise InvalidInput.at("accountId", f"Below it are more than {MOST_SUBSCRIPTIONS:,} subscriptions: the limit.")
    prices = await prices_of_period(tx, {edge.price_list_id}, period, known_at=now)
    rating = PeriodRating(period, [edge], channel, prices, now)
    lines, issues = await to_thread(_rated, rating, tx.organisation_id, used, now)
    return CostToDate(edge.id, edge.currency, period, now, unknown, tuple(lines), tuple(issues))


def _rated(
    rating: PeriodRating, organisation_id: UUID, used: tuple[Consumption, ...], now: datetime
) -> tuple[list[BillableLine], list[Issue]]:
    lines: list[BillableLine] = []
    issues: list[Issue] = []
    for one in used:
        some, wrong = rating.rated(organisation_id, _until(one, now))
        lines += some
        issues += wrong
    return lines, issues


def _until(used: Consumption, now: datetime) -> Consumption:
    """As if every stretch that lasts ended now."""
    cut = (
        stretch if stretch.end is not None and stretch.end <= now else stretch._replace(end=now)
        for stretch in used.stretches
    )
    return replace(used, stretches=tuple(cut))
