"""Exact numbers as integers over one denominator, and as text.

Owns: how rates and bounds become integers for speed, and how an exact number is written in an explanation.
Does not own: amounts of money, which are rounded by `bss.money.charge` only.
"""

from collections.abc import Sequence
from decimal import Decimal
from math import gcd, lcm

DISPLAY_DECIMALS = 9
DISPLAY_SCALE = 10**DISPLAY_DECIMALS


def over_one_denominator(numbers: Sequence[Decimal]) -> tuple[tuple[int, ...], int]:
    """The numerators of the numbers, and their least common denominator."""
    ratios = [number.as_integer_ratio() for number in numbers]
    under = lcm(*(denominator for _, denominator in ratios))
    return tuple(numerator * (under // denominator) for numerator, denominator in ratios), under


def decimal_digits(number: Decimal) -> str:
    """Plain digits without an exponent."""
    return format(number, "f")


def ratio_text(over: int, under: int) -> str:
    """The exact number as "n/d" in lowest terms: "9/4", "5/1"."""
    shared = gcd(over, under)
    return f"{over // shared}/{under // shared}"


def nine_decimals(over: int, under: int) -> str:
    """A number that is zero or above, for people: to nine decimals, half up. No money is computed from it."""
    whole, decimals = divmod((2 * over * DISPLAY_SCALE + under) // (2 * under), DISPLAY_SCALE)
    return f"{whole}.{decimals:09d}"
