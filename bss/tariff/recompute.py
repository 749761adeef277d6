"""A second evaluator: the amount of a line from its explanation alone, by another way than the first.

Owns: an independent reading of an explanation's given parts, in fractions. It shares no code with
`bss.tariff.rating`, the models or `bss.money`, so that one mistake does not confirm itself; keep it that
way. Does not own: the explanation's shape (`bss.tariff.explain`).
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor
from typing import Any

HALF = Fraction(1, 2)


class UnreadableExplanation(ValueError):
    """The explanation names a price model or a rule that there is not."""


def recompute(explanation: Mapping[str, Any]) -> Decimal:
    """The amount, from what was given; the results that stand in the explanation are not read.

    A credit is what its share `kept` costs, less what its share `charged` does. Raises UnreadableExplanation, and
    KeyError where a given part is missing.
    """
    if "kept" not in explanation:
        return _amount(explanation, Fraction(explanation["share"]))
    kept, charged = (_amount(explanation, Fraction(explanation[part])) for part in ("kept", "charged"))
    return kept - charged


def _amount(explanation: Mapping[str, Any], due: Fraction) -> Decimal:
    policy = explanation["policy"]
    used = Fraction(explanation["quantity"]["numerator"]) / int(explanation["quantity"]["divisor"])
    scale = 10 ** explanation["minor_digits"]
    parts = _parts(explanation["price"], used, policy)
    match policy["licence_lines"]:
        case "round-line":
            exact = sum((each * times for each, times in parts), Fraction(0)) * due
            units = _rounded(exact * scale, policy["rounding"])
        case "round-unit":
            rule = policy["rounding"]
            units = sum(_rounded(_rounded(each * due * scale, rule) * times, rule) for each, times in parts)
        case other:
            raise UnreadableExplanation(f"there is no rounding of licence lines by {other!r}")
    return Decimal(f"{units}E-{explanation['minor_digits']}")


def _parts(price: Mapping[str, Any], used: Fraction, policy: Mapping[str, str]) -> Iterator[tuple[Fraction, Fraction]]:
    """Each rate that is due, and how many times."""
    match price["model"]:
        case "flat":
            yield Fraction(price["fee"]), Fraction(1)
        case "per_unit":
            yield Fraction(price["unit"]), used
        case "package":
            yield Fraction(price["block"]), Fraction(ceil(used / Fraction(price["size"])))
        case "graduated":
            for tier, below, top in _entered(price["tiers"], used, policy):
                yield Fraction(tier["unit"]), min(used, top) - below
                yield _fee(tier, used, policy), Fraction(1)
        case "volume":
            *_, (tier, _, _) = _entered(price["tiers"], used, policy)
            yield Fraction(tier["unit"]), used
            yield _fee(tier, used, policy), Fraction(1)
        case other:
            raise UnreadableExplanation(f"there is no price model {other!r}")


def _entered(
    tiers: list[dict[str, Any]], used: Fraction, policy: Mapping[str, str]
) -> Iterator[tuple[dict[str, Any], Fraction, Fraction]]:
    """Each tier that the quantity has entered, with its bounds; the open one ends where the usage ends."""
    below = Fraction(0)
    for position, tier in enumerate(tiers):
        touched = used >= below if policy["tier_bound"] == "exclusive" else used > below
        if position > 0 and not touched:
            return
        top = used if tier["up_to"] is None else Fraction(tier["up_to"])
        yield tier, below, top
        below = top


def _fee(tier: Mapping[str, Any], used: Fraction, policy: Mapping[str, str]) -> Fraction:
    waived = used == 0 and policy["flat_fee_at_zero"] == "not-due"
    return Fraction(0) if waived else Fraction(tier["flat"])


def _rounded(exact: Fraction, rule: str) -> int:
    """A number that is zero or above, as a whole one."""
    match rule:
        case "half-up":
            return floor(exact + HALF)
        case "half-even":
            nearest = floor(exact + HALF)
            return nearest - 1 if exact + HALF == nearest and nearest % 2 else nearest
        case "down":
            return floor(exact)
        case "up":
            return ceil(exact)
        case _:
            raise UnreadableExplanation(f"there is no rounding {rule!r}")
