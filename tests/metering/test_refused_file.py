"""A file with bad lines is refused once, with all of them, whoever finds them, and leaves nothing behind."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from bss.identifier import uuid7
from bss.metering.append import append
from bss.metering.column_mapping import VM_SAMPLES, ColumnMapping, Product, StartAndEnd
from bss.metering.csv_file import import_csv
from bss.metering.reading import Reading
from bss.metering.stage import CHUNK_ROWS
from bss.refusal import InvalidInput
from bss.transaction.database import Database
from tests.installation import Server
from tests.metering.books import NOW, Books, open_books
from tests.rows_by_table import database_of, rows_by_table

HEADER = "vm_id,sampled_at,duration_ms,cpu_count,cpu_usage_mhz"
VCPUS = replace(VM_SAMPLES, meters={"vcpu_hours": Product(("cpu_count",))})
FIRST = datetime(2026, 1, 1, 0, 5, tzinfo=UTC)
SAMPLE = timedelta(minutes=5)
ROWS = 120_000
MACHINES = 20


def sample(machine: str, number: int, *, minutes: str = "300000", cpus: str = "4", mhz: str = "158.004") -> str:
    """The line of a machine's sample: 4 vCPUs for five minutes."""
    return f"{machine},{FIRST + number * SAMPLE:%Y-%m-%dT%H:%M:%SZ},{minutes},{cpus},{mhz}"


def recorded(subscription_id: UUID, machine: str, number: int) -> Reading:
    """What the sample's line says of vCPUs."""
    end = FIRST + number * SAMPLE
    event_id = f"{machine}:{end:%Y-%m-%dT%H:%M:%SZ}:vcpu_hours"
    return Reading(event_id, subscription_id, "vcpu_hours", machine, end - SAMPLE, end, Decimal(4))


async def refused(
    books: Books, folder: Path, lines: list[str], names: dict[str, UUID], mapping: ColumnMapping = VM_SAMPLES
) -> list[tuple[str, str, str]]:
    """(line, column, message) of each problem of the file."""
    path = folder / "samples.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(InvalidInput) as refusal:
        await import_csv(books.viewer, path, mapping, names, "file", now=NOW, progress=lambda _: None)
    return [(line, column, problem.message) for problem in refusal.value.problems for _, line, column in [problem.path]]


async def test_three_bad_lines_among_many_are_told_at_once_and_nothing_is_written(
    server: Server, database: Database, tmp_path: Path
) -> None:
    """120,000 lines are three chunks. Line 17 holds no number, one in the middle an unknown machine, and the last one
    was recorded before with 4 vCPUs: that is known to the database alone. `bench.refused_file` does it with a million.
    """
    books = await open_books("cloud", subscriptions=MACHINES)
    names = {f"vm-{n}": subscription_id for n, subscription_id in enumerate(books.subscriptions)}
    each = ROWS // MACHINES
    lines = [HEADER, *(sample(name, number) for name in names for number in range(each))]
    assert len(lines) - 1 > 2 * CHUNK_ROWS
    await append(books.viewer, "file", [recorded(names["vm-19"], "vm-19", each - 1)], now=NOW)
    name = await database_of(books.viewer)
    before = await rows_by_table(server, name)
    assert (before["usage_key"], before["usage_hour"], before["usage_batch"]) == (1, 1, 1)
    lines[17 - 1] = sample("vm-0", 15, cpus="four")
    lines[60_000 - 1] = sample("vm-x", 1)
    lines[-1] = sample("vm-19", each - 1, cpus="8")
    last_id = recorded(names["vm-19"], "vm-19", each - 1).event_id
    assert await refused(books, tmp_path, lines, names, VCPUS) == [
        ("17", "cpu_count", "Line 17: 'four' is not a decimal number."),
        ("60000", "vm_id", "Line 60000: No subscription is named 'vm-x'."),
        ("120001", "vm_id:sampled_at", f"Line 120001: '{last_id}' has another content already."),
    ]
    assert await rows_by_table(server, name) == before


async def test_what_is_wrong_is_told_with_its_columns_wherever_it_is_found(
    server: Server, database: Database, tmp_path: Path
) -> None:
    """By the parser (lines 3 and 4), by the rules of readings (5 to 7), and by the database (8 to 10)."""
    books = await open_books("cloud", subscriptions=1)
    names = {"116": books.subscriptions[0], "gone": uuid7()}
    await append(books.viewer, "file", [recorded(names["116"], "116", 8)], now=NOW)
    name = await database_of(books.viewer)
    before = await rows_by_table(server, name)
    lines = [
        HEADER,
        sample("116", 1),
        sample("116", 2, cpus="four"),
        sample("117", 3),
        sample("116", 4, minutes="0"),
        sample("116", 5, mhz="1.1234567"),
        sample("116", 6, cpus="-4"),
        sample("gone", 7),
        sample("116", 8, cpus="8"),
        sample("116", 1, cpus="8"),
    ]
    found = await refused(books, tmp_path, lines, names)
    assert [(line, column) for line, column, _ in found] == [
        ("3", "cpu_count"),
        ("4", "vm_id"),
        ("5", "duration_ms"),
        ("6", "cpu_usage_mhz"),
        ("7", "cpu_count"),
        ("8", "vm_id"),
        ("9", "vm_id:sampled_at"),
        ("10", "vm_id:sampled_at"),
    ]
    assert [message.partition(": ")[2] for *_, message in found[2:6]] == [
        "The interval does not end after it starts.",
        "0.0011234567 is not a number from 0 to below 10^15 with at most nine decimals.",
        "-4 is not a number from 0 to below 10^15 with at most nine decimals.",
        "There is no such subscription.",
    ]
    assert await rows_by_table(server, name) == before


async def test_every_cell_of_a_bad_line_is_told(database: Database, tmp_path: Path) -> None:
    books = await open_books("cloud", subscriptions=1)
    names = {"116": books.subscriptions[0]}
    found = await refused(
        books, tmp_path, [HEADER, "117,noon,soon,four,NaN", "116,2026-01-01T00:00:00Z,0,-4,-1"], names
    )
    assert [(line, column) for line, column, _ in found] == [
        ("2", "vm_id"),
        ("2", "sampled_at"),
        ("2", "duration_ms"),
        ("2", "cpu_count"),
        ("2", "cpu_usage_mhz"),
        ("3", "duration_ms"),
        ("3", "cpu_count"),
        ("3", "cpu_usage_mhz"),
    ]


async def test_an_interval_is_told_by_its_own_columns(database: Database, tmp_path: Path) -> None:
    books = await open_books("cloud", subscriptions=1)
    meters = {"vcpu_hours": Product(("cores", "sockets")), "vm_hours": Product(())}
    mapping = ColumnMapping(("id",), "vm", "resource", StartAndEnd("from", "to"), meters)
    lines = [
        "id,vm,resource,from,to,cores,sockets",
        "1,116,a,2026-01-01T01:00:00Z,2026-01-01T00:00:00Z,1,2",
        "2,116,a,2026-01-01T01:00:00Z,2026-01-01T02:00:00Z,0.00001,0.00001",
        "3,116,a,1999-01-01T01:00:00Z,1999-01-01T02:00:00Z,1,2",
        f"4,116,{'a' * 201},2026-01-01T00:00:00Z,2026-01-01T01:00:00Z,1,2",
        f"{'5' * 200},116,a,2026-01-01T00:00:00Z,2026-01-01T01:00:00Z,1,2",
        "6,116,a,noon,soon,1,2",
    ]
    found = await refused(books, tmp_path, lines, {"116": books.subscriptions[0]}, mapping)
    assert [(line, column) for line, column, _ in found] == [
        ("2", "to"),
        ("3", "cores:sockets"),
        ("4", "from"),
        ("5", "resource"),
        ("6", "id"),
        ("7", "from"),
        ("7", "to"),
    ]


async def test_a_quote_that_is_never_closed_is_told_where_it_opens(database: Database, tmp_path: Path) -> None:
    books = await open_books("cloud", subscriptions=1)
    names = {"116": books.subscriptions[0]}
    lines = [HEADER, *(sample("116", number) for number in range(20_000))]
    lines[500 - 1] = '"' + lines[500 - 1]
    assert (await refused(books, tmp_path, lines, names))[0][:2] == ("500", "file")
