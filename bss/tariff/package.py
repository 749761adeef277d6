"""Package: a price for each block of units, a block begun is a block due."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from bss.policy import MoneyPolicy
from bss.refusal import Problem
from bss.tariff.exact import decimal_digits, ratio_text
from bss.tariff.problems import rate_problems, refuse_if_any
from bss.tariff.walk import Walk


@dataclass(frozen=True)
class Package:
    """`block` for every `size` units or part of it; nothing used is no block. Raises InvalidPrice."""

    size: Decimal
    block: Decimal

    def __post_init__(self) -> None:
        refuse_if_any(self._problems())

    def _problems(self) -> Iterator[Problem]:
        yield from rate_problems(("size",), self.size)
        yield from rate_problems(("block",), self.block)
        if self.size.is_zero():
            yield Problem(("size",), "must be above zero")

    @cached_property
    def data(self) -> dict[str, Any]:
        """The price as JSON-ready data, shared by its explanations: not to be written to."""
        return {"model": "package", "size": decimal_digits(self.size), "block": decimal_digits(self.block)}

    @cached_property
    def _ratios(self) -> tuple[int, int, int, int]:
        return (*self.size.as_integer_ratio(), *self.block.as_integer_ratio())

    def walk(self, over: int, under: int, policy: MoneyPolicy) -> Walk:
        """The block's price times the whole blocks that over/under units take."""
        size, size_under, block, block_under = self._ratios
        blocks = -(-over * size_under // (under * size))
        exact = ratio_text(blocks * block, block_under)
        row = {"blocks": str(blocks), "block": self.data["block"], "exact": exact}
        return ((block, blocks),), block_under, 1, (row,)
