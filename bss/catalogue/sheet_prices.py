"""The prices that the rows of a sheet mean, and what is wrong with the rows themselves.

Owns: the joining of rows into prices, and the way from a price's field back to its line and column. Does not own: the
columns (`bss.catalogue.price_sheet`), what makes a price valid (`bss.catalogue.new_price`, `bss.tariff.price`), or
which offering a code means (the caller's `Offered`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from bss.catalogue.new_price import NewPrice
from bss.catalogue.price_list import ChargeKind
from bss.catalogue.price_sheet import CELLS_OF, NUMBERS, TIERED, Row
from bss.identifier import Kind, MalformedId, derived, private
from bss.refusal import Problem
from bss.tariff.price import DIGITS

_SAME = ("kind", "description", "meter", "model")
"""What the rows of one tiered price have in common."""
_COLUMN_OF = {"fee": "flat", "upTo": "up_to", "tiers": "up_to"}
"""The column of a field of a request, where the two have different names."""


@dataclass(frozen=True)
class Offered:
    """The offerings that a sheet may name: their codes by id, and the ids that a code may mean."""

    codes: Mapping[UUID, str]
    named: Mapping[str, tuple[UUID, ...]]


@dataclass(frozen=True)
class Sheet:
    """The prices of a sheet, the rows of each, and what is wrong with the sheet itself."""

    prices: tuple[NewPrice, ...]
    rows: tuple[tuple[Row, ...], ...]
    problems: tuple[Problem, ...]

    def placed(self, problem: Problem) -> Problem:
        """A problem of `prices` at its line and column; others stay where they are."""
        match problem.path:
            case ("prices", index, *_, "tiers", tier, field):
                row = self.rows[int(index)][int(tier)]
            case ("prices", index, *_, field):
                row = self.rows[int(index)][0]
            case ("prices",):
                return Problem(("csv",), problem.message)
            case _:
                return problem
        if field == "offeringId":
            return row.problem(_naming(row), problem.message)
        return row.problem(_COLUMN_OF.get(field, field), problem.message)


def named_in(rows: Iterable[Row]) -> tuple[frozenset[UUID], frozenset[str]]:
    """The ids of the offerings that the rows name, and the codes of those that they name by code alone."""
    ids, codes = set(), set()
    for row in rows:
        if not row["offering_id"]:
            codes.add(row["offering"])
        elif (identifier := _id_of(row["offering_id"])) is not None:
            ids.add(identifier)
    return frozenset(ids), frozenset(codes)


def sheet_of(rows: Iterable[Row], offered: Offered) -> Sheet:
    """The prices of the rows; whatever cannot be read is a problem, and the rest is read all the same."""
    problems: list[Problem] = []
    of_price: dict[tuple[UUID, str], list[Row]] = {}
    for row in rows:
        offering_id = _offering_in(row, offered, problems)
        known = of_price.setdefault((offering_id, row["charge"]), [])
        if known and (row["model"] not in TIERED or known[0]["model"] not in TIERED):
            problems.append(row.problem("charge", f"Line {known[0].line} has this charge of this offering already."))
            continue
        known.append(row)
    prices = tuple(_price(offering_id, some, problems) for (offering_id, _), some in of_price.items())
    return Sheet(prices, tuple(tuple(some) for some in of_price.values()), tuple(problems))


def _naming(row: Row) -> str:
    """The column by which the row names its offering."""
    return "offering_id" if row["offering_id"] else "offering"


@lru_cache(100_000)
def _id_of(text: str) -> UUID | None:
    """The same offerings are named again and again, and reading their ids would be much of the work."""
    try:
        return private(Kind.OFFERING, text)
    except MalformedId:
        return None


def _offering_in(row: Row, offered: Offered, problems: list[Problem]) -> UUID:
    """The offering that the row names; one that does not exist where it names none."""
    code, text = row["offering"], row["offering_id"]
    if text:
        identifier = _id_of(text)
        if identifier is not None and identifier in offered.codes:
            if code and code != offered.codes[identifier]:
                problems.append(row.problem("offering", f"This offering's code is {offered.codes[identifier]!r}."))
            return identifier
    elif len(meant := offered.named.get(code, ())) == 1:
        return meant[0]
    elif meant:
        problems.append(row.problem("offering", "Several offerings have this code; name the offering_id."))
    # One that does not exist is told of with the other problems of the prices.
    return derived("unknown offering", code, text)


def _price(offering_id: UUID, rows: list[Row], problems: list[Problem]) -> NewPrice:
    first = rows[0]
    for row in rows:
        for column in _SAME:
            if row[column] != first[column]:
                problems.append(row.problem(column, f"Line {first.line} says {first[column]!r} of the same charge."))
        needed = CELLS_OF.get(row["model"])
        for column in NUMBERS if needed is not None else ():
            if needed is not None and row[column] and column not in needed:
                problems.append(row.problem(column, f"A price of the model {row['model']} has no such number."))
    model = _model(rows, problems)
    return NewPrice(
        offering_id, first["charge"], _kind(first, problems), first["description"], model, first["meter"] or None
    )


def _kind(row: Row, problems: list[Problem]) -> ChargeKind:
    try:
        return ChargeKind(row["kind"])
    except ValueError:
        problems.append(row.problem("kind", f"must be one of {', '.join(ChargeKind)}"))
        # One that fits its meter, so that the meter is not told of as well.
        return ChargeKind.USAGE if row["meter"] else ChargeKind.RECURRING


def _model(rows: list[Row], problems: list[Problem]) -> dict[str, Any]:
    """The stored form of a price, as `bss.tariff.price.from_data` checks it."""
    first = rows[0]
    name = first["model"]
    if name not in TIERED:
        cells = CELLS_OF.get(name, {})
        return {"model": name, **{field: first[column] for column, field in cells.items() if first[column]}}
    begin = "0"
    for row in rows:
        if row["from"] and not _same_number(row["from"], begin):
            problems.append(row.problem("from", f"must be {begin or 'the end'}, where the tier before ends"))
        begin = row["up_to"]
    return {"model": name, "tiers": [_tier(row) for row in rows]}


def _tier(row: Row) -> dict[str, str | None]:
    return {"up_to": row["up_to"] or None, "unit": row["unit"] or "0", "flat": row["flat"] or "0"}


def _same_number(some: str, other: str) -> bool:
    if not DIGITS.fullmatch(some) or not DIGITS.fullmatch(other):
        return some == other
    return Decimal(some) == Decimal(other)
