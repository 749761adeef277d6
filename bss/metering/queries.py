"""Readings of usage; each takes a viewer, and what lies outside its scope does not exist.

An hour belongs to the period that contains its start.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from asyncpg import Record

from bss.period import Period
from bss.permission import Permission
from bss.transaction.begin import reading
from bss.transaction.page import Page, PageRequest, paged
from bss.transaction.scope import IN_SCOPE
from bss.transaction.value import valued
from bss.viewer import Viewer, requires

_SUMS = "subscription_id, meter, sum(quantity) AS quantity, sum(samples)::bigint AS samples"
_TOTAL = f"{_SUMS}, count(DISTINCT hour) AS hours"


@dataclass(frozen=True)
class Total:
    """A subscription's usage of one meter in a period, in the meter's base unit.

    `hours` are the UTC hours with usage; None when nobody asked for them, because to count them takes as long as the
    rest.
    """

    subscription_id: UUID
    meter: str
    quantity: Decimal
    samples: int
    hours: int | None


@dataclass(frozen=True)
class UsageHour:
    """The roll-up of one UTC hour of one resource, in the meter's base unit; `revision` grows with every change."""

    subscription_id: UUID
    meter: str
    resource: str
    hour: datetime
    quantity: Decimal
    samples: int
    revision: int


@dataclass(frozen=True)
class Batch:
    """One append: received = accepted + duplicate."""

    id: UUID
    source: str
    received: int
    accepted: int
    duplicate: int
    created_at: datetime


_batch_of = valued(Batch)
_total_of = valued(Total)


@dataclass(frozen=True)
class UsageCorrection:
    """What an hour was and what it is since, in the meter's base unit, and why."""

    id: UUID
    subscription_id: UUID
    meter: str
    resource: str
    hour: datetime
    before: Decimal
    quantity: Decimal
    revision: int
    reason: str
    recorded_at: datetime


@dataclass(frozen=True)
class ManualReading:
    """What a person read off a meter, with a note and evidence."""

    id: UUID
    subscription_id: UUID
    meter: str
    resource: str
    starts_at: datetime
    ends_at: datetime
    value: Decimal
    note: str
    evidence: str
    recorded_at: datetime


@dataclass(frozen=True)
class Difference:
    """An hour whose roll-up is not the sum of the readings and corrections recorded here."""

    subscription_id: UUID
    meter: str
    resource: str
    hour: datetime
    recorded: Decimal
    rolled_up: Decimal


_CORRECTIONS = f"SELECT {', '.join(UsageCorrection.__dataclass_fields__)} FROM usage_correction WHERE {IN_SCOPE}"
_MANUAL_READINGS = f"SELECT {', '.join(ManualReading.__dataclass_fields__)} FROM manual_reading WHERE {IN_SCOPE}"


@requires(Permission.USAGE_VIEW)
async def totals(
    viewer: Viewer, subscription_ids: Collection[UUID], period: Period, *, hours: bool = True
) -> dict[UUID, dict[str, Total]]:
    """The usage of these subscriptions in the period, by subscription and meter. One statement."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"SELECT {_TOTAL if hours else f'{_SUMS}, NULL::bigint AS hours'} FROM usage_hour"
            f" WHERE {IN_SCOPE} AND subscription_id = ANY($3)"
            " AND hour >= $4 AND hour < $5 GROUP BY subscription_id, meter",
            *(viewer.organisation_id, viewer.path, list(subscription_ids), period.start, period.end),
        )
    return _by_subscription(rows)


@requires(Permission.USAGE_VIEW)
async def totals_under(viewer: Viewer, path: str, period: Period) -> dict[UUID, dict[str, Total]]:
    """The usage of every subscription at or below the account with this path. One statement."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            f"SELECT {_TOTAL} FROM usage_hour WHERE {IN_SCOPE} AND path >= $3 AND path < $3 || '~'"
            " AND hour >= $4 AND hour < $5 GROUP BY subscription_id, meter",
            *(viewer.organisation_id, viewer.path, path, period.start, period.end),
        )
    return _by_subscription(rows)


@requires(Permission.USAGE_VIEW)
async def hours(viewer: Viewer, subscription_id: UUID, period: Period) -> tuple[UsageHour, ...]:
    """The hours of a subscription in the period, by meter, resource and hour."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            "SELECT subscription_id, meter, resource, hour, quantity, samples, revision FROM usage_hour"
            f" WHERE {IN_SCOPE} AND subscription_id = $3 AND hour >= $4 AND hour < $5"
            " ORDER BY meter, resource, hour",
            *(viewer.organisation_id, viewer.path, subscription_id, period.start, period.end),
        )
    return tuple(UsageHour(**dict(row)) for row in rows)


@requires(Permission.USAGE_VIEW)
async def batches(viewer: Viewer, batch_ids: Collection[UUID]) -> dict[UUID, Batch]:
    """The batches among these that the viewer can see, by id."""
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            "SELECT id, source, received, accepted, duplicate, created_at FROM usage_batch"
            f" WHERE {IN_SCOPE} AND id = ANY($3)",
            *(viewer.organisation_id, viewer.path, list(batch_ids)),
        )
    return {row["id"]: _batch_of(row) for row in rows}


@requires(Permission.USAGE_VIEW)
async def batch_page(viewer: Viewer, request: PageRequest) -> Page[Batch]:
    """The batches in the viewer's scope, oldest first."""
    select = f"SELECT id, source, received, accepted, duplicate, created_at FROM usage_batch WHERE {IN_SCOPE}"
    return await paged(viewer, select, (viewer.organisation_id, viewer.path), request, _batch_of)


@requires(Permission.USAGE_VIEW)
async def corrections(viewer: Viewer, correction_ids: Collection[UUID]) -> dict[UUID, UsageCorrection]:
    """The corrections among these that the viewer can see, by id."""
    rows = await _among(viewer, _CORRECTIONS, correction_ids)
    return {row["id"]: UsageCorrection(**dict(row)) for row in rows}


@requires(Permission.USAGE_VIEW)
async def correction_page(viewer: Viewer, request: PageRequest) -> Page[UsageCorrection]:
    """The corrections in the viewer's scope, oldest first."""
    return await paged(
        viewer, _CORRECTIONS, (viewer.organisation_id, viewer.path), request, lambda row: UsageCorrection(**dict(row))
    )


@requires(Permission.USAGE_VIEW)
async def manual_readings(viewer: Viewer, reading_ids: Collection[UUID]) -> dict[UUID, ManualReading]:
    """The manual readings among these that the viewer can see, by id."""
    rows = await _among(viewer, _MANUAL_READINGS, reading_ids)
    return {row["id"]: ManualReading(**dict(row)) for row in rows}


@requires(Permission.USAGE_VIEW)
async def manual_reading_page(viewer: Viewer, request: PageRequest) -> Page[ManualReading]:
    """The manual readings in the viewer's scope, oldest first."""
    return await paged(
        viewer, _MANUAL_READINGS, (viewer.organisation_id, viewer.path), request, lambda row: ManualReading(**dict(row))
    )


async def _among(viewer: Viewer, select: str, identifiers: Collection[UUID]) -> list[Record]:
    async with reading(viewer) as tx:
        return await tx.connection.fetch(
            f"{select} AND id = ANY($3)", *(viewer.organisation_id, viewer.path, list(identifiers))
        )


@requires(Permission.USAGE_VIEW)
async def differences(viewer: Viewer, period: Period) -> tuple[Difference, ...]:
    """The hours of the period whose roll-up is not the sum of their readings and corrections; none, when all is well.

    Hours that were received over a link have neither here and are not compared.
    """
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            "SELECT subscription_id, meter, resource, hour, sum(recorded) AS recorded,"
            " coalesce(sum(rolled_up), 0) AS rolled_up FROM ("
            "  SELECT subscription_id, meter, resource, hour, quantity AS recorded, NULL::numeric AS rolled_up"
            f"  FROM usage_event WHERE {IN_SCOPE} AND hour >= $3 AND hour < $4 UNION ALL"
            "  SELECT subscription_id, meter, resource, hour, quantity - before, NULL"
            f"  FROM usage_correction WHERE {IN_SCOPE} AND hour >= $3 AND hour < $4 UNION ALL"
            "  SELECT subscription_id, meter, resource, hour, NULL, quantity"
            f"  FROM usage_hour WHERE {IN_SCOPE} AND hour >= $3 AND hour < $4) AS side"
            " GROUP BY 1, 2, 3, 4 HAVING sum(recorded) <> coalesce(sum(rolled_up), 0) ORDER BY 1, 2, 3, 4",
            *(viewer.organisation_id, viewer.path, period.start, period.end),
        )
    return tuple(Difference(**dict(row)) for row in rows)


def _by_subscription(rows: Collection[Record]) -> dict[UUID, dict[str, Total]]:
    found: dict[UUID, dict[str, Total]] = {}
    for row in rows:
        found.setdefault(row["subscription_id"], {})[row["meter"]] = _total_of(row)
    return found
