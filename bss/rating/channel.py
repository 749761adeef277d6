"""The channel of one organisation: its edges, and on which of them a subscription is charged at an instant.

Owns: the reading of all edges at once, and the finding of an account's chain among many thousand, now or where the
account stood before it moved. Does not own: the rule of the chain, or the edges (`bss.agreements`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from bss.agreements.edge import Edge, chain
from bss.agreements.rows import EDGE_COLUMNS, WITH_SELLER, edge_of
from bss.catalogue.rows import SUPPLIER
from bss.identifier import label
from bss.organisations.account import ancestor_paths
from bss.transaction.begin import Transaction


class Supplier(NamedTuple):
    """From whom an offering is bought: over a link, or from a vendor."""

    id: UUID
    linked: bool


class Channel:
    """The organisation's edges, and on which of them an account's subscriptions are charged."""

    def __init__(self, edges: Iterable[Edge], suppliers: Mapping[UUID, Supplier]) -> None:
        """`suppliers` says from whom offerings are bought, by offering."""
        known = self.edges = tuple(edges)
        self._by_id = {edge.id: edge for edge in known}
        self._bought: dict[str, list[Edge]] = {}
        for edge in known:
            if edge.seller_account_id is not None:
                self._bought.setdefault(label(edge.buyer_account_id), []).append(edge)
        self._supply = {edge.supplier_id: edge for edge in known if edge.seller_account_id is None}
        self._suppliers = suppliers
        self._chains: dict[tuple[str, datetime], tuple[Edge, ...]] = {}

    def selling(self, place: str, at: datetime) -> tuple[Edge, ...]:
        """The selling edges of the chain of an account that stood at this place at the instant, nearest first."""
        if (place, at) not in self._chains:
            above = (edge.seen_from(place) for edge in self._above(place) if edge.holds_at(at))
            found = chain(place, [edge for edge in above if edge is not None])
            self._chains[place, at] = tuple(self._by_id[edge.id] for edge in found)
        return self._chains[place, at]

    def turns(self, place: str, start: datetime, end: datetime) -> tuple[datetime, ...]:
        """The instants within `(start, end)` at which an edge above the place begins or ends, in order."""
        bounds = {bound for edge in self._above(place) for bound in (edge.valid_from, edge.valid_to)}
        return tuple(sorted(bound for bound in bounds if bound is not None and start < bound < end))

    def _above(self, place: str) -> list[Edge]:
        return [edge for step in place.split(".")[:-1] for edge in self._bought.get(step, ())]

    def resold(self, offering_id: UUID) -> bool:
        """Whether the offering is bought over a link, so that another organisation runs the service."""
        supplier = self._suppliers.get(offering_id)
        return supplier is not None and supplier.linked

    def supply(self, offering_id: UUID) -> Edge | None:
        """The edge over which the organisation buys the offering."""
        supplier = self._suppliers.get(offering_id)
        return None if supplier is None else self._supply.get(supplier.id)


async def channel_of(tx: Transaction) -> Channel:
    """The channel in the viewer's scope."""
    return Channel(await all_edges(tx), await _suppliers(tx))


async def channel_around(tx: Transaction, paths: Collection[str]) -> Channel:
    """As much of the channel as concerns the accounts at these paths: the edges above, their own, and those below."""
    above = {step for path in paths for step in ancestor_paths(path)}
    rows = await tx.connection.fetch(
        f"SELECT {EDGE_COLUMNS} FROM edge e {WITH_SELLER} WHERE e.organisation_id = $1 AND e.path >= $2"
        " AND e.path < $2 || '~' AND (e.path = ANY($3) OR e.id IN (SELECT b.id FROM unnest($4::text[]) AS top (path)"
        " JOIN edge b ON b.organisation_id = $1 AND b.path >= top.path AND b.path < top.path || '~')) ORDER BY e.id",
        *(tx.organisation_id, tx.viewer.path, list(above), list(paths)),
    )
    return Channel((edge_of(row) for row in rows), await _suppliers(tx))


async def edges_bought_at(tx: Transaction, path: str) -> tuple[Edge, ...]:
    """The edges on which the account at this path buys, by id; the root's are its supply edges."""
    rows = await tx.connection.fetch(
        f"SELECT {EDGE_COLUMNS} FROM edge e {WITH_SELLER} WHERE e.organisation_id = $1 AND e.path = $2 ORDER BY e.id",
        *(tx.organisation_id, path),
    )
    return tuple(edge_of(row) for row in rows)


async def all_edges(tx: Transaction) -> tuple[Edge, ...]:
    """Every edge in the viewer's scope, by id."""
    rows = await tx.connection.fetch(
        f"SELECT {EDGE_COLUMNS} FROM edge e {WITH_SELLER}"
        " WHERE e.organisation_id = $1 AND e.path >= $2 AND e.path < $2 || '~' ORDER BY e.id",
        *(tx.organisation_id, tx.viewer.path),
    )
    return tuple(edge_of(row) for row in rows)


async def _suppliers(tx: Transaction) -> dict[UUID, Supplier]:
    """From whom every offering is bought that the organisation buys from somebody."""
    rows = await tx.connection.fetch(
        f"SELECT id, {SUPPLIER} AS supplier_id, supply_link_id IS NOT NULL AS linked FROM offering o"
        f" WHERE organisation_id = $1 AND {SUPPLIER} IS NOT NULL",
        tx.organisation_id,
    )
    return {row["id"]: Supplier(row["supplier_id"], row["linked"]) for row in rows}
