"""Graduated tiers: every unit at the rate of the tier in which it lies, and the fee of every tier entered."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bss.policy import FlatFeeAtZero, MoneyPolicy
from bss.tariff.problems import refuse_if_any
from bss.tariff.tiers import Ladder, Tier, tier_problems
from bss.tariff.walk import Walk


@dataclass(frozen=True)
class Graduated:
    """Tiers in ascending order, the last without end. Raises InvalidPrice."""

    tiers: tuple[Tier, ...]

    def __post_init__(self) -> None:
        refuse_if_any(tier_problems(self.tiers))

    @cached_property
    def data(self) -> dict[str, Any]:
        """The price as JSON-ready data, shared by its explanations: not to be written to."""
        return {"model": "graduated", "tiers": [tier.to_data() for tier in self.tiers]}

    @cached_property
    def _ladder(self) -> Ladder:
        return Ladder(self.tiers)

    def walk(self, over: int, under: int, policy: MoneyPolicy) -> Walk:
        """The tiers below the reached one in full, and what is left in the reached one."""
        ladder = self._ladder
        last = ladder.reached(over, under, policy.tier_bound)
        quantity_under = under * ladder.bound_under
        left = over * ladder.bound_under - ladder.floors[last] * under
        flat_due = over > 0 or policy.flat_fee_at_zero is FlatFeeAtZero.DUE
        terms = []
        for index in range(last):
            terms.append((ladder.units[index], ladder.sizes[index] * under))
            terms.append((ladder.flats[index], quantity_under))
        terms.append((ladder.units[last], left))
        if flat_due:
            terms.append((ladder.flats[last], quantity_under))
        rows = (*ladder.full_rows[:last], ladder.row(last, left, quantity_under, flat_due=flat_due))
        return tuple(terms), ladder.rate_under, quantity_under, rows
