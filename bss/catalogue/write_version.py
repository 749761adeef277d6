"""Step: check a version of a price list, and write it.

Owns: what may be published (all problems at once), the number of a version, and its rows in three statements. Does not
own: the rules of one price (`bss.catalogue.new_price`), or which subscriptions run by a list (`bss.catalogue.running`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.catalogue.from_above import published_by_ancestors
from bss.catalogue.models import PriceVersionModel
from bss.catalogue.new_price import Known, NewPrice, price_problems
from bss.catalogue.price_list import PriceList
from bss.catalogue.queries import meters, price_list
from bss.catalogue.running import running_by_offering
from bss.identifier import uuid7
from bss.outbox.event import EventName
from bss.outbox.record import record
from bss.refusal import LockedField, Problem
from bss.transaction.begin import Transaction


@dataclass(frozen=True)
class PublishPrices:
    """All prices of the list from `valid_from` on: a version replaces the one before it as a whole."""

    price_list_id: UUID
    valid_from: datetime
    prices: tuple[NewPrice, ...]


@dataclass(frozen=True)
class Latest:
    """The latest version of a list: its number, 0 without one, its start, and the offerings that it prices."""

    number: int
    valid_from: datetime | None
    offering_ids: frozenset[UUID]


async def own_list(tx: Transaction, price_list_id: UUID) -> PriceList:
    """The list that is to be published. Raises `NotFound`, and `LockedField` for a supplier's."""
    target = await price_list(tx.viewer, price_list_id, path=("priceListId",))
    if target.received:
        raise LockedField(f"The price list {target.name}", "the supplier", ("priceListId",))
    return target


async def lock_latest(tx: Transaction, target: PriceList) -> Latest:
    """The latest version; the list's row lock makes publications follow one another."""
    await tx.connection.execute(
        "SELECT FROM price_list WHERE organisation_id = $1 AND id = $2 FOR UPDATE", tx.organisation_id, target.id
    )
    row = await tx.connection.fetchrow(
        "SELECT id, number, valid_from FROM price_version WHERE organisation_id = $1 AND price_list_id = $2"
        " ORDER BY number DESC LIMIT 1",
        *(tx.organisation_id, target.id),
    )
    if row is None:
        return Latest(0, None, frozenset())
    priced = await tx.connection.fetch(
        "SELECT DISTINCT offering_id FROM price WHERE organisation_id = $1 AND version_id = $2",
        *(tx.organisation_id, row["id"]),
    )
    return Latest(row["number"], row["valid_from"], frozenset(one["offering_id"] for one in priced))


async def version_problems(
    tx: Transaction, target: PriceList, request: PublishPrices, latest: Latest
) -> tuple[Problem, ...]:
    """Everything that is wrong with the version, at paths such as prices.2.model.tiers.1.upTo."""
    known = Known(
        target,
        await published_by_ancestors(tx.viewer, {price.offering_id for price in request.prices}),
        frozenset(await meters(tx.viewer, {price.meter for price in request.prices if price.meter is not None})),
    )
    found = [*_whole_problems(request, latest), *price_problems(request.prices, known)]
    if request.valid_from.utcoffset() is not None:
        found += await _dropped(tx, target, request, latest)
    return tuple(found)


async def write_version(
    tx: Transaction, target: PriceList, request: PublishPrices, latest: Latest, now: datetime
) -> UUID:
    """Write what has no problems, and record that it was published; returns the version's id."""
    version_id = uuid7()
    await PriceVersionModel.create(
        using_db=tx.db,
        id=version_id,
        organisation_id=tx.organisation_id,
        path=target.path,
        price_list_id=target.id,
        number=latest.number + 1,
        valid_from=request.valid_from,
        published_at=now,
        received=False,
    )
    await _write_prices(tx, target.path, version_id, request.prices)
    await record(tx, EventName.PRICES_PUBLISHED, target.id, now=now)
    return version_id


def _whole_problems(request: PublishPrices, latest: Latest) -> Iterator[Problem]:
    if request.valid_from.utcoffset() is None:
        yield Problem(("validFrom",), "An instant has a time zone.")
    elif latest.valid_from is not None and request.valid_from <= latest.valid_from:
        start = latest.valid_from.isoformat()
        yield Problem(("validFrom",), f"This must be after {start}, when version {latest.number} begins.")
    if not request.prices:
        yield Problem(("prices",), "A version has at least one price.")


async def _dropped(tx: Transaction, target: PriceList, request: PublishPrices, latest: Latest) -> Sequence[Problem]:
    """What runs and would have no price any more: no bill run could charge it."""
    dropped = latest.offering_ids - {price.offering_id for price in request.prices}
    running = await running_by_offering(tx, target.id, dropped, request.valid_from)
    return [
        Problem(("prices",), f"The offering {one.offering} has no price any more; subscriptions on it: {one.count}.")
        for one in running
    ]


async def _write_prices(tx: Transaction, path: str, version_id: UUID, prices: Sequence[NewPrice]) -> None:
    """All rows in one statement. Not by COPY, which the database refuses where rows are guarded."""
    await tx.connection.execute(
        "INSERT INTO price (id, organisation_id, path, version_id, offering_id, charge, kind, description, meter,"
        " model) SELECT id, $1, $2, $3, offering_id, charge, kind, description, meter, model::jsonb"
        " FROM unnest($4::uuid[], $5::uuid[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])"
        " AS given (id, offering_id, charge, kind, description, meter, model)",
        *(tx.organisation_id, path, version_id, [uuid7() for _ in prices]),
        [price.offering_id for price in prices],
        [price.charge.strip() for price in prices],
        [price.kind.value for price in prices],
        [price.description.strip() for price in prices],
        [price.meter for price in prices],
        [json.dumps(price.model) for price in prices],
    )
