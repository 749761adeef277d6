"""The quantity that a line is charged for.

Owns: an exact quantity with its unit. Does not own: how samples become a quantity (metering), or the price
of it.
"""

from dataclasses import dataclass
from decimal import Decimal


class NegativeQuantity(ValueError):
    """Nothing negative can be used; a correction is a line of its own with its sign on the amount."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """numerator / divisor units, exactly.

    Usage is kept as an exact integral, so that hours need no rounding: 7,200,000 vCPU-milliseconds with the
    divisor 3,600,000 are 2 vCPU-hours. Raises NegativeQuantity, and ValueError for what is no number.
    """

    numerator: Decimal | int
    divisor: int = 1
    unit: str = "unit"

    def __post_init__(self) -> None:
        if isinstance(self.numerator, Decimal) and not self.numerator.is_finite():
            raise ValueError(f"{self.numerator} is no quantity")
        if self.numerator < 0:
            raise NegativeQuantity(f"{self.numerator} {self.unit} is below zero")
        if self.divisor < 1:
            raise ValueError(f"a quantity is divided by 1 or more, not by {self.divisor}")

    def ratio(self) -> tuple[int, int]:
        """The quantity as (numerator, denominator), not in lowest terms."""
        over, under = self.numerator.as_integer_ratio()
        return over, under * self.divisor
