"""Flat fee: one amount per period, whatever the quantity."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from bss.policy import MoneyPolicy
from bss.tariff.exact import decimal_digits
from bss.tariff.problems import rate_problems, refuse_if_any
from bss.tariff.walk import Walk


@dataclass(frozen=True)
class Flat:
    """`fee` for the whole period. Raises InvalidPrice."""

    fee: Decimal

    def __post_init__(self) -> None:
        refuse_if_any(rate_problems(("fee",), self.fee))

    @cached_property
    def data(self) -> dict[str, Any]:
        """The price as JSON-ready data, shared by its explanations: not to be written to."""
        return {"model": "flat", "fee": decimal_digits(self.fee)}

    @cached_property
    def _walk(self) -> Walk:
        fee, under = self.fee.as_integer_ratio()
        return ((fee, 1),), under, 1, ()

    def walk(self, over: int, under: int, policy: MoneyPolicy) -> Walk:
        """The fee once, whatever the quantity and the policy."""
        return self._walk
