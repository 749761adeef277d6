"""The price: the closed union of the models, and its stored form.

Owns: which models there are, and the reading of untrusted data into one of them with all its problems at
once. Does not own: the models' arithmetic (a file each), versions of a price list, and whom a price is for
(the catalogue).
"""

import re
from collections.abc import Callable, Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Any

from bss.refusal import Problem
from bss.tariff.flat import Flat
from bss.tariff.graduated import Graduated
from bss.tariff.package import Package
from bss.tariff.per_unit import PerUnit
from bss.tariff.problems import InvalidPrice, refuse_if_any
from bss.tariff.tiers import ZERO, Tier
from bss.tariff.volume import Volume

Price = Flat | PerUnit | Graduated | Volume | Package

DIGITS = re.compile(r"-?[0-9]{1,60}(\.[0-9]{1,60})?")
UNREADABLE = Decimal("NaN")  # stands for a number that could not be read, so that the rest is checked


def to_data(price: Price) -> dict[str, Any]:
    """The price as JSON-ready data in which every number is a string of digits."""
    return deepcopy(price.data)


def from_data(data: Mapping[str, Any]) -> Price:
    """The price behind `to_data`. A tier's `unit` and `flat` may be left out and are then zero.

    Raises InvalidPrice with all problems: unknown model and keys, what is missing, what is no number, what is
    negative or has too many digits, and tiers that do not tile.
    """
    reading = _Reading()
    read = MODELS.get(str(data.get("model")))
    if read is None:
        raise InvalidPrice((Problem(("model",), f"must be one of {', '.join(MODELS)}"),))
    try:
        price = read(reading, data)
    except InvalidPrice as invalid:
        # A place that could not be read is told of once, by its reading.
        read_badly = {problem.path for problem in reading.problems}
        reading.problems.extend(problem for problem in invalid.problems if problem.path not in read_badly)
        raise InvalidPrice(reading.problems) from None
    refuse_if_any(reading.problems)
    return price


class _Reading:
    """Reads the fields of one price and remembers what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def keys(self, data: Mapping[str, Any], known: tuple[str, ...], path: tuple[str, ...] = ()) -> None:
        unknown = sorted(str(key) for key in data if key not in known)
        self.problems.extend(Problem((*path, key), "is not a part of this price") for key in unknown)

    def number(
        self, data: Mapping[str, Any], key: str, path: tuple[str, ...] = (), absent: Decimal | None = None
    ) -> Decimal:
        if key not in data and absent is not None:
            return absent
        text = data.get(key)
        if isinstance(text, str) and DIGITS.fullmatch(text):
            return Decimal(text)
        message = "must be a string of digits, such as 0.05" if key in data else "is missing"
        self.problems.append(Problem((*path, key), message))
        return UNREADABLE

    def tiers(self, data: Mapping[str, Any]) -> tuple[Tier, ...]:
        self.keys(data, ("model", "tiers"))
        rows = data.get("tiers")
        if not isinstance(rows, list | tuple):
            self.problems.append(Problem(("tiers",), "must be a list of tiers"))
            return ()
        return tuple(self._tier(row, ("tiers", str(index))) for index, row in enumerate(rows))

    def _tier(self, row: object, path: tuple[str, ...]) -> Tier:
        if not isinstance(row, Mapping):
            self.problems.append(Problem(path, "must be a tier with up_to, unit and flat"))
            return Tier(UNREADABLE)
        self.keys(row, ("up_to", "unit", "flat"), path)
        return Tier(
            up_to=None if row.get("up_to", "") is None else self.number(row, "up_to", path),
            unit=self.number(row, "unit", path, absent=ZERO),
            flat=self.number(row, "flat", path, absent=ZERO),
        )


def _flat(reading: _Reading, data: Mapping[str, Any]) -> Flat:
    reading.keys(data, ("model", "fee"))
    return Flat(reading.number(data, "fee"))


def _per_unit(reading: _Reading, data: Mapping[str, Any]) -> PerUnit:
    reading.keys(data, ("model", "unit"))
    return PerUnit(reading.number(data, "unit"))


def _graduated(reading: _Reading, data: Mapping[str, Any]) -> Graduated:
    return Graduated(reading.tiers(data))


def _volume(reading: _Reading, data: Mapping[str, Any]) -> Volume:
    return Volume(reading.tiers(data))


def _package(reading: _Reading, data: Mapping[str, Any]) -> Package:
    reading.keys(data, ("model", "size", "block"))
    return Package(size=reading.number(data, "size"), block=reading.number(data, "block"))


MODELS: dict[str, Callable[[_Reading, Mapping[str, Any]], Price]] = {
    "flat": _flat,
    "per_unit": _per_unit,
    "graduated": _graduated,
    "volume": _volume,
    "package": _package,
}
