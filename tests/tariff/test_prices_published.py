"""Published worked examples: each comes out to the cent by the choice of a policy. The id names the example."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction

import pytest

from bss.money import charge
from bss.period import WHOLE, Share
from bss.policy import POLICIES, MoneyPolicy
from bss.tariff.explain import stripped
from bss.tariff.flat import Flat
from bss.tariff.graduated import Graduated
from bss.tariff.package import Package
from bss.tariff.per_unit import PerUnit
from bss.tariff.price import Price
from bss.tariff.quantity import Quantity
from bss.tariff.rating import rate
from bss.tariff.recompute import recompute
from bss.tariff.tiers import Tier
from bss.tariff.volume import Volume

STANDARD = POLICIES["standard"]
LICENCE = POLICIES["licence"]

Step = tuple[str | None, str, str]


def tiers(*steps: Step) -> tuple[Tier, ...]:
    """Each step is (up to, per unit, flat)."""
    return tuple(Tier(None if up_to is None else Decimal(up_to), Decimal(u), Decimal(f)) for up_to, u, f in steps)


def bill(price: Price, quantity: str, share: Share = WHOLE, policy: MoneyPolicy = STANDARD) -> Decimal:
    """The amount in EUR, confirmed by the second evaluator."""
    rated = rate(price, Quantity(Decimal(quantity)), share, policy, "EUR")
    assert recompute(stripped(rated.explanation)) == rated.amount.amount
    return rated.amount.amount


def cases(id: str, price: Price, amounts: Iterable[tuple[str, str]]) -> list[object]:
    return [pytest.param(price, used, amount, id=f"{id}-{used}") for used, amount in amounts]


P01 = Graduated(tiers(("5", "10", "100"), (None, "5", "50")))
P03 = Graduated(tiers(("10", "2", "100"), (None, "1", "50")))
P05 = Graduated(tiers(("5", "0", "100"), ("10", "0", "50"), ("15", "10", "0"), (None, "5", "0")))
P07 = Volume(tiers(("5", "0", "100"), ("10", "0", "150"), ("15", "10", "0"), (None, "5", "0")))
P13 = Volume(
    tiers(
        ("10000", "0.0010", "10"), ("50000", "0.0008", "10"), ("100000", "0.0006", "10"), (None, "0.0004", "10")
    )
)  # fmt: skip
P15 = Graduated(tiers(("5", "5", "0"), ("10", "4", "0"), ("15", "3", "0"), ("20", "2", "0"), (None, "1", "0")))
P17 = Graduated(tiers(("20", "15", "0"), ("25", "10", "0"), ("30", "8", "0"), (None, "5", "0")))
P19 = Package(size=Decimal(10), block=Decimal(100))
P21 = Package(size=Decimal(10), block=Decimal(15))


@pytest.mark.parametrize(
    ("price", "used", "amount"),
    [
        *cases("P01", P01, [("3", "130.00")]),
        *cases("P03", P03, [("0", "100.00")]),
        *cases(
            "P05",
            P05,
            [
                ("0", "100"),
                ("3", "100"),
                ("5", "100"),
                ("5.001", "150"),
                ("7", "150"),
                ("12", "170"),
                ("22", "235"),
            ],
        ),
        *cases(
            "P07",
            P07,
            [("0", "100"), ("3", "100"), ("5", "100"), ("14", "140"), ("15", "150"), ("16", "80"), ("100", "500")],
        ),
        *cases("P13", P13, [("65000", "49.00")]),
        *cases("P15", P15, [("6", "29"), ("20", "70"), ("25", "75")]),
        *cases("P17", P17, [("10", "150"), ("50", "490")]),
        *cases("P19", P19, [("3", "100"), ("15", "200")]),
        *cases("P21", P21, [("10", "15")]),
    ],
)
def test_a_published_price_gives_the_published_amount(price: Price, used: str, amount: str) -> None:
    assert bill(price, used) == Decimal(amount)


@pytest.mark.parametrize(
    ("fee", "days", "of", "amount"),
    [
        pytest.param("100000.00", 14, 31, "45161.29", id="T05"),
        pytest.param("10.00", 27, 31, "8.71", id="T09-first-plan-from-the-5th"),
        pytest.param("15.00", 20, 31, "9.68", id="T09-second-plan-from-the-12th"),
        pytest.param("19.00", 20, 31, "12.26", id="T09-third-plan-from-the-12th"),
        pytest.param("910.00", 32, 91, "320.00", id="T11"),
        pytest.param("50.00", 21, 28, "37.50", id="T13-before-tax"),
        pytest.param("10", 17, 31, "5.48", id="T19-replaced"),
        pytest.param("20", 17, 31, "10.97", id="T19-replacing"),
        pytest.param("600", 1, 30, "20.00", id="T25-last-day"),
        pytest.param("200.00", 29, 30, "193.33", id="X05-credited-before-tax"),
        pytest.param("29.99", 6, 7, "25.71", id="X07-credited-before-tax"),
        pytest.param("31.00", 17, 31, "17.00", id="C07-paid-from-the-15th"),
    ],
)
def test_a_flat_fee_is_due_for_its_share_of_the_period(fee: str, days: int, of: int, amount: str) -> None:
    assert bill(Flat(Decimal(fee)), "1", Share(days, of)) == Decimal(amount)


@pytest.mark.parametrize(
    ("days", "of", "true_up"),
    [
        pytest.param(5, 7, "6428.57", id="T18-weekly"),
        pytest.param(25, 28, "8035.71", id="T18-monthly"),
        pytest.param(56, 90, "5600.00", id="T18-quarterly"),
        pytest.param(334, 365, "8235.61", id="T18-yearly"),
        pytest.param(1, 1, "9000.00", id="T18-full"),
    ],
)
def test_a_true_up_is_the_difference_of_two_rounded_shares(days: int, of: int, true_up: str) -> None:
    promised = charge(Decimal(10_000), 1, Share(days, of), STANDARD, "EUR")
    billed = charge(Decimal(1_000), 1, Share(days, of), STANDARD, "EUR")
    assert (promised - billed).amount == Decimal(true_up)


def test_t21_five_more_seats_for_seventeen_days_of_march() -> None:
    old, new = (bill(PerUnit(Decimal(10)), seats, Share(17, 31)) for seats in ("5", "10"))
    assert (old, new, new - old) == (Decimal("27.42"), Decimal("54.84"), Decimal("27.42"))


def test_t31_a_second_licence_on_the_same_day_is_paid_for_the_whole_period() -> None:
    one, two = (bill(PerUnit(Decimal(4)), seats, Share(30, 30), LICENCE) for seats in ("1", "2"))
    assert (one, two, one - one + two) == (Decimal("4.00"), Decimal("8.00"), Decimal("8.00"))


def test_t32_a_second_licence_next_day_costs_two_rounded_units() -> None:
    # 4 × 29/30 = 3.8667; two of 3.87 are 7.74, where the unrounded line would be 7.73.
    first = bill(PerUnit(Decimal(4)), "1", WHOLE, LICENCE)
    one, two = (bill(PerUnit(Decimal(4)), seats, Share(29, 30), LICENCE) for seats in ("1", "2"))
    assert (first, one, two) == (Decimal("4.00"), Decimal("3.87"), Decimal("7.74"))
    assert first - one + two == Decimal("7.87")
    assert bill(PerUnit(Decimal(4)), "2", Share(29, 30)) == Decimal("7.73")


@pytest.mark.parametrize(
    ("seat", "per_seat", "line"),
    [
        pytest.param("10.00", "5.48", "38.36", id="C01-vendor-to-cloud"),
        pytest.param("12.00", "6.58", "46.06", id="C01-cloud-to-cloud-resell"),
        pytest.param("13.20", "7.24", "50.68", id="C01-cloud-resell-to-cloud-lite"),
        pytest.param("15.00", "8.23", "57.61", id="C01-cloud-lite-to-x"),
    ],
)
def test_c01_seven_seats_for_seventeen_days_on_each_edge(seat: str, per_seat: str, line: str) -> None:
    assert bill(PerUnit(Decimal(seat)), "1", Share(17, 31), LICENCE) == Decimal(per_seat)
    assert bill(PerUnit(Decimal(seat)), "7", Share(17, 31), LICENCE) == Decimal(line)


def test_c06_three_segments_of_one_month_are_190_seat_days() -> None:
    segments = [("5", 10), ("8", 10), ("6", 10)]
    lines = [bill(PerUnit(Decimal(30)), seats, Share(days, 30)) for seats, days in segments]
    assert lines == [Decimal("50.00"), Decimal("80.00"), Decimal("60.00")]
    assert sum(lines) == Decimal("190.00")


@pytest.mark.parametrize(
    ("policy", "lines", "tax"),
    [
        pytest.param("standard", [("45.30", "0.05"), ("33.45", "0.10")], "5.62", id="X10"),
        pytest.param("half-even", [("45.30", "0.05"), ("33.45", "0.10")], "5.60", id="X10-half-even"),
        pytest.param("half-even", [("17.50", "0.07")] * 4, "4.88", id="X11"),
        pytest.param("standard", [("17.50", "0.07")] * 4, "4.92", id="X11-half-up"),
        pytest.param("half-even", [("70.00", "0.07")], "4.90", id="X11-on-the-subtotal"),
    ],
)
def test_tax_lines_round_by_the_policy(policy: str, lines: list[tuple[str, str]], tax: str) -> None:
    rounded = [charge(Decimal(on), Decimal(rate), WHOLE, POLICIES[policy], "EUR").amount for on, rate in lines]
    assert sum(rounded) == Decimal(tax)


def test_x21_a_vendor_cuts_usage_before_and_after_the_exchange() -> None:
    policy = POLICIES["vendor-usage"]
    line = charge(Decimal("0.0509"), Decimal("109.2"), WHOLE, policy, "USD")
    assert line.amount == Decimal("5.55")
    assert charge(line.amount, Decimal("0.9"), WHOLE, policy, "EUR").amount == Decimal("4.99")
    once = charge(Fraction("0.0509") * Fraction("0.9"), Decimal("109.2"), WHOLE, STANDARD, "EUR")
    assert once.amount == Decimal("5.00")


def test_x22_a_vendor_cuts_the_licence_after_the_exchange_and_multiplies() -> None:
    unit = PerUnit(Decimal("8.99") * Decimal("0.915"))
    assert bill(unit, "1", WHOLE, POLICIES["vendor-licence"]) == Decimal("8.22")
    assert bill(unit, "7", WHOLE, POLICIES["vendor-licence"]) == Decimal("57.54")
    assert bill(unit, "7") == Decimal("57.58")
