"""What a CSV file of a million rows costs of which three are bad: `python -m bench.refused_file [--rows N]`.

Line 17 holds no number, the line in the middle names an unknown machine, and the event id of the last one was recorded
before with another content, which only the database knows. All three must be told in one refusal, by line and column;
every table must have as many rows as before; the refusing process must stay small; and the refusal must not take longer
than the import of the same file with the three lines mended, because it writes nothing.

The server is the embedded one, or the one that `BSS_TEST_POSTGRES` names.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from bench.own_process import Measured, measured
from bench.usage_ingest import MAPPING, MOST_MEGABYTES, SAMPLE, VMS, names_of, samples
from bss.metering.append import append
from bss.metering.csv_file import import_csv
from bss.metering.reading import Reading
from bss.refusal import InvalidInput
from bss.viewer import Viewer
from server.schema_of_database import register_models
from tests.installation import Server, drop_template, fresh_database, make_template, postgres
from tests.metering.books import NOW, open_books
from tests.rows_by_table import rows_by_table

ROWS = 1_000_000
MOST_OF_AN_IMPORT = 1.0
NO_NUMBER = 17
"""The line of the first bad row; the others stand in the middle and at the end."""
Places = list[tuple[str, ...]]


@dataclass(frozen=True)
class Found:
    """The refusal, the import of the mended file, and what was to be told."""

    refused: Measured[Places]
    imported: Measured[int]
    expected: Places
    is_untouched: bool


async def refuse(viewer: Viewer, path: Path, names: dict[str, UUID]) -> Places:
    """(line, column) of each problem of the file."""
    try:
        await import_csv(viewer, path, MAPPING, names, "bench", now=NOW, progress=lambda _: None)
    except InvalidInput as refusal:
        return [problem.path[1:] for problem in refusal.problems]
    return []


async def accept(viewer: Viewer, path: Path, names: dict[str, UUID]) -> int:
    """The readings of the file that are new, under a source of its own: none of them is known."""
    report = await import_csv(viewer, path, MAPPING, names, "mended", now=NOW, progress=lambda _: None)
    return report.accepted


def write_files(folder: Path, rows: int) -> tuple[Path, Path, Reading]:
    """The bad file, the mended one, and what the last line of the mended one says, of no subscription yet."""
    bad, mended = folder / "bad.csv", folder / "mended.csv"
    with bad.open("w", encoding="utf-8") as wrong, mended.open("w", encoding="utf-8") as right:
        for file in (wrong, right):
            file.write("vm_id,sampled_at,duration_ms,cpu_count\n")
        for line, (vm, end, cpus) in enumerate(samples(rows), start=2):
            right.write(f"vm-{vm},{end:%Y-%m-%dT%H:%M:%SZ},300000,{cpus}\n")
            machine = "unknown" if line == rows // 2 else f"vm-{vm}"
            told = "four" if line == NO_NUMBER else cpus + 1 if line == rows + 1 else cpus
            wrong.write(f"{machine},{end:%Y-%m-%dT%H:%M:%SZ},300000,{told}\n")
    event_id = f"vm-{vm}:{end:%Y-%m-%dT%H:%M:%SZ}:vcpu_hours"
    return bad, mended, Reading(event_id, UUID(int=0), "vcpu_hours", f"vm-{vm}", end - SAMPLE, end, Decimal(cpus))


async def find(server: Server, rows: int) -> Found:
    """Refuse the bad file, then import the mended one, into books that know the last reading."""
    async with fresh_database(server) as (name, database):
        with database.bound(), tempfile.TemporaryDirectory() as folder:
            books = await open_books("bench", subscriptions=VMS)
            bad, mended, last = write_files(Path(folder), rows)
            await append(books.viewer, "bench", [last._replace(subscription_id=books.subscriptions[-1])], now=NOW)
            given = (server.addresses(name), books.viewer)
            names = names_of(books)
            before = await rows_by_table(server, name)
            refused = await measured(refuse, *given, bad, names)
            is_untouched = await rows_by_table(server, name) == before
            imported = await measured(accept, *given, mended, names)
    expected: Places = [(str(NO_NUMBER), "cpu_count"), (str(rows // 2), "vm_id"), (str(rows + 1), "vm_id:sampled_at")]
    return Found(refused, imported, expected, is_untouched)


async def measure(server: Server, rows: int) -> bool:
    """Print figure, limit and ratio of each promise; whether all are kept."""
    await register_models()
    await make_template(server)
    try:
        found = await find(server, rows)
    finally:
        await drop_template(server)
    refused, imported = found.refused, found.imported
    if imported.answer != rows:
        raise AssertionError(f"{imported.answer} of {rows} rows of the mended file were accepted")
    is_told = refused.answer == found.expected
    is_quick = refused.seconds <= MOST_OF_AN_IMPORT * imported.seconds
    is_small = refused.megabytes < MOST_MEGABYTES
    print(f"\n{f'{rows:,} rows, three of them bad':<40}{'figure':>10}{'limit':>10}{'ratio':>8}  verdict")
    print(f"{'problems told':<40}{len(refused.answer):>10}{len(found.expected):>10}{'':>8}  {_verdict(is_told)}")
    print(f"{'rows left behind in any table':<40}{'':>28}  {_verdict(found.is_untouched)}")
    print(_row("refusal, s (limit: the mended import)", refused.seconds, imported.seconds, is_quick))
    print(_row("refusal, MB resident", refused.megabytes, MOST_MEGABYTES, is_small))
    return is_told and found.is_untouched and is_quick and is_small


def _row(name: str, figure: float, limit: float, is_kept: bool) -> str:
    return f"{name:<40}{figure:>10,.1f}{limit:>10,.1f}{figure / limit:>8.2f}  {_verdict(is_kept)}"


def _verdict(is_kept: bool) -> str:
    return "kept" if is_kept else "missed"


def main() -> int:
    """1 when a promise is not kept."""
    parser = argparse.ArgumentParser(prog="python -m bench.refused_file", description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=ROWS, help="rows of the file (default %(default)s)")
    rows: int = parser.parse_args().rows
    with postgres() as server:
        return 0 if asyncio.run(measure(server, rows)) else 1


if __name__ == "__main__":
    sys.exit(main())
