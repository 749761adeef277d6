"""Tiers: a ladder of rates that tiles all quantities from zero up.

Owns: what makes a ladder valid, in which tier a quantity lies, and how a tier is written in an explanation.
Does not own: whether a quantity is charged tier by tier (`graduated`) or wholly at the tier that it reaches
(`volume`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from bss.policy import TierBound
from bss.refusal import Problem
from bss.tariff.exact import decimal_digits, nine_decimals, over_one_denominator, ratio_text
from bss.tariff.problems import rate_problems
from bss.tariff.walk import Row

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Tier:
    """From the tier below to `up_to` (None: without end): a rate per unit and a fee for entering."""

    up_to: Decimal | None
    unit: Decimal = ZERO
    flat: Decimal = ZERO

    def to_data(self) -> dict[str, str | None]:
        """The tier as strings; the open end is None."""
        up_to = None if self.up_to is None else decimal_digits(self.up_to)
        return {"up_to": up_to, "unit": decimal_digits(self.unit), "flat": decimal_digits(self.flat)}


def tier_problems(tiers: tuple[Tier, ...]) -> Iterator[Problem]:
    """All that keeps the tiers from tiling the quantities: the numbers, the open end, the order."""
    if not tiers:
        yield Problem(("tiers",), "must have at least one tier")
        return
    for index, tier in enumerate(tiers):
        path = ("tiers", str(index))
        yield from rate_problems((*path, "unit"), tier.unit)
        yield from rate_problems((*path, "flat"), tier.flat)
        if tier.up_to is not None:
            yield from rate_problems((*path, "up_to"), tier.up_to)
        elif index < len(tiers) - 1:
            yield Problem((*path, "up_to"), "only the last tier is without end")
    if tiers[-1].up_to is not None:
        yield Problem(("tiers", str(len(tiers) - 1), "up_to"), "the last tier must be without end")
    yield from _order_problems(tiers)


def _order_problems(tiers: tuple[Tier, ...]) -> Iterator[Problem]:
    bounds = [(index, tier.up_to) for index, tier in enumerate(tiers) if tier.up_to is not None]
    readable = [(-1, ZERO), *((index, bound) for index, bound in bounds if bound.is_finite() and bound >= 0)]
    for (_, below), (index, bound) in pairwise(readable):
        if bound <= below:
            message = f"must be above {decimal_digits(below)}, where the tier begins"
            yield Problem(("tiers", str(index), "up_to"), message)


class Ladder:
    """Valid tiers as integers, computed once per price because every line needs them.

    Bounds are over `bound_under`, rates over `rate_under`. `full_rows` are the rows of tiers that are used
    up, which are the same for every quantity beyond.
    """

    def __init__(self, tiers: tuple[Tier, ...]) -> None:
        rates, self.rate_under = over_one_denominator([*(t.unit for t in tiers), *(t.flat for t in tiers)])
        self.units, self.flats = rates[: len(tiers)], rates[len(tiers) :]
        self.bounds, self.bound_under = over_one_denominator([t.up_to for t in tiers if t.up_to is not None])
        self.floors = (0, *self.bounds)
        self.sizes = tuple(bound - floor for floor, bound in pairwise(self.floors))
        self._texts = tuple(tier.to_data() for tier in tiers)
        self._floor_texts = ("0", *(text["up_to"] for text in self._texts))
        self.full_rows = tuple(self.row(index, size, self.bound_under) for index, size in enumerate(self.sizes))

    def reached(self, over: int, under: int, bound: TierBound) -> int:
        """The index of the tier in which the quantity over/under lies."""
        reach = over * self.bound_under
        inclusive = bound is TierBound.INCLUSIVE
        for index, upper in enumerate(self.bounds):
            if reach < upper * under or (inclusive and reach == upper * under):
                return index
        return len(self.bounds)

    def row(self, index: int, over: int, under: int, *, flat_due: bool = True) -> Row:
        """The walk's row of a tier with over/under units in it; its exact amount is before the share."""
        text = self._texts[index]
        exact = self.units[index] * over + (self.flats[index] * under if flat_due else 0)
        return {
            "from": self._floor_texts[index],
            "up_to": text["up_to"],
            "quantity": nine_decimals(over, under),
            "quantity_exact": ratio_text(over, under),
            "unit": text["unit"],
            "flat": text["flat"] if flat_due else "0",
            "exact": ratio_text(exact, self.rate_under * under),
        }
