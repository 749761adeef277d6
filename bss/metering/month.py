"""A month in detail: of each subscription at or below an account, its meters, and of each the days and the resources.

Owns: that all of it is one answer, and which days a month has in a zone. Does not own: sums over longer times
(`series`), what is missing (`freshness`).
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from asyncpg import Record

from bss.catalogue.meter import Meter
from bss.catalogue.queries import meters
from bss.metering.bucket import Step, buckets
from bss.metering.freshness import Freshness, Scope, freshness, scope_arguments, within
from bss.metering.series import Point
from bss.period import Period, UnknownZone, billing_period, zone_named
from bss.permission import Permission
from bss.refusal import InvalidInput
from bss.transaction.begin import reading
from bss.viewer import Viewer, requires

MOST_ROWS = 50_000
"""Days and resources of one answer: a thousand subscriptions with one meter and one resource have 32,000."""
_MONTH = re.compile(r"(19[7-9]\d|2[01]\d\d)-(0[1-9]|1[0-2])", re.ASCII)


@dataclass(frozen=True)
class Resource:
    """What one resource used in the month, in the meter's base unit."""

    name: str
    quantity: Decimal


@dataclass(frozen=True)
class MeterMonth:
    """A meter's month: the days with usage, and the same by resource. Both sum to the total."""

    meter_code: str
    meter: Meter | None
    days: tuple[Point, ...]
    resources: tuple[Resource, ...]

    @property
    def total(self) -> Decimal:
        return sum((day.quantity for day in self.days), Decimal(0))


@dataclass(frozen=True)
class SubscriptionMonth:
    """A subscription's month; one without usage has none."""

    subscription_id: UUID
    meters: tuple[MeterMonth, ...]


@dataclass(frozen=True)
class Month:
    """The month, how far it can be trusted, and the subscriptions with usage in it."""

    period: Period
    freshness: Freshness
    subscriptions: tuple[SubscriptionMonth, ...]


def month_named(text: str | None, zone: str, now: datetime) -> Period:
    """The calendar month "2026-02" in the zone; the present one when nothing is said. Raises `InvalidInput`."""
    try:
        local = zone_named(zone)
    except UnknownZone as unknown:
        raise InvalidInput.at("zone", f"There is no time zone {zone!r}.") from unknown
    if text is None:
        return billing_period(now, day=1, zone=zone)
    found = _MONTH.fullmatch(text)
    if found is None:
        raise InvalidInput.at("month", 'A month is written as "2026-02".')
    return billing_period(_noon(int(found[1]), int(found[2]), local), day=1, zone=zone)


def _noon(year: int, month: int, local: ZoneInfo) -> datetime:
    return datetime(year, month, 1, 12, tzinfo=local)


_DETAIL = f"""
SELECT subscription_id, meter, bucket, resource, grouping(resource) AS is_day, sum(quantity) AS quantity
FROM (SELECT h.subscription_id, h.meter, h.resource, width_bucket(h.hour, $5::timestamptz[]) AS bucket, h.quantity
  FROM usage_hour h WHERE {within("h")} AND h.hour >= $6 AND h.hour < $7) AS hours
GROUP BY GROUPING SETS ((subscription_id, meter, bucket), (subscription_id, meter, resource))
ORDER BY subscription_id, meter, bucket, resource LIMIT $8
"""


@requires(Permission.USAGE_VIEW)
async def month(viewer: Viewer, path: str, period: Period, zone: str, *, now: datetime) -> Month:
    """The month of everything at or below the account with this path. As many statements for many as for one.

    Raises `InvalidInput` for more days and resources than one answer may have.
    """
    days, scope, known = buckets(period, Step.DAY, zone), Scope(path), await meters(viewer)
    async with reading(viewer) as tx:
        rows = await tx.connection.fetch(
            _DETAIL,
            *scope_arguments(viewer, scope),
            *([day.start for day in days], period.start, period.end, MOST_ROWS + 1),
        )
        told = await freshness(tx, scope, period, known.values(), now)
    if len(rows) > MOST_ROWS:
        raise InvalidInput.at("accountId", f"This is more than {MOST_ROWS:,} days and resources; ask further below.")
    return Month(period, told, _by_subscription(rows, days, known))


def _by_subscription(
    rows: Collection[Record], days: tuple[Period, ...], known: dict[str, Meter]
) -> tuple[SubscriptionMonth, ...]:
    return tuple(
        SubscriptionMonth(
            subscription_id,
            tuple(
                _meter_month(code, known, list(some), days)
                for code, some in groupby(of_one, key=lambda row: row["meter"])
            ),
        )
        for subscription_id, of_one in groupby(rows, key=lambda row: row["subscription_id"])
    )


def _meter_month(code: str, known: dict[str, Meter], rows: list[Record], days: tuple[Period, ...]) -> MeterMonth:
    return MeterMonth(
        code,
        known.get(code),
        tuple(Point(days[row["bucket"] - 1], row["quantity"]) for row in rows if row["is_day"]),
        tuple(Resource(row["resource"], row["quantity"]) for row in rows if not row["is_day"]),
    )
