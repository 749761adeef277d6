"""What can be wrong with a price, and the refusal that lists all of it.

Owns: the limits of a rate and the refusal InvalidPrice. Does not own: the order of tiers
(`bss.tariff.tiers`), or the reading of data (`bss.tariff.price`).
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from bss.refusal import InvalidInput, Problem

RATE_DECIMALS_MAX = 12
RATE_DIGITS_MAX = 24  # before the decimal point; keeps 1E+999999999 from becoming a billion digits


class InvalidPrice(InvalidInput):
    code = "INVALID_PRICE"
    meaning = "The price cannot be charged by; every problem is listed with its path in the price."


def refuse_if_any(problems: Iterable[Problem]) -> None:
    """Raises InvalidPrice with all the problems, if there is one."""
    if found := tuple(problems):
        raise InvalidPrice(found)


def rate_problems(path: tuple[str, ...], rate: Decimal) -> Iterator[Problem]:
    """What keeps the number from being a rate: zero or above, with a bounded number of digits."""
    if not rate.is_finite():
        yield Problem(path, "must be a number")
        return
    if rate < 0:
        yield Problem(path, "must not be negative")
    if int(rate.as_tuple().exponent) < -RATE_DECIMALS_MAX:
        yield Problem(path, f"must have at most {RATE_DECIMALS_MAX} decimals")
    if rate.adjusted() >= RATE_DIGITS_MAX:
        yield Problem(path, f"must have at most {RATE_DIGITS_MAX} digits before the decimal point")
