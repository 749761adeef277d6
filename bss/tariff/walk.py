"""What a price model makes of a quantity: terms to be charged, and rows for people.

Owns: the common shape of the models' results. Does not own: shares, rounding and money (`bss.tariff.rating`).
"""

from typing import Any, NamedTuple

Row = dict[str, Any]
"""One step of the walk, JSON-ready. Some are shared between lines: not to be written to."""


class Walk(NamedTuple):
    """The terms are (rate, quantity), as numerators over `rate_under` and `quantity_under`.

    The exact amount is the sum of their products. A fee is a term whose quantity is 1: `quantity_under`.
    """

    terms: tuple[tuple[int, int], ...]
    rate_under: int
    quantity_under: int
    rows: tuple[Row, ...] = ()
