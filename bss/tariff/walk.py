"""What a price model makes of a quantity: terms to be charged, and rows for people.

Owns: the common shape of the models' results. Does not own: shares, rounding and money (`bss.tariff.rating`).
"""

from typing import Any

Row = dict[str, Any]
"""One step of the walk, JSON-ready. Some are shared between lines: not to be written to."""


Terms = tuple[tuple[int, int], ...]
"""(rate, quantity) pairs, as numerators over the walk's two denominators. A fee is a rate whose quantity is 1."""

Walk = tuple[Terms, int, int, tuple[Row, ...]]
"""(terms, denominator of the rates, denominator of the quantities, rows).

The exact amount is the sum of rate × quantity over the terms. A plain tuple, because every line makes one.
"""
