"""A meter: the rule that turns readings into the quantity that a usage price is about.

Owns: the kinds of meter and the size of their base unit. Does not own: the readings (`bss.metering`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class MeterKind(StrEnum):
    """How readings become a quantity.

    SUM adds what was counted. TIME_WEIGHTED adds a gauge times the milliseconds for which it stood.
    """

    SUM = "sum"
    TIME_WEIGHTED = "time_weighted"


DIVISOR: dict[MeterKind, int] = {MeterKind.SUM: 1, MeterKind.TIME_WEIGHTED: 3_600_000}
"""Base units in one unit of a price: a time-weighted meter is stored in unit-milliseconds, priced in unit-hours."""


@dataclass(frozen=True)
class Meter:
    """A meter of the organisation; prices and readings name it by `code`. `unit` is the unit of a price."""

    id: UUID
    code: str
    name: str
    unit: str
    divisor: int
    kind: MeterKind
