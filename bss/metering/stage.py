"""Step: bring readings, split over hours, into a temporary table, and check them against the books.

Owns: everything that can be wrong with a reading by itself or with what it names. Does not own: whether it was
recorded before, and what it adds to the roll-ups (`count`). Memory does not grow with the number of readings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from itertools import islice
from uuid import UUID

from bss.catalogue.meter import MeterKind
from bss.metering.findings import Findings
from bss.metering.hourly import EXACT, is_storable, over_hours
from bss.metering.reading import EARLIEST, LATEST, LONGEST_INTERVAL, MOST_PROBLEMS, MOST_TEXT, Reading
from bss.period import HOUR, MILLISECOND
from bss.transaction.begin import Transaction
from bss.transaction.scope import IN_SCOPE

CHUNK_ROWS = 50_000
_WORK_MEMORY = "64MB"  # a file of millions is sorted and joined on the server, in few passes
Numbered = Iterable[tuple[int, Reading]]
"""Readings, each with its place in the batch: an index, or the line of a file."""
Progress = Callable[[int], None]
"""Is told, after each chunk, how many rows (readings, split over hours) have been staged so far."""

_CREATE = """
CREATE TEMP TABLE usage_stage (place bigint, part int, event_id text COLLATE "C", subscription_id uuid, meter text,
  resource text, starts_at timestamptz, ends_at timestamptz, whole numeric, hour timestamptz, quantity numeric,
  known boolean NOT NULL DEFAULT false)
ON COMMIT DROP;
CREATE TEMP TABLE usage_subject (subscription_id uuid PRIMARY KEY, path text, mirrored boolean) ON COMMIT DROP
"""
"""A reading has as many rows as hours. `whole` is the value of one with several; of one row the quantity tells it.

`known`: the event id was recorded before, or stands at an earlier place in the same batch; `count` marks it.
"""
_COLUMNS = (
    *("place", "part", "event_id", "subscription_id", "meter", "resource"),
    *("starts_at", "ends_at", "whole", "hour", "quantity"),
)
_METERS = f"SELECT code, kind FROM meter WHERE {IN_SCOPE}"
_NAMED = (
    "SELECT subscription_id, count(*) FILTER (WHERE part = 0) AS readings FROM usage_stage GROUP BY subscription_id"
)
_SUBJECTS = (
    "INSERT INTO usage_subject (subscription_id, path, mirrored)"
    f" SELECT id, path, mirrored FROM subscription WHERE {IN_SCOPE} AND id = ANY($3) RETURNING subscription_id"
)
_RESOLD = (
    "SELECT subscription.id FROM subscription JOIN offering ON offering.organisation_id = $1"
    " AND offering.id = subscription.offering_id WHERE subscription.organisation_id = $1"
    " AND subscription.id = ANY($2) AND NOT subscription.mirrored AND offering.supply_link_id IS NOT NULL"
)
# Row-level security makes the planner expect hardly a subscription: without this it compares every reading with every
# subscription. Of the readings it knows the number of pages, which is enough.
_STATISTICS = "ANALYZE usage_subject"
_NAMING = "SELECT DISTINCT place FROM usage_stage WHERE part = 0 AND subscription_id = ANY($1) ORDER BY place LIMIT $2"

MEASURED_ABOVE = "Its distributor measures it, and the hours arrive over the link."
"""An hour has one writer: two would count it twice, or hide each other's revisions."""

_StagedRow = tuple[int, int, str, UUID, str, str, datetime, datetime, Decimal | None, datetime, Decimal]
_Wrong = tuple[str, str]


async def stage(tx: Transaction, numbered: Numbered, findings: Findings, progress: Progress) -> int:
    """Fill `usage_stage`, and `usage_subject` with the subscriptions that it names; both end with the transaction.

    Returns the number of readings. What is wrong with any of them is in `findings` then: nothing may be counted.
    """
    await tx.connection.execute(_CREATE)
    await tx.connection.execute(f"SET LOCAL work_mem = '{_WORK_MEMORY}'")
    meters = await tx.connection.fetch(_METERS, tx.organisation_id, tx.viewer.path)
    rows = _staged(numbered, {row["code"]: MeterKind(row["kind"]) for row in meters}, findings)
    staged, copied = 0, CHUNK_ROWS
    while copied == CHUNK_ROWS:
        status = await tx.connection.copy_records_to_table(
            "usage_stage", columns=_COLUMNS, records=islice(rows, CHUNK_ROWS)
        )
        copied = int(status.removeprefix("COPY "))
        staged += copied
        progress(staged)
    received = await _find_subjects(tx, findings)
    await tx.connection.execute(_STATISTICS)
    return received


async def _find_subjects(tx: Transaction, findings: Findings) -> int:
    named = {row["subscription_id"]: row["readings"] for row in await tx.connection.fetch(_NAMED)}
    known = await tx.connection.fetch(_SUBJECTS, tx.organisation_id, tx.viewer.path, list(named))
    unknown = named.keys() - {row["subscription_id"] for row in known}
    resold = {row["id"] for row in await tx.connection.fetch(_RESOLD, tx.organisation_id, list(named))}
    for wrong, message in ((unknown, "There is no such subscription."), (resold, MEASURED_ABOVE)):
        for row in await tx.connection.fetch(_NAMING, list(wrong), MOST_PROBLEMS) if wrong else ():
            findings.add_of(row["place"], "subscription", message)
    return sum(named.values())


def _staged(numbered: Numbered, kinds: Mapping[str, MeterKind], findings: Findings) -> Iterator[_StagedRow]:
    """The rows of the readings that are right by themselves; the others become findings."""
    # Readings come in the order of time as a rule: most lie in the hour of the one before, and need no calendar.
    hour = until = EARLIEST
    for place, reading in numbered:
        wrong = tuple(_wrong(reading, kinds))
        if wrong:
            for field, message in wrong:
                findings.add_of(place, field, message, reading.meter)
            if findings.full:
                return
            continue
        event_id, subscription_id, meter, resource, starts_at, ends_at, value = reading
        if starts_at.tzinfo is not UTC or ends_at.tzinfo is not UTC:
            starts_at, ends_at = starts_at.astimezone(UTC), ends_at.astimezone(UTC)
        if hour <= starts_at < until and ends_at <= until and kinds[meter] is MeterKind.TIME_WEIGHTED:
            whole = EXACT.multiply(value, (ends_at - starts_at) // MILLISECOND)
            yield place, 0, event_id, subscription_id, meter, resource, starts_at, ends_at, None, hour, whole
            continue
        parts = over_hours(kinds[meter], starts_at, ends_at, value)
        hour = parts[-1][0]
        until = hour + HOUR
        told = None if len(parts) == 1 else value
        for part, (at, quantity) in enumerate(parts):
            yield place, part, event_id, subscription_id, meter, resource, starts_at, ends_at, told, at, quantity


def _wrong(reading: Reading, kinds: Mapping[str, MeterKind]) -> Iterator[_Wrong]:
    """All that is wrong with the reading by itself: field and message."""
    event_id, _, meter, resource, start, end, value = reading
    if meter not in kinds:
        yield "meter", f"There is no meter {meter!r}."
    if not (0 < len(event_id) <= MOST_TEXT and event_id.isprintable()):
        yield "eventId", f"An event id has 1 to {MOST_TEXT} printable characters."
    if not (len(resource) <= MOST_TEXT and resource.isprintable()):
        yield "resource", f"A resource has up to {MOST_TEXT} printable characters."
    if not is_storable(value):
        yield "value", f"{value} is not a number from 0 to below 10^15 with at most nine decimals."
    if start.tzinfo is None or end.tzinfo is None:
        yield "startsAt", "An instant needs an offset."
        return  # what has no offset cannot be compared
    if start.microsecond % 1000 or end.microsecond % 1000:
        yield "startsAt", "Usage is kept in whole milliseconds."
    if start < EARLIEST or end > LATEST:
        yield "startsAt", f"Usage lies between {EARLIEST:%Y} and {LATEST:%Y}."
    if end < start or (end == start and kinds.get(meter) is MeterKind.TIME_WEIGHTED):
        yield "endsAt", "The interval does not end after it starts."
    elif end - start > LONGEST_INTERVAL:
        yield "endsAt", f"An interval has at most {LONGEST_INTERVAL.days} days."
