"""Step: bring readings, split over hours, into a temporary table, and check them against the books.

Owns: everything that can be wrong with a reading by itself, or with what it names. Does not own: whether it was
recorded before, and what it adds to the roll-ups (`count`). Memory does not grow with the number of readings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from uuid import UUID

from bss.catalogue.meter import MeterKind
from bss.metering.findings import Findings
from bss.metering.hourly import is_storable, over_hours
from bss.metering.reading import LARGEST_VALUE, LONGEST_INTERVAL, MOST_PROBLEMS, MOST_TEXT, Reading
from bss.transaction.begin import Transaction

CHUNK_ROWS = 50_000
Numbered = Iterable[tuple[int, Reading]]
"""Readings, each with its place in the batch: an index, or the line of a file."""
Progress = Callable[[int], None]
"""Is told, now and then, how many rows have been staged."""

_CREATE = (
    'CREATE TEMP TABLE usage_stage (place bigint, part int, event_id text COLLATE "C", subscription_id uuid, meter text,'
    " resource text, starts_at timestamptz, ends_at timestamptz, value numeric, hour timestamptz, quantity numeric)"
    " ON COMMIT DROP"
)
_UNKNOWN = (
    "SELECT r.subscription_id FROM (SELECT DISTINCT subscription_id FROM usage_stage) AS r WHERE NOT EXISTS ("
    " SELECT FROM subscription s WHERE s.organisation_id = $1 AND s.path >= $2 AND s.path < $2 || '~'"
    "  AND s.id = r.subscription_id)"
)
_NAMING = (
    "SELECT place FROM usage_stage WHERE part = 0 AND subscription_id = ANY($1) ORDER BY place LIMIT $2"
)

StagedRow = tuple[object, ...]


async def stage(tx: Transaction, numbered: Numbered, findings: Findings, progress: Progress) -> None:
    """Fill `usage_stage`, which lives as long as the transaction. Raises `InvalidInput` with all problems."""
    await tx.connection.execute(_CREATE)
    rows = _staged(numbered, await _meter_kinds(tx), findings)
    staged, more = 0, True
    while more and not findings.full:
        status = await tx.connection.copy_records_to_table("usage_stage", records=islice(rows, CHUNK_ROWS))
        copied = int(status.split()[-1])
        staged, more = staged + copied, copied == CHUNK_ROWS
        progress(staged)
    await _find_unknown(tx, findings)
    findings.refuse()


async def _meter_kinds(tx: Transaction) -> dict[str, MeterKind]:
    rows = await tx.connection.fetch(
        "SELECT code, kind FROM meter WHERE organisation_id = $1 AND path >= $2 AND path < $2 || '~'",
        *(tx.organisation_id, tx.viewer.path),
    )
    return {row["code"]: MeterKind(row["kind"]) for row in rows}


async def _find_unknown(tx: Transaction, findings: Findings) -> None:
    unknown = await tx.connection.fetch(_UNKNOWN, tx.organisation_id, tx.viewer.path)
    if unknown:
        ids = [row["subscription_id"] for row in unknown]
        for row in await tx.connection.fetch(_NAMING, ids, MOST_PROBLEMS):
            findings.add(row["place"], "subscription", "There is no such subscription.")


def _staged(numbered: Numbered, kinds: Mapping[str, MeterKind], findings: Findings) -> Iterator[StagedRow]:
    for place, reading in numbered:
        event_id, subscription_id, meter, resource, starts_at, ends_at, value = reading
        kind = kinds.get(meter)
        wrong = _wrong_words(reading, kind) or _wrong_numbers(reading, kind)
        if kind is None or wrong is not None:
            findings.add(place, *wrong)
            if findings.full:
                return
            continue
        if starts_at.tzinfo is not UTC or ends_at.tzinfo is not UTC:
            starts_at, ends_at = starts_at.astimezone(UTC), ends_at.astimezone(UTC)
        for part, (hour, quantity) in enumerate(over_hours(kind, starts_at, ends_at, value)):
            yield place, part, event_id, subscription_id, meter, resource, starts_at, ends_at, value, hour, quantity
