"""Import readings from a CSV file, plain or gzipped, as it streams past.

Owns: lines, columns and cells, and every problem with its line. Does not own: what a column means
(`column_mapping`), or what is wrong with a reading that could be read (`stage`).
"""

from __future__ import annotations

import csv
import gzip
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import BinaryIO, cast
from uuid import UUID

from bss.canonical import instant
from bss.metering.append import append_batch
from bss.metering.batch import Batch
from bss.metering.column_mapping import ColumnMapping, EndAndDuration, Product, StartAndEnd
from bss.metering.findings import Findings, lines_of
from bss.metering.hourly import EXACT
from bss.metering.reading import EARLIEST, Reading, Report
from bss.viewer import Viewer

LONGEST_LINE = 65_536
"""Bytes: what is longer is no line of readings, and is not kept in memory."""
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,9})?", re.ASCII)
_DURATION = re.compile(r"\d{1,10}", re.ASCII)

Cells = Mapping[str, str]


class _BadCell(Exception):
    def __init__(self, column: str, message: str) -> None:
        super().__init__(message)
        self.column = column
        self.message = message


async def import_csv(
    viewer: Viewer,
    path: Path,
    mapping: ColumnMapping,
    subscriptions: Mapping[str, UUID],
    source: str,
    *,
    now: datetime,
    progress: Callable[[int], None],
) -> Report:
    """Record what is new in the file. `subscriptions` maps the file's names to ids; `progress` hears of rows staged.

    Raises `InvalidInput` with up to fifty problems by line and column, and `EventIdReused` when that is all that is
    wrong; then nothing is written.
    """
    findings = Findings(lines_of(mapping.told_as))
    with _opened(path) as file:
        numbered = _readings(file, mapping, subscriptions, findings)
        return await append_batch(viewer, Batch(source, numbered, findings), now=now, progress=progress)


def _opened(path: Path) -> BinaryIO:
    return cast(BinaryIO, gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _readings(
    file: BinaryIO, mapping: ColumnMapping, subscriptions: Mapping[str, UUID], findings: Findings
) -> Iterator[tuple[int, Reading]]:
    rows = _rows(file, findings)
    _, header = next(rows, (1, []))
    if not _header_fits(header, mapping, findings):
        return
    for line, row in rows:
        if findings.full:
            return
        if len(row) != len(header):
            findings.add(line, "file", f"There are {len(row)} cells for {len(header)} columns.")
            continue
        cells = dict(zip(header, row, strict=True))
        try:
            for reading in _readings_of(cells, mapping, subscriptions):
                yield line, reading
        except _BadCell:
            for bad in _bad_cells(cells, mapping, subscriptions):
                findings.add(line, bad.column, bad.message)


def _rows(file: BinaryIO, findings: Findings) -> Iterator[tuple[int, list[str]]]:
    """The rows that are not empty, with the line on which each ends. What is no CSV is told where it begins."""
    reader = csv.reader(_lines(file, findings), strict=True)
    while True:
        begin = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as broken:
            findings.add(begin, "file", f"This is not CSV: {broken}.")
            continue
        if row:
            yield reader.line_num, row


def _lines(file: BinaryIO, findings: Findings) -> Iterator[str]:
    line = 0
    while not findings.full:
        line += 1
        try:
            text = file.readline(LONGEST_LINE + 1)
        except (OSError, EOFError, zlib.error):
            findings.add(line, "file", "The file is damaged from here on.")
            return
        if len(text) > LONGEST_LINE:
            findings.add(line, "file", f"The line is longer than {LONGEST_LINE} bytes.")
            return
        if not text:
            return
        yield _decoded(text, line, findings)


def _decoded(text: bytes, line: int, findings: Findings) -> str:
    encoding = "utf-8-sig" if line == 1 else "utf-8"
    try:
        return text.decode(encoding)
    except UnicodeDecodeError:
        findings.add(line, "file", "This is not UTF-8.")
        return text.decode(encoding, "replace")


def _header_fits(header: list[str], mapping: ColumnMapping, findings: Findings) -> bool:
    missing = [column for column in mapping.columns if column not in header]
    twice = sorted({column for column in header if header.count(column) > 1})
    for column in missing:
        findings.add(1, column, f"There is no column {column!r}.")
    for column in twice:
        findings.add(1, column, f"The column {column!r} stands there twice.")
    return not missing and not twice


def _readings_of(cells: Cells, mapping: ColumnMapping, subscriptions: Mapping[str, UUID]) -> Iterator[Reading]:
    subscription_id = _subscription(cells, mapping.subscription, subscriptions)
    starts_at, ends_at = _interval(cells, mapping.interval)
    event = ":".join([cells[column] for column in mapping.event_id])
    resource = cells[mapping.resource]
    for meter, product in mapping.meters.items():
        value = _value(cells, product)
        yield Reading(f"{event}:{meter}", subscription_id, meter, resource, starts_at, ends_at, value)


def _bad_cells(cells: Cells, mapping: ColumnMapping, subscriptions: Mapping[str, UUID]) -> Iterator[_BadCell]:
    """Every cell that cannot be read, of a row that has one; reading a row stops at the first, because that is fast."""
    reads: list[Callable[[], object]] = [partial(_subscription, cells, mapping.subscription, subscriptions)]
    match mapping.interval:
        case StartAndEnd(starts_at, ends_at):
            reads += [partial(_instant, cells, starts_at), partial(_instant, cells, ends_at)]
        case EndAndDuration(sampled_at, duration_ms):
            reads += [partial(_sampled_at, cells, sampled_at), partial(_duration, cells, duration_ms)]
    valued = dict.fromkeys(column for product in mapping.meters.values() for column in product.columns)
    reads += [partial(_number, cells, column) for column in valued]
    for read in reads:
        try:
            read()
        except _BadCell as bad:
            yield bad


def _subscription(cells: Cells, column: str, subscriptions: Mapping[str, UUID]) -> UUID:
    subscription_id = subscriptions.get(cells[column])
    if subscription_id is None:
        raise _BadCell(column, f"No subscription is named {cells[column]!r}.")
    return subscription_id


def _interval(cells: Cells, interval: StartAndEnd | EndAndDuration) -> tuple[datetime, datetime]:
    match interval:
        case StartAndEnd(starts_at, ends_at):
            return _instant(cells, starts_at), _instant(cells, ends_at)
        case EndAndDuration(sampled_at, duration_ms):
            end = _sampled_at(cells, sampled_at)
            return end - _duration(cells, duration_ms), end


def _sampled_at(cells: Cells, column: str) -> datetime:
    end = _instant(cells, column)
    if end < EARLIEST:
        raise _BadCell(column, f"{cells[column]!r} is too long ago.")
    return end


def _duration(cells: Cells, column: str) -> timedelta:
    if not _DURATION.fullmatch(cells[column]):
        raise _BadCell(column, f"{cells[column]!r} is not a number of milliseconds.")
    return timedelta(milliseconds=int(cells[column]))


def _instant(cells: Cells, column: str) -> datetime:
    try:
        return instant(cells[column])
    except (ValueError, OverflowError):
        raise _BadCell(column, f"{cells[column]!r} is not an instant with an offset.") from None


def _value(cells: Cells, product: Product) -> Decimal:
    value = product.factor
    for column in product.columns:
        value = EXACT.multiply(value, _number(cells, column))
    return value


def _number(cells: Cells, column: str) -> Decimal:
    if not _NUMBER.fullmatch(cells[column]):
        raise _BadCell(column, f"{cells[column]!r} is not a decimal number.")
    return Decimal(cells[column])
