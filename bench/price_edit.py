"""How fast the prices of a list are edited in bulk: `python -m bench.price_edit [--prices N]`.

N prices (100,000) of N / 10 offerings go out as CSV, all of them get dearer, and the sheet is tried and then imported.

The server is the embedded one, or the one that `BSS_TEST_POSTGRES` names.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from time import perf_counter

from bss.catalogue.import_prices import ImportPrices, import_prices
from bss.catalogue.price_changes import import_receipt, price_sheet
from bss.catalogue.price_list import ChargeKind
from bss.catalogue.publish_prices import NewPrice, PublishPrices, publish_prices
from bss.transaction.begin import begin
from server.schema_of_database import register_models
from tests.installation import Server, drop_template, fresh_database, make_template, postgres
from tests.subscriptions.books import OPENED, Books, open_books

PRICES = 100_000
CHARGES = 10
MOST_SECONDS = 60
NOW = datetime(2026, 6, 1, tzinfo=UTC)
JULY = datetime(2026, 7, 1, tzinfo=UTC)

OFFERINGS = """
INSERT INTO offering (id, organisation_id, path, owner_id, product_id, code, name, unit, cycle)
SELECT gen_random_uuid(), $1, $2, $3, $4, 'bench-' || i, 'Bench ' || i, 'seat', 'P1M' FROM generate_series(1, $5) AS i
RETURNING id
"""


async def fill(books: Books, prices: int) -> None:
    """A version with so many prices, beside the seat that is sold."""
    async with begin(books.viewer) as tx:
        rows = await tx.connection.fetch(
            OFFERINGS, *(tx.organisation_id, tx.viewer.path, books.root_id, books.product_id, prices // CHARGES)
        )
    model = {"model": "per_unit", "unit": "30"}
    seats = NewPrice(books.offering_id, "seat", ChargeKind.RECURRING, "Office seat", model)
    many = (
        NewPrice(row["id"], f"charge-{charge}", ChargeKind.RECURRING, f"Charge {charge}", model)
        for row in rows
        for charge in range(CHARGES)
    )
    request = PublishPrices(books.price_list_id, OPENED + timedelta(days=31), (seats, *many))
    await publish_prices(books.viewer, request, now=NOW)


async def seconds(server: Server, prices: int) -> dict[str, float]:
    """What each step of the edit takes."""
    async with fresh_database(server) as (_, database):
        with database.bound():
            books = await open_books("bench")
            await books.sell()
            await fill(books, prices)
            marks = [perf_counter()]
            sheet = await price_sheet(books.viewer, books.price_list_id, None, now=NOW)
            marks.append(perf_counter())
            dearer = sheet.replace(",30,", ",31.5,")
            for dry_run in (True, False):
                request = ImportPrices(books.price_list_id, JULY, dearer, dry_run)
                outcome = await import_prices(books.viewer, request, now=NOW)
                receipt = await import_receipt(books.viewer, request, None if dry_run else outcome.object_id)
                marks.append(perf_counter())
                if (receipt.changed, receipt.subscriptions) != (prices + 1, 1):
                    raise AssertionError(f"{receipt.changed} of {prices + 1} prices were changed")
    exported, tried, imported = (later - earlier for earlier, later in pairwise(marks))
    return {"export": exported, "dry run with receipt": tried, "import with receipt": imported}


async def measure(server: Server, prices: int) -> bool:
    """Print figure, limit and ratio of the promise; whether it is kept."""
    await register_models()
    await make_template(server)
    try:
        found = await seconds(server, prices)
    finally:
        await drop_template(server)
    print(f"\n{f'bulk edit of {prices:,} prices':<40}{'figure':>10}{'limit':>10}{'ratio':>8}  verdict")
    for name, took in found.items():
        verdict = "kept" if took < MOST_SECONDS else "missed"
        print(f"{name + ', s':<40}{took:>10.1f}{MOST_SECONDS:>10}{took / MOST_SECONDS:>8.2f}  {verdict}")
    return max(found.values()) < MOST_SECONDS


def main() -> int:
    """1 when the promise is not kept."""
    parser = argparse.ArgumentParser(prog="python -m bench.price_edit", description=__doc__.partition("\n")[0])
    parser.add_argument("--prices", type=int, default=PRICES, help="prices of the list (default %(default)s)")
    prices: int = parser.parse_args().prices
    with postgres() as server:
        return 0 if asyncio.run(measure(server, prices)) else 1


if __name__ == "__main__":
    sys.exit(main())
