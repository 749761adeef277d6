"""Rating: what a quantity costs under a price for a share of the period, and why.

Owns: the order price → share → rounding, and the choice of the model. Does not own: the models' arithmetic,
the rounding (`bss.money.charge`), and which lines there are (invoicing).
"""

from dataclasses import dataclass
from typing import assert_never

from bss.money import Money, charge
from bss.period import Share
from bss.policy import LicenceLines, MoneyPolicy
from bss.tariff.explain import Explanation, explained
from bss.tariff.flat import Flat
from bss.tariff.graduated import Graduated
from bss.tariff.package import Package
from bss.tariff.per_unit import PerUnit
from bss.tariff.price import Price
from bss.tariff.quantity import Quantity
from bss.tariff.volume import Volume
from bss.tariff.walk import Walk


@dataclass(frozen=True, slots=True)
class Rated:
    """The amount of a line and its explanation."""

    amount: Money
    explanation: Explanation


def rate(price: Price, quantity: Quantity, share: Share, policy: MoneyPolicy, currency: str) -> Rated:
    """What the quantity costs: usage with the share `WHOLE`, a recurring charge with its period's share.

    Under a policy that rounds licences by the unit, every rate × share of the walk is rounded and then
    multiplied; otherwise the sum is rounded once. Raises UnknownCurrency.
    """
    over, under = quantity.ratio()
    walk = _walk(price, over, under, policy)
    total = 0
    for rate_over, quantity_over in walk.terms:
        total += rate_over * quantity_over
    total_under = walk.rate_under * walk.quantity_under
    if policy.licence_lines is LicenceLines.ROUND_UNIT:
        amount = _charged_by_unit(walk, share, policy, currency)
    else:
        amount = charge((total, total_under), 1, share, policy, currency)
    exact = (total * share.numerator, total_under * share.denominator)
    return Rated(amount, explained(price, quantity, share, policy, walk, exact, amount))


def _walk(price: Price, over: int, under: int, policy: MoneyPolicy) -> Walk:
    match price:
        case Flat():
            return price.walk
        case PerUnit() | Package():
            return price.walk(over, under)
        case Graduated() | Volume():
            return price.walk(over, under, policy)
        case _ as unreachable:
            assert_never(unreachable)


def _charged_by_unit(walk: Walk, share: Share, policy: MoneyPolicy, currency: str) -> Money:
    total = Money.zero(currency)
    for rate_over, quantity_over in walk.terms:
        per_unit, quantity = (rate_over, walk.rate_under), (quantity_over, walk.quantity_under)
        total += charge(per_unit, quantity, share, policy, currency)
    return total
