"""How small and how fast hourly usage is exported: `python -m bench.usage_export [--rows N]`.

N hourly rows (1,000,000) are written to a file by a process of its own: its greatest resident size, as Linux tells it.

The server is the embedded one, or the one that `BSS_TEST_POSTGRES` names.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.own_process import measured
from bss.metering.export import Export, export_hours
from bss.period import Period
from bss.transaction.begin import begin
from bss.transaction.database import Role
from bss.viewer import Viewer
from server.schema_of_database import register_models
from tests.installation import Server, drop_template, fresh_database, make_template, postgres
from tests.metering.books import Books, open_books

ROWS = 1_000_000
SUBSCRIPTIONS = 500
MOST_MEGABYTES = 100
START = datetime(2026, 1, 1, tzinfo=UTC)
WINDOW = Period(START, START + timedelta(days=3650))

FILL = """
INSERT INTO usage_hour (organisation_id, path, subscription_id, meter, resource, hour, quantity, samples)
SELECT $1, s.path, s.id, 'vcpu_hours', 'vm-' || i % 4, $2::timestamptz + make_interval(hours => i / 4),
  3600000 * (1 + i % 8), 12
FROM subscription s CROSS JOIN generate_series(0, $3 - 1) AS i WHERE s.organisation_id = $1
"""


async def fill(books: Books, rows: int) -> None:
    """So many hourly rows, evenly over the subscriptions, of four resources each."""
    async with begin(books.viewer, role=Role.BULK) as tx:
        await tx.connection.execute(FILL, tx.organisation_id, START, rows // SUBSCRIPTIONS)
    async with begin(books.viewer, role=Role.BULK) as tx:
        await tx.connection.execute("ANALYZE")


async def greatest_size(server: Server, rows: int) -> tuple[int, float]:
    """The exporting process's greatest resident megabytes, and the seconds that it took."""
    async with fresh_database(server) as (name, database):
        with database.bound():
            books = await open_books("bench", subscriptions=SUBSCRIPTIONS)
            await fill(books, rows)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "usage.csv"
            found = await measured(export, server.addresses(name), books.viewer, path)
            with path.open("rb") as file:
                written = sum(1 for _ in file) - 1
    if written != rows:
        raise AssertionError(f"{written} of {rows} rows were written")
    return found.megabytes, found.seconds


async def export(viewer: Viewer, path: Path) -> None:
    """Write the hours to the file."""
    with path.open("wb") as file:

        async def write(lines: bytes) -> None:
            file.write(lines)

        await export_hours(viewer, Export(viewer.path, WINDOW), write)


async def measure(server: Server, rows: int) -> bool:
    """Print figure, limit and ratio of the promise; whether it is kept."""
    await register_models()
    await make_template(server)
    try:
        megabytes, seconds = await greatest_size(server, rows)
    finally:
        await drop_template(server)
    is_kept = megabytes < MOST_MEGABYTES
    print(f"\n{'hourly usage as CSV':<40}{'figure':>10}{'limit':>10}{'ratio':>8}  verdict")
    name, ratio = f"export of {rows:,} rows, MB resident", megabytes / MOST_MEGABYTES
    print(f"{name:<40}{megabytes:>10,.0f}{MOST_MEGABYTES:>10,.0f}{ratio:>8.2f}  {'kept' if is_kept else 'missed'}")
    print(f"{'the same export, rows/s':<40}{rows / seconds:>10,.0f}")
    return is_kept


def main() -> int:
    """1 when the promise is not kept."""
    parser = argparse.ArgumentParser(prog="python -m bench.usage_export", description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=ROWS, help="hourly rows (default %(default)s)")
    rows: int = parser.parse_args().rows
    with postgres() as server:
        return 0 if asyncio.run(measure(server, rows)) else 1


if __name__ == "__main__":
    sys.exit(main())
