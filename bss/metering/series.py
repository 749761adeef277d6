"""Usage of any node over time: by hour, day or month, and by resource.

Owns: the sums, which at a node are those of its leaves, because both are made of the same hours. Does not own: where
a bucket begins (`bucket`), what is missing (`freshness`), prices.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from asyncpg import Record

from bss.catalogue.meter import Meter
from bss.catalogue.queries import meters
from bss.metering.bucket import Step, buckets
from bss.metering.freshness import Freshness, Scope, freshness, scope_arguments, within
from bss.period import Period
from bss.permission import Permission
from bss.refusal import InvalidInput
from bss.transaction.begin import reading
from bss.viewer import Viewer, requires

MOST_POINTS = 50_000
"""Points of one answer: 41 days by the hour of fifty meters or resources."""


@dataclass(frozen=True)
class Point:
    """What was used in the hours that start in the bucket, in the meter's base unit."""

    bucket: Period
    quantity: Decimal


@dataclass(frozen=True)
class Series:
    """One meter over time. By resource, a series is that of one resource of one subscription; else both are None.

    A bucket without usage has no point. `meter` is None for hours of a meter that the organisation does not have.
    """

    meter_code: str
    meter: Meter | None
    subscription_id: UUID | None
    resource: str | None
    points: tuple[Point, ...]

    @property
    def total(self) -> Decimal:
        return sum((point.quantity for point in self.points), Decimal(0))


@dataclass(frozen=True)
class Usage:
    """The series by meter, subscription and resource, and how far they can be trusted."""

    freshness: Freshness
    series: tuple[Series, ...]


_POINTS = """
SELECT h.meter, {keys}, width_bucket(h.hour, $5::timestamptz[]) AS bucket, sum(h.quantity) AS quantity
FROM usage_hour h WHERE {within} AND h.hour >= $6 AND h.hour < $7
GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4 LIMIT $8
"""
_BY_METER = _POINTS.format(keys="NULL::uuid AS subscription_id, NULL::text AS resource", within=within("h"))
_BY_RESOURCE = _POINTS.format(keys="h.subscription_id, h.resource", within=within("h"))


@dataclass(frozen=True)
class Asked:
    """A window of time, cut by a step in a zone; by meter, or by resource too."""

    window: Period
    step: Step
    zone: str
    by_resource: bool = False


@requires(Permission.USAGE_VIEW)
async def series(viewer: Viewer, scope: Scope, asked: Asked, *, now: datetime) -> Usage:
    """The usage in scope. As many statements for a thousand subscriptions as for one.

    Raises `InvalidInput` for more buckets, or more points in all, than one answer may have.
    """
    cut = buckets(asked.window, asked.step, asked.zone)
    window = asked.window
    known = await meters(viewer)
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            _BY_RESOURCE if asked.by_resource else _BY_METER,
            *scope_arguments(viewer, scope),
            *([each.start for each in cut], window.start, window.end, MOST_POINTS + 1),
        )
        told = await freshness(tx, scope, window, known.values(), now)
    if len(rows) > MOST_POINTS:
        raise InvalidInput.at("by", f"This is more than {MOST_POINTS:,} points: the limit of one answer.")
    return Usage(told, _series(rows, cut, known))


def _series(rows: Collection[Record], cut: tuple[Period, ...], known: dict[str, Meter]) -> tuple[Series, ...]:
    grouped = groupby(rows, key=lambda row: (row["meter"], row["subscription_id"], row["resource"]))
    return tuple(
        Series(
            *(meter, known.get(meter), subscription_id, resource),
            tuple(Point(cut[row["bucket"] - 1], row["quantity"]) for row in some),
        )
        for (meter, subscription_id, resource), some in grouped
    )
