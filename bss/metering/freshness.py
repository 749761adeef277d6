"""Freshness and gaps: how far usage is known, and which whole hours are missing.

Owns: what a gap is. A meter of a subscription that measures over time (`MeterKind.TIME_WEIGHTED`) has a gap where
a whole hour, after its first sample ever and before now, has no sample of any resource; nothing is missing after the
service was removed. What only counts, such as egress, may be silent and has none. Does not own: the spans (`span`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from asyncpg import Record

from bss.catalogue.meter import Meter, MeterKind
from bss.catalogue.queries import meters
from bss.metering.bucket import hour_at_or_after, hour_of
from bss.period import HOUR, Period
from bss.permission import Permission
from bss.refusal import InvalidInput
from bss.transaction.begin import Transaction, reading
from bss.viewer import Viewer, requires

LONGEST_WINDOW = timedelta(days=366)


@dataclass(frozen=True)
class Freshness:
    """How far usage is known. `fresh_as_of`: the latest sample of all, in the window or not; None before the first.

    `complete_until`: the end of the window's whole hours, or the first one that is missing; None where nothing is
    measured over time. `gaps`: the missing hours, each counted for every meter of every subscription.
    """

    fresh_as_of: datetime | None
    complete_until: datetime | None
    gaps: int


@dataclass(frozen=True)
class Gap:
    """Missing hours in a row, `[starts_at, ends_at)`."""

    subscription_id: UUID
    meter: str
    starts_at: datetime
    ends_at: datetime

    @property
    def hours(self) -> int:
        return (self.ends_at - self.starts_at) // HOUR


@dataclass(frozen=True)
class Span:
    """From when to when a meter of a subscription has spoken. `source` is empty for what came over a link.

    Such hours are known to the hour: their `last_at` is the start of the last one.
    """

    subscription_id: UUID
    meter: str
    source: str
    first_hour: datetime
    last_at: datetime


@dataclass(frozen=True)
class Scope:
    """Of whom usage is asked: everybody at or below `path`, or one subscription."""

    path: str
    subscription_id: UUID | None = None


def within(alias: str) -> str:
    """The condition of a `Scope` on the table of this alias: $1 to $4 are `scope_arguments`."""
    return (
        f"{alias}.organisation_id = $1 AND {alias}.path >= $2 AND {alias}.path < $2 || '~' AND {alias}.path >= $3"
        f" AND {alias}.path < $3 || '~' AND ($4::uuid IS NULL OR {alias}.subscription_id = $4)"
    )


def scope_arguments(viewer: Viewer, scope: Scope) -> tuple[object, ...]:
    """$1 to $4 of `within`."""
    return viewer.organisation_id, viewer.path, scope.path, scope.subscription_id


# A mark stands at each hour that there is, before the first that there should be, and at the end; between two marks
# that are no neighbours lies a gap.
_GAPS = f"""
WITH span AS (
  SELECT u.subscription_id, u.meter, greatest($5, min(u.first_hour)) AS starts_at,
    least($6, date_trunc('hour', s.removed_at)) AS ends_at
  FROM usage_span u JOIN subscription s ON s.organisation_id = $1 AND s.id = u.subscription_id
  WHERE {within("u")} AND u.meter = ANY($7)
  GROUP BY u.subscription_id, u.meter, s.removed_at
), due AS (SELECT * FROM span WHERE starts_at < ends_at
), mark AS (
  SELECT DISTINCT h.subscription_id, h.meter, h.hour
  FROM due JOIN usage_hour h ON h.organisation_id = $1 AND h.subscription_id = due.subscription_id
    AND h.meter = due.meter AND h.hour >= due.starts_at AND h.hour < due.ends_at
  UNION ALL SELECT subscription_id, meter, starts_at - interval '1 hour' FROM due
  UNION ALL SELECT subscription_id, meter, ends_at FROM due
), gap AS (
  SELECT subscription_id, meter, hour + interval '1 hour' AS starts_at,
    lead(hour) OVER (PARTITION BY subscription_id, meter ORDER BY hour) AS ends_at
  FROM mark)
"""
_FRESHNESS = f"""{_GAPS}
SELECT (SELECT max(u.last_at) FROM usage_span u WHERE {within("u")}) AS fresh_as_of,
  EXISTS (SELECT FROM due) AS measured, min(gap.starts_at) AS first_gap,
  coalesce(sum(extract(epoch FROM gap.ends_at - gap.starts_at) / 3600), 0)::bigint AS gaps
FROM gap WHERE gap.starts_at < gap.ends_at
"""
_LIST = f"{_GAPS} SELECT * FROM gap WHERE starts_at < ends_at ORDER BY subscription_id, meter, starts_at"
_SPANS = f"""
SELECT u.subscription_id, u.meter, u.source, u.first_hour, u.last_at FROM usage_span u WHERE {within("u")}
ORDER BY u.subscription_id, u.meter, u.source
"""


async def freshness(
    tx: Transaction, scope: Scope, window: Period, known: Collection[Meter], now: datetime
) -> Freshness:
    """How far the usage of the window is known; `known` are the organisation's meters. One statement."""
    row = await tx.connection.fetchrow(_FRESHNESS, *_arguments(tx.viewer, scope, window, known, now))
    assert row is not None, "an aggregate has one row"
    end = _whole_hours(window, now)[1]
    complete = (row["first_gap"] or end) if row["measured"] else None
    return Freshness(row["fresh_as_of"], complete, row["gaps"])


@requires(Permission.USAGE_VIEW)
async def gaps(viewer: Viewer, subscription_id: UUID, window: Period, *, now: datetime) -> tuple[Gap, ...]:
    """The gaps of a subscription in a window of at most 366 days, by meter and time. Raises `InvalidInput`."""
    if window.end - window.start > LONGEST_WINDOW:
        raise InvalidInput.at("to", f"Gaps are told of at most {LONGEST_WINDOW.days} days.")
    known = (await meters(viewer)).values()
    rows = await _rows(viewer, _LIST, _arguments(viewer, Scope(viewer.path, subscription_id), window, known, now))
    return tuple(Gap(**dict(row)) for row in rows)


@requires(Permission.USAGE_VIEW)
async def spans(viewer: Viewer, subscription_id: UUID) -> tuple[Span, ...]:
    """From when to when each meter of a subscription has spoken, by meter and source."""
    rows = await _rows(viewer, _SPANS, scope_arguments(viewer, Scope(viewer.path, subscription_id)))
    return tuple(Span(**dict(row)) for row in rows)


async def _rows(viewer: Viewer, select: str, arguments: tuple[object, ...]) -> list[Record]:
    async with reading(viewer) as tx:
        return await tx.connection.fetch(select, *arguments)


def _arguments(
    viewer: Viewer, scope: Scope, window: Period, known: Collection[Meter], now: datetime
) -> tuple[object, ...]:
    measuring = [meter.code for meter in known if meter.kind is MeterKind.TIME_WEIGHTED]
    return (*scope_arguments(viewer, scope), *_whole_hours(window, now), measuring)


def _whole_hours(window: Period, now: datetime) -> tuple[datetime, datetime]:
    """The first hour that starts in the window, and the end of the last one that is over by now."""
    return hour_at_or_after(window.start), min(hour_at_or_after(window.end), hour_of(now))
