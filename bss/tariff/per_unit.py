"""Per unit: one rate for every unit."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from bss.policy import MoneyPolicy
from bss.tariff.exact import decimal_digits
from bss.tariff.problems import rate_problems, refuse_if_any
from bss.tariff.walk import Walk


@dataclass(frozen=True)
class PerUnit:
    """`unit` for each unit, fractions of a unit in proportion. Raises InvalidPrice."""

    unit: Decimal

    def __post_init__(self) -> None:
        refuse_if_any(rate_problems(("unit",), self.unit))

    @cached_property
    def data(self) -> dict[str, Any]:
        """The price as JSON-ready data, shared by its explanations: not to be written to."""
        return {"model": "per_unit", "unit": decimal_digits(self.unit)}

    @cached_property
    def _ratio(self) -> tuple[int, int]:
        return self.unit.as_integer_ratio()

    def walk(self, over: int, under: int, policy: MoneyPolicy) -> Walk:
        """The rate times over/under units."""
        unit, rate_under = self._ratio
        return ((unit, over),), rate_under, under, ()
