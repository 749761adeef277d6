"""How much of an offering may be ordered: as a subscription, or in a bundle.

Owns: the rule for what people order. Does not own: measured quantities (`bss.metering`), priced ones (`bss.tariff`).
"""

from __future__ import annotations

from decimal import Decimal

from bss.refusal import Problem

MOST_DECIMALS = 9
MOST = Decimal(10) ** 9
"""Above every real order. At a rate below 10^7 its amount still fits the sixteen digits of a billed line."""


def quantity_problems(quantity: Decimal) -> tuple[Problem, ...]:
    """What is wrong with the quantity as an order; nothing is ordered by cancelling and not by the quantity 0."""
    if not quantity.is_finite() or not 0 < quantity <= MOST:
        return (Problem(("quantity",), f"A quantity is more than 0 and at most {MOST:f}."),)
    if quantity != quantity.quantize(Decimal(1).scaleb(-MOST_DECIMALS)):
        return (Problem(("quantity",), f"A quantity has at most {MOST_DECIMALS} decimals."),)
    return ()
