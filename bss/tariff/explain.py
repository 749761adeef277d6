"""The explanation: why a line costs what it costs, as data that is stored with the line.

Owns: the shape of an explanation, and which of its parts are given and which are results. Does not own: the
arithmetic (`bss.tariff.rating`), and the second opinion on it (`bss.tariff.recompute`).
"""

from copy import deepcopy
from typing import Any

from bss.money import Money, minor_digits
from bss.period import Share
from bss.policy import MoneyPolicy
from bss.tariff.exact import nine_decimals, ratio_text
from bss.tariff.price import Price
from bss.tariff.quantity import Quantity
from bss.tariff.walk import Row

Explanation = dict[str, Any]
"""JSON-ready: strings, one int, lists and dicts. Parts are shared between lines: not to be written to."""

GIVEN = ("price", "quantity", "share", "policy", "currency", "minor_digits")
GIVEN_OF_A_CREDIT = ("charged", "kept")
"""The shares of which it is the difference."""


def explained(
    price: Price,
    quantity: Quantity,
    ratio: tuple[int, int],
    share: Share,
    policy: MoneyPolicy,
    rows: tuple[Row, ...],
    exact: tuple[int, int],
    amount: Money,
) -> Explanation:
    """All that was given, the walk, the exact amount before rounding as "n/d", and the amount."""
    return {
        "price": price.data,
        "quantity": {
            "numerator": str(quantity.numerator),
            "divisor": str(quantity.divisor),
            "unit": quantity.unit,
            "value": nine_decimals(*ratio),
        },
        "share": f"{share.numerator}/{share.denominator}",
        "policy": policy.to_data(),
        "currency": amount.currency,
        "minor_digits": minor_digits(amount.currency),
        "walk": list(rows),
        "exact": ratio_text(*exact),
        "amount": str(amount.amount),
    }


def credited(before: Explanation, after: Explanation, charged: Share, kept: Share, amount: Money) -> Explanation:
    """The explanation of a credit: of the charge that it is taken from, with both shares and the difference."""
    over, under = (int(part) for part in after["exact"].split("/"))
    less, beneath = (int(part) for part in before["exact"].split("/"))
    return {
        **before,
        "share": f"{charged.numerator - kept.numerator}/{charged.denominator}",
        "charged": before["share"],
        "kept": after["share"],
        "exact": ratio_text(over * beneath - less * under, under * beneath),
        "amount": str(amount.amount),
    }


def stripped(explanation: Explanation) -> Explanation:
    """A copy with what was given alone: no amount, and no walk, which has amounts in every row."""
    given = (*GIVEN, *(part for part in GIVEN_OF_A_CREDIT if part in explanation))
    return {part: deepcopy(explanation[part]) for part in given}
