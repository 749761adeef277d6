"""How many explained lines a second the pricing core makes on one core: `python -m bench.pricing`.

Every line has a quantity of its own, and its explanation is built; the best of several batches counts,
because other work on the machine can only make a batch slower.
"""

import sys
from collections.abc import Sequence
from decimal import Decimal
from time import perf_counter_ns

from bss.period import WHOLE, Share
from bss.policy import MoneyPolicy, policy_named
from bss.tariff.flat import Flat
from bss.tariff.graduated import Graduated
from bss.tariff.per_unit import PerUnit
from bss.tariff.price import Price
from bss.tariff.quantity import Quantity
from bss.tariff.rating import rate
from bss.tariff.tiers import Tier

LINES = 500
BATCHES = 400
MILLISECONDS_PER_HOUR = 3_600_000

FLAT = Flat(Decimal("49.95"))
PER_UNIT = PerUnit(Decimal("0.0125"))
GRADUATED = Graduated(
    (
        Tier(Decimal(100), unit=Decimal("0.0500"), flat=Decimal("5")),
        Tier(Decimal(1_000), unit=Decimal("0.0400")),
        Tier(Decimal(10_000), unit=Decimal("0.0325")),
        Tier(None, unit=Decimal("0.0275")),
    )
)

Line = tuple[Price, Quantity, Share]


def simple_lines() -> list[Line]:
    """Half flat fees for a share of the month, half vCPU-hours at one rate."""
    fees: list[Line] = [(FLAT, Quantity(1, 1, "month"), Share(n % 30 + 1, 30)) for n in range(LINES // 2)]
    usage: list[Line] = [(PER_UNIT, vcpu_hours(n), WHOLE) for n in range(LINES // 2)]
    return fees + usage


def graduated_lines() -> list[Line]:
    """vCPU-hours through four tiers; the quantities reach each of them."""
    return [(GRADUATED, vcpu_hours(n), WHOLE) for n in range(LINES)]


def vcpu_hours(line: int) -> Quantity:
    """From 0 to 20,000 hours, as the milliseconds of a month's roll-up."""
    milliseconds = line * 7_919_000_003 % (20_000 * MILLISECONDS_PER_HOUR)
    return Quantity(Decimal(milliseconds), MILLISECONDS_PER_HOUR, "vCPU-hour")


def lines_per_second(kinds: Sequence[Sequence[Line]]) -> list[int]:
    """The best batch's speed for each kind, the kinds by turns, so that a slow spell of the machine meets all."""
    policy = policy_named("standard")
    rounds = [[_nanoseconds(lines, policy) for lines in kinds] for _ in range(BATCHES)]
    return [
        len(lines) * 1_000_000_000 // min(batch) for lines, batch in zip(kinds, zip(*rounds, strict=True), strict=True)
    ]


def _nanoseconds(lines: Sequence[Line], policy: MoneyPolicy) -> int:
    started = perf_counter_ns()
    for price, quantity, share in lines:
        rate(price, quantity, share, policy, "EUR")
    return perf_counter_ns() - started


def main() -> int:
    """Print figure, limit and ratio of each kind of line; 1 when one is below its limit."""
    figures = lines_per_second([simple_lines(), graduated_lines()])
    limits = {"flat and per unit": 100_000, "graduated, four tiers": 40_000}
    print(f"{'pricing, explained lines/s on one core':<40}{'figure':>10}{'limit':>10}{'ratio':>8}")
    for (name, limit), figure in zip(limits.items(), figures, strict=True):
        print(f"{name:<40}{figure:>10,}{limit:>10,}{Decimal(figure) / limit:>8.2f}")
    return 0 if all(figure >= limit for figure, limit in zip(figures, limits.values(), strict=True)) else 1


if __name__ == "__main__":
    sys.exit(main())
