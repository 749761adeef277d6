"""Job body at the distributor: the terms at which a reseller buys go to that reseller.

Owns: which links a price list concerns, and what of it they are told. Does not own: prices and edges (`bss`), or
sending (`sync.deliver`).

The whole list goes in every version: a reseller that adopts an offering late gets its prices with the next word.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from bss.agreements import queries as agreements
from bss.agreements.edge import Edge
from bss.catalogue import queries as catalogue
from bss.catalogue.meter import Meter
from bss.catalogue.price_list import PriceLine, PriceVersion
from bss.catalogue.rows import OPEN_TO
from bss.catalogue.supplied import SuppliedMeter, SuppliedPrice, SuppliedPrices, SuppliedVersion
from bss.jobs.enqueue import enqueue
from bss.jobs.job import JobKind
from bss.organisations.account import ancestor_paths
from bss.transaction.begin import Transaction, begin
from bss.viewer import Viewer
from sync import link as links
from sync.message import Subject
from sync.observed import SupplyDocument, data_of
from sync.outbound import next_version, put


async def capture_supply(viewer: Viewer, key: str, *, now: datetime) -> None:
    """Send the terms of every reseller that buys by the price list; `key` is the price list's id."""
    async with begin(viewer) as tx:
        for link_id, edge_id in await _sold_by(tx, UUID(key)):
            link = await links.locked(tx, link_id)
            edge = await agreements.edge(tx.viewer, edge_id)
            data = data_of(await supply_document(tx, edge))
            # The subject is the link itself: it has one counterpart by nature, and its key names it on both sides.
            version = await next_version(tx, link.id, Subject.SUPPLY, link.link_key)
            await put(tx, link.id, Subject.SUPPLY, link.link_key, version, data, now=now)
            await enqueue(tx, JobKind.SYNC_DELIVER, str(link.id), now=now)


async def _sold_by(tx: Transaction, price_list_id: UUID) -> list[tuple[UUID, UUID]]:
    """(link, edge) of every reseller with a BSS of its own that buys by this price list."""
    rows = await tx.connection.fetch(
        "SELECT l.id AS link_id, e.id AS edge_id FROM link l JOIN edge e ON e.organisation_id = $1"
        " AND e.kind = 'selling' AND e.valid_to IS NULL AND e.buyer_account_id = l.account_id AND e.price_list_id = $2"
        " WHERE l.organisation_id = $1 AND l.side = 'distributor' ORDER BY l.id",
        *(tx.organisation_id, price_list_id),
    )
    return [(row["link_id"], row["edge_id"]) for row in rows]


async def supply_document(tx: Transaction, edge: Edge) -> SupplyDocument:
    """The terms of the edge with its price list as it is published now."""
    price_list = await catalogue.price_list(tx.viewer, edge.price_list_id)
    versions = (await catalogue.price_versions(tx.viewer, (price_list.id,)))[price_list.id]
    prices = await catalogue.prices_of_versions(tx.viewer, [version.id for version in versions])
    told = await _told(tx, edge, {line.offering_id for lines in prices.values() for line in lines})
    prices = {key: tuple(line for line in lines if line.offering_id in told) for key, lines in prices.items()}
    named = {line.meter for lines in prices.values() for line in lines if line.meter is not None}
    meters = await catalogue.meters(tx.viewer, named)
    return SupplyDocument(
        zone=edge.zone,
        policy=edge.policy,
        billing_day=edge.billing_day,
        prices=SuppliedPrices(
            code=price_list.code,
            name=price_list.name,
            currency=price_list.currency,
            meters=tuple(_meter(meter) for meter in meters.values()),
            versions=tuple(_version(version, prices[version.id]) for version in versions),
        ),
    )


async def _told(tx: Transaction, edge: Edge, offering_ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of which the reseller is told: what it or an account below it may buy, and what runs there all the same."""
    rows = await tx.connection.fetch(
        f"SELECT id FROM offering WHERE organisation_id = $1 AND id = ANY($4) AND ({OPEN_TO} OR EXISTS ("
        "  SELECT FROM segment g WHERE g.organisation_id = $1 AND g.offering_id = offering.id"
        "  AND g.path >= $2 AND g.path < $2 || '~'))",
        *(tx.organisation_id, edge.path, list(ancestor_paths(edge.path)), list(offering_ids)),
    )
    return frozenset(row["id"] for row in rows)


def _version(version: PriceVersion, lines: tuple[PriceLine, ...]) -> SuppliedVersion:
    told = tuple(_price(line) for line in lines)
    return SuppliedVersion(version.number, version.valid_from, version.published_at, told)


def _price(line: PriceLine) -> SuppliedPrice:
    return SuppliedPrice(line.offering_id, line.charge, line.kind, line.description, line.meter, line.model)


def _meter(meter: Meter) -> SuppliedMeter:
    return SuppliedMeter(meter.code, meter.name, meter.unit, meter.divisor, meter.kind)
