"""Publish a version of a price list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.catalogue.from_above import published_by_ancestors
from bss.catalogue.models import PriceModel, PriceVersionModel
from bss.catalogue.new_price import Known, NewPrice, price_problems
from bss.catalogue.queries import meters, price_list
from bss.identifier import uuid7
from bss.outbox.event import EventName
from bss.outbox.record import record
from bss.permission import Permission
from bss.refusal import InvalidInput, LockedField, NotFound, Problem
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command

__all__ = ["NewPrice", "PublishPrices", "publish_prices"]


@dataclass(frozen=True)
class PublishPrices:
    """All prices of the list from `valid_from` on: a version replaces the one before it as a whole."""

    price_list_id: UUID
    valid_from: datetime
    prices: tuple[NewPrice, ...]


@dataclass(frozen=True)
class _Latest:
    number: int
    valid_from: datetime | None


@command("publishPrices", requires=Permission.PRICE_MANAGE, refuses=(NotFound, LockedField))
async def publish_prices(tx: Transaction, request: PublishPrices, now: datetime) -> Outcome:
    """Publish an immutable version; it prices the billing periods that start while it is in force."""
    target = await price_list(tx.viewer, request.price_list_id, path=("priceListId",))
    if target.received:
        raise LockedField(f"The price list {target.name}", "the supplier", ("priceListId",))
    latest = await _lock_latest(tx, target.id)
    known = Known(
        target,
        await published_by_ancestors(tx.viewer, {price.offering_id for price in request.prices}),
        frozenset(await meters(tx.viewer, {price.meter for price in request.prices if price.meter is not None})),
    )
    if problems := [*_version_problems(request, latest), *price_problems(request.prices, known)]:
        raise InvalidInput(problems)
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
    rows = [_row(tx.organisation_id, target.path, version_id, price) for price in request.prices]
    await PriceModel.bulk_create(rows, using_db=tx.db)
    await record(tx, EventName.PRICES_PUBLISHED, target.id, now=now)
    return Outcome(version_id)


async def _lock_latest(tx: Transaction, price_list_id: UUID) -> _Latest:
    """The latest version's number and start; the list's row lock makes publications follow one another."""
    await tx.connection.execute(
        "SELECT FROM price_list WHERE organisation_id = $1 AND id = $2 FOR UPDATE",
        *(tx.organisation_id, price_list_id),
    )
    row = await tx.connection.fetchrow(
        "SELECT number, valid_from FROM price_version WHERE organisation_id = $1 AND price_list_id = $2"
        " ORDER BY number DESC LIMIT 1",
        *(tx.organisation_id, price_list_id),
    )
    return _Latest(0, None) if row is None else _Latest(row["number"], row["valid_from"])


def _version_problems(request: PublishPrices, latest: _Latest) -> Iterator[Problem]:
    if request.valid_from.utcoffset() is None:
        yield Problem(("validFrom",), "An instant has a time zone.")
    elif latest.valid_from is not None and request.valid_from <= latest.valid_from:
        start = latest.valid_from.isoformat()
        yield Problem(("validFrom",), f"This must be after {start}, when version {latest.number} begins.")
    if not request.prices:
        yield Problem(("prices",), "A version has at least one price.")


def _row(organisation_id: UUID, path: str, version_id: UUID, price: NewPrice) -> PriceModel:
    return PriceModel(
        id=uuid7(),
        organisation_id=organisation_id,
        path=path,
        version_id=version_id,
        offering_id=price.offering_id,
        charge=price.charge.strip(),
        kind=price.kind.value,
        description=price.description.strip(),
        meter=price.meter,
        model=price.model,
    )
