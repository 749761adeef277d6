"""Money: an amount in whole minor units of its currency, and the one road from a rate to it.

Owns: currencies' minor units, exact addition, the allocation of a whole to its parts, and `charge`, the only
function that rounds. Does not own: prices and tiers (`bss.tariff`), exchange rates, how money is shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import MAX_EMAX, MAX_PREC, MIN_EMIN, Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction
from functools import cache
from math import lcm

from babel.core import get_global

from bss.period import Share
from bss.policy import MoneyPolicy, Rounding

Rational = int | Decimal | Fraction | tuple[int, int]
"""An exact number: a rate, a quantity. The tuple is (numerator, denominator), denominator above zero."""

# The default context would silently round at 28 digits; this one has room for all and refuses to lose one.
EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN, traps=[Inexact, InvalidOperation])

# Babel's figures are CLDR's, which are about everyday prices: no minor unit where coins are out of use.
# Invoices follow ISO 4217, which differs for these.
ISO_4217_OVER_CLDR = {
    "AFN": 2, "ALL": 2, "IQD": 3, "IRR": 2, "KPW": 2, "LAK": 2, "LBP": 2, "MGA": 2, "MMK": 2, "RSD": 2,
    "SOS": 2, "SYP": 2, "YER": 2,
}  # fmt: skip


class UnknownCurrency(ValueError):
    """No currency has this ISO 4217 code."""


class CurrencyMismatch(TypeError):
    """Two currencies met in one sum or comparison: a programming error, never a customer's."""


def known_currency(code: str) -> bool:
    """Whether the ISO 4217 code, in capitals, is that of a currency, past ones included."""
    return code in get_global("all_currencies")


@cache
def minor_digits(currency: str) -> int:
    """How many decimals the currency has: 2 for EUR, 0 for JPY, 3 for KWD. Raises UnknownCurrency."""
    if not known_currency(currency):
        raise UnknownCurrency(f"{currency!r} is no ISO 4217 currency code")
    fractions = get_global("currency_fractions")
    digits: int = fractions.get(currency, fractions["DEFAULT"])[0]
    return ISO_4217_OVER_CLDR.get(currency, digits)


@cache
def _quantum(currency: str) -> Decimal:
    return Decimal((0, (1,), -minor_digits(currency)))


@cache
def _minor_units(currency: str) -> int:
    units: int = 10 ** minor_digits(currency)
    return units


@dataclass(frozen=True, slots=True)
class Money:
    """An amount with exactly its currency's decimals. Raises ValueError for others, UnknownCurrency."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not self.amount.same_quantum(_quantum(self.currency)):
            digits = minor_digits(self.currency)
            raise ValueError(f"{self.currency} has {digits} decimals; {self.amount} is not money but a rate")
        if not self.amount and self.amount.is_signed():
            object.__setattr__(self, "amount", self.amount.copy_abs())  # there is no -0.00

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Nothing, in this currency."""
        return cls(_quantum(currency) * 0, currency)

    @classmethod
    def stored(cls, amount: Decimal, currency: str) -> "Money":
        """An amount that was kept with more or fewer zeros than its currency has. Never rounds: raises Inexact."""
        return cls(EXACT.quantize(amount, _quantum(currency)), currency)

    def __add__(self, other: "Money") -> "Money":
        return Money(EXACT.add(self.amount, self._alike(other)), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(EXACT.subtract(self.amount, self._alike(other)), self.currency)

    def __neg__(self) -> "Money":
        return Money(self.amount.copy_negate(), self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount < self._alike(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount <= self._alike(other)

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    def split(self, weights: Sequence[int | Decimal]) -> "tuple[Money, ...]":
        """Parts in proportion to the weights, which sum to this amount.

        Minor units that are left over go, one each, to the parts that lost most; among equals to the earlier.
        Raises ValueError for a negative weight and for weights that are all zero.
        """
        shares = _whole_weights(weights)
        total = sum(shares)
        units = int(EXACT.multiply(self.amount.copy_abs(), _minor_units(self.currency)))
        parts = [units * share // total for share in shares]
        lost_most_first = sorted(range(len(shares)), key=lambda index: -(units * shares[index] % total))
        for index in lost_most_first[: units - sum(parts)]:
            parts[index] += 1
        sign = -1 if self.amount.is_signed() else 1
        return tuple(_money_of(sign * part, self.currency) for part in parts)

    def _alike(self, other: "Money") -> Decimal:
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self} and {other}")
        return other.amount


_write_amount = Money.__dict__["amount"].__set__
_write_currency = Money.__dict__["currency"].__set__


def charge(rate: Rational, quantity: Rational, share: Share, policy: MoneyPolicy, currency: str) -> Money:
    """rate × quantity × share as money: the only place where an amount is rounded.

    Rounds the line once; or, where the policy rounds licences by the unit, rate × share first and then, for a
    quantity that is not whole, the line too.
    """
    rate_over, rate_under = rate if type(rate) is tuple else exact_ratio(rate)
    over, under = quantity if type(quantity) is tuple else exact_ratio(quantity)
    unit_over = rate_over * share.numerator * _minor_units(currency)
    unit_under = rate_under * share.denominator
    if policy.rounds_unit:
        unit_over, unit_under = _whole_units(unit_over, unit_under, policy.rounding), 1
    return _money_of(_whole_units(unit_over * over, unit_under * under, policy.rounding), currency)


def exact_ratio(number: Rational) -> tuple[int, int]:
    """The number as (numerator, denominator). Raises TypeError for anything inexact."""
    if type(number) is tuple:
        return number
    if isinstance(number, (int, Decimal, Fraction)):
        return number.as_integer_ratio()
    raise TypeError(f"an exact number is an int, a Decimal or a Fraction, not a {type(number).__name__}")


def _whole_units(over: int, under: int, rounding: Rounding) -> int:
    """over/under as a whole number by the rule; the denominator is above zero."""
    units, rest = divmod(abs(over), under)
    match rounding:
        case Rounding.HALF_UP:
            up = 2 * rest >= under
        case Rounding.HALF_EVEN:
            up = 2 * rest > under or (2 * rest == under and units % 2 == 1)
        case Rounding.UP:
            up = rest > 0
        case Rounding.DOWN:
            up = False
    units += up
    return units if over >= 0 else -units


def _money_of(units: int, currency: str) -> Money:
    """Every line makes one, so it goes past the checks: the product has the quantum's scale, and no -0."""
    money = object.__new__(Money)
    _write_amount(money, EXACT.multiply(units, _quantum(currency)))
    _write_currency(money, currency)
    return money


def _whole_weights(weights: Sequence[int | Decimal]) -> list[int]:
    """The weights as whole numbers in the same proportion."""
    ratios = [exact_ratio(weight) for weight in weights]
    under = lcm(*(denominator for _, denominator in ratios))
    whole = [numerator * (under // denominator) for numerator, denominator in ratios]
    if not any(whole) or min(whole) < 0:
        raise ValueError(f"weights are zero or above, and one is above zero: {weights}")
    return whole
