"""Rating: what a quantity costs under a price for a share of the period, and why.

Owns: the order price → share → rounding, and that a credit is a difference of what was rounded. Does not own: the
models' arithmetic, the rounding (`bss.money.charge`), and which lines there are (`bss.rating`).
"""

from typing import NamedTuple

from bss.money import Money, charge
from bss.period import Share
from bss.policy import MoneyPolicy
from bss.tariff.explain import Explanation, credited, explained
from bss.tariff.price import Price
from bss.tariff.quantity import Quantity


class Rated(NamedTuple):
    """The amount of a line and its explanation."""

    amount: Money
    explanation: Explanation


def rate(price: Price, quantity: Quantity, share: Share, policy: MoneyPolicy, currency: str) -> Rated:
    """What the quantity costs: usage with the share `WHOLE`, a recurring charge with its period's share.

    Under a policy that rounds licences by the unit, every rate × share of the walk is rounded and then
    multiplied; otherwise the sum is rounded once. Raises UnknownCurrency.
    """
    ratio = quantity.ratio()
    terms, rate_under, quantity_under, rows = price.walk(*ratio, policy)
    total = 0
    for rate_over, quantity_over in terms:
        total += rate_over * quantity_over
    total_under = rate_under * quantity_under
    if policy.rounds_unit:
        each = [charge((r, rate_under), (q, quantity_under), share, policy, currency) for r, q in terms]
        amount = sum(each, Money.zero(currency))
    else:
        amount = charge((total, total_under), (1, 1), share, policy, currency)
    exact = (total * share.numerator, total_under * share.denominator)
    return Rated(amount, explained(price, quantity, ratio, share, policy, rows, exact, amount))


def credit(price: Price, quantity: Quantity, charged: Share, kept: Share, policy: MoneyPolicy, currency: str) -> Rated:
    """What is given back of a charge for the share `charged` when only `kept` of it lasted: zero or below.

    It is the difference of the two amounts, so that charge and credit add up to what `kept` alone would have cost.
    """
    before, after = (rate(price, quantity, each, policy, currency) for each in (charged, kept))
    amount = after.amount - before.amount
    return Rated(amount, credited(before.explanation, after.explanation, charged, kept, amount))
