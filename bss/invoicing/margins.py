"""Margins: what an edge brings in, less what the same service costs on the next higher edge.

Owns: the pairing of a sale with its cost. Does not own: any amount; a margin is a subtraction and is never
stored. A viewer sees the sales of sellers in its scope, at the cost that it sees itself: nobody sees the whole
chain. The cost of the edges nearest to the root is the supply edge's line.

Lines are paired by subscription, charge and service period. Where the cost edge charges the subscription, but
not this charge, the charge costs nothing; where it does not charge the subscription at all, the cost is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from asyncpg import Record

from bss.agreements.edge import Edge, EdgeKind, chain
from bss.invoicing.channel import SUPPLIER, all_edges
from bss.organisations.account import ancestor_paths
from bss.permission import Permission
from bss.transaction.begin import reading
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
SELECT l.subscription_id, s.path, {SUPPLIER} AS supplier_id, l.edge_id, l.charge, l.service_start,
  l.service_end, l.amount
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
    book = _EdgeBook(edges)
    grouped = groupby(rows, key=lambda row: (row["subscription_id"], row["path"], row["supplier_id"]))
    return tuple(margin for of_one, some in grouped for margin in _margins(book, *of_one, list(some)))


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
        self.by_id = {edge.id: edge for edge in known}
        self._selling = {edge.path: edge for edge in known if edge.kind is EdgeKind.SELLING}
        self._supply = {edge.supplier_id: edge for edge in known if edge.kind is EdgeKind.SUPPLY}

    def sales(self, account_path: str) -> tuple[Edge, ...]:
        """The edges of the account's chain whose seller the viewer sees, nearest first."""
        return chain(account_path, self._above(account_path))

    def cost(self, sale: Edge, supplier_id: UUID | None) -> Edge | None:
        """The edge on which the seller itself buys what it sells on this one."""
        nearest = next(iter(reversed(self._above(sale.seller_path or ""))), None)
        return nearest or self._supply.get(supplier_id)

    def _above(self, path: str) -> list[Edge]:
        return [self._selling[above] for above in ancestor_paths(path) if above in self._selling]


def _margins(
    book: _EdgeBook, subscription_id: UUID, account_path: str, supplier_id: UUID | None, rows: list[Record]
) -> Iterator[ChargeMargin]:
    amounts: dict[UUID, dict[Key, Decimal]] = {}
    for row in rows:
        key = row["charge"], row["service_start"], row["service_end"]
        amounts.setdefault(row["edge_id"], {})[key] = row["amount"]
    for sale in book.sales(account_path):
        cost = book.cost(sale, supplier_id)
        sold = amounts.get(sale.id, {})
        spent = None if cost is None else amounts.get(cost.id)
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
