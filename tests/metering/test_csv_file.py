"""CSV files: what a row becomes, every problem with its line, and a real month of machines to the last millisecond."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from uuid import UUID

import pytest

from bss.metering import queries
from bss.metering.column_mapping import VM_SAMPLES, ColumnMapping, Product, StartAndEnd
from bss.metering.csv_file import LONGEST_LINE, import_csv
from bss.metering.reading import EventIdReused, Report
from bss.period import Period
from bss.refusal import InvalidInput, Problem
from bss.transaction.database import Database
from tests.metering.books import NOW, Books, open_books

AUGUST = Period(datetime(2013, 8, 1, tzinfo=UTC), datetime(2013, 10, 1, tzinfo=UTC))
HEADER = "vm_id,sampled_at,duration_ms,cpu_count,cpu_usage_mhz"
ROW = "116,2013-08-12T13:40:46Z,300000,4,158.004"
REAL_MONTH = Path(__file__).parents[3] / "shared" / "data" / "bitbrains_cpu_samples.csv.gz"
INTERVALS = ColumnMapping(
    event_id=("id",),
    subscription="vm",
    resource="vm",
    interval=StartAndEnd("from", "to"),
    meters={"vcpu_hours": Product(("cores", "sockets"))},
)


async def imported(books: Books, path: Path, mapping: ColumnMapping = VM_SAMPLES) -> Report:
    names = {"116": books.subscriptions[0]}
    return await import_csv(books.viewer, path, mapping, names, "file", now=NOW, progress=lambda _: None)


async def problems(books: Books, path: Path) -> list[tuple[str, ...]]:
    """(line, column) of each problem; asserts that the refused file left nothing behind."""
    with pytest.raises(InvalidInput) as refused:
        await imported(books, path)
    assert await queries.totals(books.viewer, books.subscriptions, AUGUST) == {}
    return [problem.path[1:] for problem in refused.value.problems]


def written(folder: Path, *lines: str) -> Path:
    path = folder / "samples.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


async def test_one_row_feeds_three_meters(database: Database, tmp_path: Path) -> None:
    books = await open_books("cloud", subscriptions=1)
    report = await imported(books, written(tmp_path, HEADER, ROW))
    assert (report.received, report.accepted) == (3, 3)
    (totals,) = (await queries.totals(books.viewer, books.subscriptions, AUGUST)).values()
    assert {meter: total.quantity for meter, total in totals.items()} == {
        "vm_hours": 300_000,
        "vcpu_hours": 4 * 300_000,
        "ghz_hours": Decimal("0.158004") * 300_000,
    }


async def test_the_same_file_again_adds_nothing_and_a_changed_one_is_refused_by_line(
    database: Database, tmp_path: Path
) -> None:
    books = await open_books("cloud", subscriptions=1)
    await imported(books, written(tmp_path, HEADER, ROW))
    assert (await imported(books, written(tmp_path, HEADER, ROW))).duplicate == 3
    with pytest.raises(EventIdReused) as refused:
        await imported(books, written(tmp_path, HEADER, "", ROW.replace(",4,", ",8,")))
    assert refused.value.problems == (
        Problem(
            ("lines", "3", "vm_id:sampled_at"),
            "Line 3: '116:2013-08-12T13:40:46Z:vcpu_hours' has another content already.",
        ),
    )


async def test_columns_can_be_multiplied_and_intervals_written_as_start_and_end(
    database: Database, tmp_path: Path
) -> None:
    books = await open_books("cloud", subscriptions=1)
    lines = ("\ufeffid,vm,from,to,cores,sockets", '7,"116",2013-08-12T15:30:00+02:00,2013-08-12T14:00:00Z,1.5,2')
    await imported(books, written(tmp_path, *lines), INTERVALS)
    (hour,) = await queries.hours(books.viewer, books.subscriptions[0], AUGUST)
    assert (hour.hour, hour.quantity) == (datetime(2013, 8, 12, 13, tzinfo=UTC), Decimal(3 * 1_800_000))


async def test_every_bad_line_is_named(database: Database, tmp_path: Path) -> None:
    books = await open_books("cloud", subscriptions=1)
    path = written(
        tmp_path,
        HEADER,
        ROW,
        ROW.replace("116", "117"),
        ROW.replace("Z", ""),
        ROW.replace("2013-08-12", "2013-02-30"),
        ROW.replace("300000", "5 minutes"),
        ROW.replace(",4,", ",four,"),
        ROW.replace("158.004", "NaN"),
        ROW.replace("158.004", "-1"),
        ROW.replace(",4,", ","),
        ROW.replace("300000", "0"),
        '"116"x,2013-08-12T13:40:46Z,300000,4,158.004',
        ROW.replace("2013", "0001"),
    )
    assert await problems(books, path) == [
        ("3", "vm_id"),
        ("4", "sampled_at"),
        ("5", "sampled_at"),
        ("6", "duration_ms"),
        ("7", "cpu_count"),
        ("8", "cpu_usage_mhz"),
        ("9", "cpu_usage_mhz"),
        ("10", "file"),
        ("11", "duration_ms"),
        ("12", "file"),
        ("13", "sampled_at"),
    ]


async def test_missing_columns_are_all_named(database: Database, tmp_path: Path) -> None:
    books = await open_books("cloud", subscriptions=1)
    path = written(tmp_path, "vm_id,sampled_at,cpu_count,cpu_count", "116,x,4,4")
    assert await problems(books, path) == [("1", "duration_ms"), ("1", "cpu_usage_mhz"), ("1", "cpu_count")]
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"")
    assert len(await problems(books, empty)) == 5


async def test_bytes_that_are_no_text_are_named_by_line(database: Database, tmp_path: Path) -> None:
    books = await open_books("cloud", subscriptions=1)
    path = tmp_path / "samples.csv"
    path.write_bytes(f"{HEADER}\n{ROW}\n".encode() + b"\xff" + ROW.encode() + b"\n")
    assert ("3", "file") in await problems(books, path)
    path.write_bytes(f"{HEADER}\n".encode() + b"1" * (LONGEST_LINE + 1))
    assert await problems(books, path) == [("2", "file")]


async def test_a_gzip_file_that_was_cut_short_changes_nothing(database: Database, tmp_path: Path) -> None:
    books = await open_books("cloud", subscriptions=1)
    path = tmp_path / "samples.csv.gz"
    whole = gzip.compress("\n".join([HEADER, ROW]).encode())
    path.write_bytes(whole[:-6])
    assert [what for _, what in await problems(books, path)] == ["file"]
    path.write_bytes(whole)
    assert (await imported(books, path)).accepted == 3


async def test_of_many_bad_lines_fifty_are_listed(database: Database, tmp_path: Path) -> None:
    books = await open_books("cloud", subscriptions=1)
    assert len(await problems(books, written(tmp_path, HEADER, *["116,x,x,x,x"] * 1000))) == 50


def unit_milliseconds() -> tuple[dict[str, int], dict[str, int]]:
    """VM-milliseconds and vCPU-milliseconds of each machine, straight from the file."""
    vms: dict[str, int] = defaultdict(int)
    vcpus: dict[str, int] = defaultdict(int)
    with gzip.open(REAL_MONTH, "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            vms[row["vm_id"]] += int(row["duration_ms"])
            vcpus[row["vm_id"]] += int(row["duration_ms"]) * int(row["cpu_count"])
    return vms, vcpus


@pytest.mark.skipif(not REAL_MONTH.exists(), reason="the folder with the real month is not here")
async def test_a_real_month_of_fifty_machines_is_metered_to_the_millisecond(database: Database) -> None:
    vms, vcpus = unit_milliseconds()
    assert len(vms) == 50
    assert round(Fraction(sum(vms.values()), 3_600_000), 4) == Fraction("33631.3394")
    assert round(Fraction(sum(vcpus.values()), 3_600_000), 4) == Fraction("127682.3267")
    books = await open_books("cloud", subscriptions=50)
    names: dict[str, UUID] = dict(zip(sorted(vms), books.subscriptions, strict=True))
    meters = {meter: VM_SAMPLES.meters[meter] for meter in ("vm_hours", "vcpu_hours")}
    report = await import_csv(
        *(books.viewer, REAL_MONTH, replace(VM_SAMPLES, meters=meters), names, "vcenter"),
        now=NOW,
        progress=lambda _: None,
    )
    assert (report.received, report.duplicate) == (2 * 276_979, 0)
    totals = await queries.totals(books.viewer, books.subscriptions, AUGUST)
    for name, subscription_id in names.items():
        assert totals[subscription_id]["vm_hours"].quantity == vms[name]
        assert totals[subscription_id]["vcpu_hours"].quantity == vcpus[name]
    assert await queries.differences(books.viewer, AUGUST) == ()
