"""Margins: what an edge brings in, less what the same service costs on the next higher edge.

Owns: the pairing of a sale with its cost. Does not own: any amount; a margin is a subtraction and is never
stored. A viewer sees the sales of sellers in its scope, at the cost that it sees itself: nobody sees the whole
chain. The cost of the edges nearest to the root is the supply edge's line.

Lines are paired by subscription, charge and service period. Where the cost edge charges the subscription, but
not this charge, the charge costs nothing; where it does not charge the subscription at all, the cost is unknown.
Where the account moved, each of its places has its own sales and costs, and a line over both is parted by time.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby, pairwise
from uuid import UUID

from asyncpg import Record

from bss.agreements.edge import Edge, EdgeKind, chain
from bss.catalogue.rows import SUPPLIER
from bss.identifier import label
from bss.money import Money
from bss.permission import Permission
from bss.rating.channel import all_edges
from bss.transaction.begin import Transaction, reading
from bss.viewer import Viewer, requires

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Margin:
    """What one edge, or one charge on it, brought in and cost. `cost` is None when it is not known.

    Amounts in two currencies are both kept, and there is no margin to be told.
    """

    sold: Decimal
    currency: str
    cost: Decimal | None
    cost_currency: str | None

    @property
    def margin(self) -> Decimal | None:
        """sold − cost, where both are known in one currency."""
        return None if self.cost is None or self.cost_currency != self.currency else self.sold - self.cost


@dataclass(frozen=True)
class ChargeMargin(Margin):
    """The margin of one charge of one subscription over one service period, on one selling edge."""

    edge_id: UUID
    subscription_id: UUID
    charge: str
    service_start: datetime
    service_end: datetime


Key = tuple[str, datetime, datetime]
Amounts = Mapping[UUID, Mapping[Key, Decimal]]
"""The amounts of one subscription: by edge, and by charge and service period."""

# An offering of an account above the viewer's is not the viewer's to read, and neither is its supply edge.
_LINES = f"""
SELECT l.subscription_id, s.path, s.account_id, {SUPPLIER} AS supplier_id, l.edge_id, l.charge, l.service_start,
  l.service_end, l.amount, l.currency
FROM billable_line l
JOIN subscription s ON s.organisation_id = $1 AND s.id = l.subscription_id
LEFT JOIN offering o ON o.organisation_id = $1 AND o.id = l.offering_id
WHERE l.organisation_id = $1 AND l.path >= $2 AND l.path < $2 || '~' AND l.billing_start >= $3 AND l.billing_end <= $4
  AND ($5::uuid[] IS NULL OR l.subscription_id = ANY($5))
ORDER BY l.subscription_id, supplier_id, l.service_start, l.charge
"""


@requires(Permission.MARGIN_VIEW)
async def margins(
    viewer: Viewer, since: datetime, until: datetime, *, subscription_ids: Iterable[UUID] | None = None
) -> tuple[ChargeMargin, ...]:
    """The margins of the billing periods within `[since, until)`, by subscription and from the lowest edge up."""
    async with reading(viewer) as tx:
        edges = await all_edges(tx)
        rows = await tx.connection.fetch(
            _LINES,
            *(viewer.organisation_id, viewer.path, since, until),
            None if subscription_ids is None else list(subscription_ids),
        )
        arrivals = await _arrivals(tx)
    book = _EdgeBook(edges)
    return tuple(
        margin
        for (subscription_id, supplier_id), some in groupby(rows, key=lambda row: (row[0], row["supplier_id"]))
        for part in _placed(list(some), arrivals)
        for margin in _margins(book, subscription_id, supplier_id, part)
    )


async def totals(viewer: Viewer, since: datetime, until: datetime) -> dict[UUID, Margin]:
    """The same, added up by selling edge; the cost is unknown as soon as one part of it is."""
    by_edge: dict[UUID, list[ChargeMargin]] = {}
    for margin in await margins(viewer, since, until):
        by_edge.setdefault(margin.edge_id, []).append(margin)
    return {edge_id: _total(some) for edge_id, some in by_edge.items()}


class _EdgeBook:
    """The edges that the viewer sees: which of them are sales to it, and where the cost of each stands."""

    def __init__(self, edges: Iterable[Edge]) -> None:
        known = tuple(edges)
        self._selling: dict[UUID, list[Edge]] = {}
        for edge in known:
            if edge.kind is EdgeKind.SELLING:
                self._selling.setdefault(edge.buyer_account_id, []).append(edge)
        self._supply = {edge.supplier_id: edge for edge in known if edge.kind is EdgeKind.SUPPLY}
        self._buyers = {label(buyer_id): buyer_id for buyer_id in self._selling}

    def sales(self, place: str, at: datetime) -> tuple[Edge, ...]:
        """The edges of the place's chain at the instant whose seller the viewer sees, nearest first."""
        return chain(place, self._above(place, at))

    def cost(self, sale: Edge, supplier_id: UUID | None, at: datetime) -> Edge | None:
        """The edge on which the seller itself buys what it sells on this one."""
        nearest = next(iter(reversed(self._above(sale.seller_path or "", at))), None)
        return nearest or self._supply.get(supplier_id)

    def _above(self, place: str, at: datetime) -> list[Edge]:
        buyers = [self._buyers[step] for step in place.split(".")[:-1] if step in self._buyers]
        held = [edge for buyer in buyers for edge in self._selling[buyer] if edge.holds_at(at)]
        return [seen for edge in held if (seen := edge.seen_from(place)) is not None]


@dataclass(frozen=True)
class _Part:
    """The lines of one subscription while its account stood at one place, by edge, charge and service period."""

    place: str
    at: datetime
    amounts: Amounts


def _placed(rows: list[Record], arrivals: Mapping[UUID, list[tuple[datetime, str]]]) -> Iterator[_Part]:
    """The lines by place. A line that lasts over a move is parted in proportion to time, to the cent."""
    stays = arrivals.get(rows[0]["account_id"], [(rows[0]["service_start"], rows[0]["path"])])
    bounds = [arrived for arrived, _ in stays[1:]]
    parts: list[dict[UUID, dict[Key, Decimal]]] = [{} for _ in stays]
    for row in rows:
        for index, start, end, amount in _parted(row, bounds):
            key = row["charge"], start, end
            known = parts[index].setdefault(row["edge_id"], {})
            # What was paid in advance is credited for the time for which something else is charged.
            known[key] = known.get(key, NOTHING) + amount
    for (arrived, place), amounts in zip(stays, parts, strict=True):
        if amounts:
            first = min(start for keys in amounts.values() for _, start, _ in keys)
            yield _Part(place, max(first, arrived) if bounds else first, amounts)


def _parted(row: Record, bounds: list[datetime]) -> Iterator[tuple[int, datetime, datetime, Decimal]]:
    start, end = row["service_start"], row["service_end"]
    cuts = [start, *(bound for bound in bounds if start < bound < end), end]
    first = bisect_right(bounds, start)
    if len(cuts) == 2:
        yield first, start, end, row["amount"]
        return
    seconds = [int((until - since).total_seconds()) for since, until in pairwise(cuts)]
    amounts = Money.stored(row["amount"], row["currency"]).split(seconds)
    for place, ((since, until), money) in enumerate(zip(pairwise(cuts), amounts, strict=True)):
        yield first + place, since, until, money.amount


async def _arrivals(tx: Transaction) -> dict[UUID, list[tuple[datetime, str]]]:
    """Since when each account that ever moved stood where, in order."""
    rows = await tx.connection.fetch(
        "SELECT account_id, effective_from, place FROM account_placement WHERE organisation_id = $1"
        " AND path >= $2 AND path < $2 || '~' AND recorded_to IS NULL AND account_id IN (SELECT account_id"
        " FROM account_placement WHERE organisation_id = $1 AND recorded_to IS NULL AND effective_to IS NOT NULL)"
        " ORDER BY account_id, effective_from",
        *(tx.organisation_id, tx.viewer.path),
    )
    found: dict[UUID, list[tuple[datetime, str]]] = {}
    for row in rows:
        found.setdefault(row["account_id"], []).append((row["effective_from"], row["place"]))
    return found


def _margins(book: _EdgeBook, subscription_id: UUID, supplier_id: UUID | None, part: _Part) -> Iterator[ChargeMargin]:
    for sale in book.sales(part.place, part.at):
        cost = book.cost(sale, supplier_id, part.at)
        sold = part.amounts.get(sale.id, {})
        spent = None if cost is None else part.amounts.get(cost.id)
        for key in dict.fromkeys((*sold, *(spent or ()))):
            yield ChargeMargin(
                sold.get(key, NOTHING),
                sale.currency,
                None if spent is None else spent.get(key, NOTHING),
                None if spent is None or cost is None else cost.currency,
                *(sale.id, subscription_id, *key),
            )


def _total(margins: list[ChargeMargin]) -> Margin:
    costs = [margin.cost for margin in margins if margin.cost is not None]
    currencies = {margin.cost_currency for margin in margins}
    whole = len(costs) == len(margins) and len(currencies) == 1
    sold = sum((margin.sold for margin in margins), NOTHING)
    cost = sum(costs, NOTHING) if whole else None
    return Margin(sold, margins[0].currency, cost, currencies.pop() if whole else None)
