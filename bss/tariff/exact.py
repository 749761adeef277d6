"""Exact numbers as integers over one denominator, and as text.

Owns: how rates and bounds become integers for speed, and how an exact number is written in an explanation.
Does not own: amounts of money, which are rounded by `bss.money.charge` only.
"""

from collections.abc import Sequence
from decimal import Decimal
from math import gcd, lcm

BILLION = 10**9


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
    digits = str((2 * over * BILLION + under) // (2 * under)).zfill(10)
    return f"{digits[:-9]}.{digits[-9:]}"
