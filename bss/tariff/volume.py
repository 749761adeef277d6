"""Volume tiers: all units at the rate of the tier that the quantity reaches, and that tier's fee alone."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from bss.policy import FlatFeeAtZero, MoneyPolicy
from bss.tariff.problems import refuse_if_any
from bss.tariff.tiers import Ladder, Tier, tier_problems
from bss.tariff.walk import Walk


@dataclass(frozen=True)
class Volume:
    """Tiers in ascending order, the last without end. Raises InvalidPrice."""

    tiers: tuple[Tier, ...]

    def __post_init__(self) -> None:
        refuse_if_any(tier_problems(self.tiers))

    @cached_property
    def data(self) -> dict[str, Any]:
        """The price as JSON-ready data, shared by its explanations: not to be written to."""
        return {"model": "volume", "tiers": [tier.to_data() for tier in self.tiers]}

    @cached_property
    def _ladder(self) -> Ladder:
        return Ladder(self.tiers)

    def walk(self, over: int, under: int, policy: MoneyPolicy) -> Walk:
        """One row: the reached tier with the whole quantity in it."""
        ladder = self._ladder
        tier = ladder.reached(over, under, policy.tier_bound)
        flat_due = over > 0 or policy.flat_fee_at_zero is FlatFeeAtZero.DUE
        fee = ((ladder.flats[tier], under),) if flat_due else ()
        row = ladder.row(tier, over, under, flat_due=flat_due)
        return ((ladder.units[tier], over), *fee), ladder.rate_under, under, (row,)
