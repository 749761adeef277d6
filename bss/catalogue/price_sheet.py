"""A version of a price list as CSV: the columns, the writing of a sheet, and the reading of its rows.

Owns: the columns, one row for each charge of an offering and for each tier of a charge, and the line and column of a
problem. Does not own: what rows mean as prices (`bss.catalogue.sheet_prices`).

A cell that the row's model has no use for is empty. The rows of a tiered price have one offering and charge, and stand
in the order of their tiers; `from` may be left empty, and is otherwise where the tier before ends.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from uuid import UUID

from bss.catalogue.price_list import PriceLine
from bss.identifier import Kind, public
from bss.refusal import Problem
from bss.text import cell_of, text_of_cell

COLUMNS = (
    *("offering", "offering_id", "charge", "kind", "description", "meter", "model"),
    *("from", "up_to", "unit", "flat", "size", "block"),
)
"""The offering's code and public id; the code of the charge in it, when it is due, its text on an invoice, the meter of
a usage charge; the model; a tier's bounds; what a unit, and what the whole or the entry into a tier costs; the size of
a package and what one costs."""
NUMBERS = ("from", "up_to", "unit", "flat", "size", "block")
TIERED = ("graduated", "volume")
CELLS_OF = {
    "flat": {"flat": "fee"},
    "per_unit": {"unit": "unit"},
    "package": {"size": "size", "block": "block"},
    "graduated": {"from": "", "up_to": "up_to", "unit": "unit", "flat": "flat"},
    "volume": {"from": "", "up_to": "up_to", "unit": "unit", "flat": "flat"},
}
"""The number cells of each model, and what they are in the stored form of a price; a tier's `from` is not stored."""


class Row(dict[str, str]):
    """The cells of a row by column, without blanks around them, and the line on which it ends."""

    line: int

    def problem(self, column: str, message: str) -> Problem:
        return problem_at(self.line, column, message)


def problem_at(line: int, column: str, message: str) -> Problem:
    """A problem of a sheet, at the path csv.3.unit."""
    return Problem(("csv", str(line), column), f"Line {line}, column {column}: {message}")


def written(lines: Iterable[PriceLine], codes: Mapping[UUID, str]) -> str:
    """The sheet of these prices, ordered by offering code, offering id and charge; safe in a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for line in sorted(lines, key=lambda line: (codes.get(line.offering_id, ""), line.offering_id.int, line.charge)):
        for numbers in _numbers(line.model):
            described = (cell_of(line.charge), line.kind.value, cell_of(line.description), cell_of(line.meter or ""))
            offering = cell_of(codes.get(line.offering_id, "")), public(Kind.OFFERING, line.offering_id)
            cells = [numbers.get(column) or "" for column in NUMBERS]
            writer.writerow([*offering, *described, line.model["model"], *cells])
    return text.getvalue()


def _numbers(model: Mapping[str, Any]) -> Iterator[dict[str, str | None]]:
    if model["model"] not in TIERED:
        yield {column: model[name] for column, name in CELLS_OF[model["model"]].items()}
        return
    begin: str | None = "0"
    for tier in model["tiers"]:
        yield {"from": begin, "up_to": tier["up_to"], "unit": tier.get("unit", "0"), "flat": tier.get("flat", "0")}
        begin = tier["up_to"]


def rows_of(text: str) -> tuple[tuple[Row, ...], tuple[Problem, ...]]:
    """The rows that are not empty, and what keeps others from being read; none below a header that does not fit."""
    reader = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    problems: list[Problem] = []
    numbered = _cells(reader, problems)
    _, header = next(numbered, (1, []))
    problems += _header_problems(header)
    if problems:
        return (), tuple(problems)
    rows = []
    for line, cells in numbered:
        if len(cells) != len(header):
            message = f"There are {len(cells)} cells for {len(header)} columns."
            problems.append(Problem(("csv", str(line)), f"Line {line}: {message}"))
            continue
        row = Row(zip(header, (text_of_cell(cell.strip()) for cell in cells), strict=True))
        row.line = line
        rows.append(row)
    return tuple(rows), tuple(problems)


def _cells(reader: Any, problems: list[Problem]) -> Iterator[tuple[int, list[str]]]:
    while True:
        begin = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as broken:
            problems.append(Problem(("csv", str(begin)), f"Line {begin}: This is not CSV: {broken}."))
            continue
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def _header_problems(header: list[str]) -> Iterator[Problem]:
    for column in COLUMNS:
        if header.count(column) != 1:
            count = "no such column" if column not in header else "the column more than once"
            yield problem_at(1, column, f"There is {count}.")
    for column in dict.fromkeys(header):
        if column not in COLUMNS:
            yield Problem(("csv", "1"), f"Line 1: The column {column!r} is unknown; there are {', '.join(COLUMNS)}.")
