"""How fast and how small usage is ingested: `python -m bench.usage_ingest [--rows N]`.

1. `append` against the statement that a database engineer would write by hand: the same readings, split over hours
   beforehand, COPY and one statement, on the same tables with the same constraints, policies and settings. Each
   runs in a fresh database, in turns; the best of each counts, because other work can only make a run slower.
2. The import of a CSV file of N rows (5,000,000) by a process of its own: its greatest resident size, as Linux
   tells it.

The server is the embedded one, or the one that `BSS_TEST_POSTGRES` names.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from uuid import UUID

from bench.own_process import measured
from bss.catalogue.meter import MeterKind
from bss.metering.append import append
from bss.metering.column_mapping import VM_SAMPLES, Product
from bss.metering.csv_file import import_csv
from bss.metering.hourly import over_hours
from bss.metering.reading import Reading
from bss.transaction.begin import begin
from bss.transaction.database import Role
from bss.viewer import Viewer
from server.schema_of_database import register_models
from tests.installation import Server, drop_template, fresh_database, make_template, postgres
from tests.metering.books import NOW, Books, open_books

ROWS = 5_000_000
READINGS = 50_000
ROUNDS = 9
VMS = 500
FLOOR = 0.8
MOST_MEGABYTES = 300
START = datetime(2026, 1, 1, 0, 0, 46, tzinfo=UTC)
SAMPLE = timedelta(minutes=5)
MAPPING = replace(VM_SAMPLES, meters={"vcpu_hours": Product(("cpu_count",))})

STAGE = """
CREATE TEMP TABLE stage (place bigint, part int, event_id text COLLATE "C", subscription_id uuid, meter text,
  resource text, starts_at timestamptz, ends_at timestamptz, whole numeric, hour timestamptz, quantity numeric)
ON COMMIT DROP
"""
BY_HAND = """
WITH keys AS (
  INSERT INTO usage_key (organisation_id, path, source, event_id, fingerprint, hour)
  SELECT DISTINCT ON (r.event_id) $1, s.path, $2, r.event_id, hash_record_extended(ROW(
    r.subscription_id, r.meter, r.resource, r.starts_at, r.ends_at, r.whole, r.quantity), 0), r.hour
  FROM stage r JOIN subscription s ON s.organisation_id = $1 AND s.id = r.subscription_id
  WHERE r.part = 0 ORDER BY r.event_id
  ON CONFLICT DO NOTHING RETURNING event_id, path
), events AS (
  INSERT INTO usage_event (organisation_id, path, source, event_id, subscription_id, meter, resource, hour,
    quantity, recorded_at)
  SELECT $1, k.path, $2, r.event_id, r.subscription_id, r.meter, r.resource, r.hour, r.quantity, $3
  FROM stage r JOIN keys k USING (event_id)
  RETURNING path, subscription_id, meter, resource, hour, quantity
)
INSERT INTO usage_hour AS h (organisation_id, path, subscription_id, meter, resource, hour, quantity, samples)
SELECT $1, path, subscription_id, meter, resource, hour, sum(quantity), count(*) FROM events
GROUP BY path, subscription_id, meter, resource, hour ORDER BY subscription_id, meter, resource, hour
ON CONFLICT (organisation_id, subscription_id, meter, resource, hour) DO UPDATE
SET quantity = h.quantity + excluded.quantity, samples = h.samples + excluded.samples, revision = h.revision + 1
"""

Run = Callable[[Books], Awaitable[float]]
"""Ingests into fresh books; returns the seconds that it took."""


def samples(rows: int) -> Iterator[tuple[int, datetime, int]]:
    """(virtual machine, end of the sample, vCPUs): five-minute samples of one machine after the other."""
    for vm in range(VMS):
        for sample in range(rows * vm // VMS, rows * (vm + 1) // VMS):
            yield vm, START + SAMPLE * (sample - rows * vm // VMS + 1), 1 + vm % 8


def readings(subscriptions: tuple[UUID, ...], rows: int) -> Iterator[Reading]:
    for vm, end, vcpus in samples(rows):
        event_id = f"vm-{vm}:{end:%Y-%m-%dT%H:%M:%SZ}:vcpu_hours"
        yield Reading(event_id, subscriptions[vm], "vcpu_hours", f"vm-{vm}", end - SAMPLE, end, Decimal(vcpus))


async def by_append(books: Books) -> float:
    batch = list(readings(books.subscriptions, READINGS))
    started = perf_counter()
    report = await append(books.viewer, "bench", batch, now=NOW)
    seconds = perf_counter() - started
    if report.accepted != READINGS:
        raise AssertionError(report)
    return seconds


def _split(books: Books) -> Iterator[tuple[object, ...]]:
    for place, (*words, start, end, value) in enumerate(readings(books.subscriptions, READINGS)):
        parts = over_hours(MeterKind.TIME_WEIGHTED, start, end, value)
        for part, amount in enumerate(parts):
            yield (place, part, *words, start, end, None if len(parts) == 1 else value, *amount)


async def by_hand(books: Books) -> float:
    rows = list(_split(books))
    started = perf_counter()
    async with begin(books.viewer, role=Role.BULK) as tx:
        await tx.connection.execute(STAGE)
        await tx.connection.copy_records_to_table("stage", records=rows)
        await tx.connection.execute("ANALYZE stage; SET LOCAL work_mem = '64MB'")
        await tx.connection.execute(BY_HAND, tx.organisation_id, "bench", NOW)
    return perf_counter() - started


async def seconds_of(run: Run, server: Server) -> float:
    async with fresh_database(server) as (_, database):
        with database.bound():
            return await run(await open_books("bench", subscriptions=VMS))


async def best_seconds(server: Server) -> tuple[float, float]:
    """By hand, and by `append`."""
    hand, appended = [], []
    for _ in range(ROUNDS):
        hand.append(await seconds_of(by_hand, server))
        appended.append(await seconds_of(by_append, server))
    return min(hand), min(appended)


async def greatest_size(server: Server, rows: int) -> tuple[int, float]:
    """The importing process's greatest resident megabytes, and the seconds that it took."""
    async with fresh_database(server) as (name, database):
        with database.bound():
            books = await open_books("bench", subscriptions=VMS)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "samples.csv"
            with path.open("w", encoding="utf-8") as file:
                file.write("vm_id,sampled_at,duration_ms,cpu_count\n")
                file.writelines(f"vm-{vm},{end:%Y-%m-%dT%H:%M:%SZ},300000,{n}\n" for vm, end, n in samples(rows))
            found = await measured(accepted, server.addresses(name), books.viewer, path, names_of(books))
    if found.answer != rows:
        raise AssertionError(f"{found.answer} of {rows} rows were accepted")
    return found.megabytes, found.seconds


def names_of(books: Books) -> dict[str, UUID]:
    """The subscription of each machine."""
    return {f"vm-{vm}": subscription_id for vm, subscription_id in enumerate(books.subscriptions)}


async def accepted(viewer: Viewer, path: Path, names: dict[str, UUID]) -> int:
    """Import the file; how many of its readings are new."""
    report = await import_csv(viewer, path, MAPPING, names, "bench", now=NOW, progress=_tell)
    return report.accepted


def _tell(staged: int) -> None:
    print(f"\r{staged:>12,} rows staged", end="", file=sys.stderr, flush=True)


async def measure(server: Server, rows: int) -> bool:
    """Print figure, limit and ratio of each promise; whether all are kept."""
    await register_models()
    await make_template(server)
    try:
        by_hand_seconds, append_seconds = await best_seconds(server)
        megabytes, import_seconds = await greatest_size(server, rows)
    finally:
        await drop_template(server)
    hand, appended = READINGS / by_hand_seconds, READINGS / append_seconds
    fast, small = appended >= FLOOR * hand, megabytes < MOST_MEGABYTES
    print(f"\n{'usage ingest, dedupe and roll-up':<40}{'figure':>10}{'limit':>10}{'ratio':>8}  verdict")
    print(_row("append, readings/s (limit: by hand)", appended, hand, f"{_verdict(fast)}, floor {FLOOR}"))
    print(_row(f"import of {rows:,} rows, MB resident", megabytes, MOST_MEGABYTES, _verdict(small)))
    print(f"{'the same import, rows/s':<40}{rows / import_seconds:>10,.0f}")
    return fast and small


def _row(name: str, figure: float, limit: float, verdict: str) -> str:
    return f"{name:<40}{figure:>10,.0f}{limit:>10,.0f}{figure / limit:>8.2f}  {verdict}"


def _verdict(is_kept: bool) -> str:
    return "kept" if is_kept else "missed"


def main() -> int:
    """1 when a promise is not kept."""
    parser = argparse.ArgumentParser(prog="python -m bench.usage_ingest", description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of the CSV file (default %(default)s)")
    rows: int = parser.parse_args().rows
    with postgres() as server:
        return 0 if asyncio.run(measure(server, rows)) else 1


if __name__ == "__main__":
    sys.exit(main())
