"""Money: minor units, exact sums, parts that sum to the whole, and the one road from a rate."""

from decimal import Decimal, Inexact
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bss.money import CurrencyMismatch, Money, UnknownCurrency, charge, known_currency, minor_digits
from bss.period import WHOLE, Share
from bss.policy import POLICIES, LicenceLines, MoneyPolicy, Rounding

STANDARD = POLICIES["standard"]


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")


@pytest.mark.parametrize(("currency", "digits"), [("EUR", 2), ("JPY", 0), ("KWD", 3), ("RSD", 2), ("IQD", 3)])
def test_a_currency_has_its_iso_4217_decimals(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits
    assert str(Money.zero(currency).amount) == str(Decimal(0).scaleb(-digits))


def test_a_code_that_is_no_currency_is_refused() -> None:
    assert known_currency("EUR")
    assert not known_currency("eur")
    assert not known_currency("EURO")
    with pytest.raises(UnknownCurrency):
        Money(Decimal("1.00"), "EURO")


@pytest.mark.parametrize("amount", ["1", "1.0", "1.001", "1E+2", "NaN", "Infinity"])
def test_money_at_another_scale_than_its_currency_is_refused(amount: str) -> None:
    with pytest.raises(ValueError, match="EUR has 2 decimals"):
        eur(amount)


def test_there_is_no_negative_zero() -> None:
    assert str(eur("-0.00").amount) == "0.00"
    assert str((-Money.zero("EUR")).amount) == "0.00"
    assert str(charge(Decimal("-0.001"), 1, WHOLE, STANDARD, "EUR").amount) == "0.00"


def test_sums_are_exact_beyond_the_digits_of_the_default_context() -> None:
    big = eur("99999999999999999999999999999999999999.99")
    assert big + eur("0.01") == eur("100000000000000000000000000000000000000.00")
    assert big - big == Money.zero("EUR")
    assert -big + big == Money.zero("EUR")


def test_money_is_compared_within_its_currency() -> None:
    assert eur("1.00") < eur("1.01") <= eur("1.01")
    assert eur("-1.00") < Money.zero("EUR")
    assert eur("2.00") > eur("1.00") >= eur("1.00")
    assert eur("1.00") != Money(Decimal("1.00"), "USD")


def test_two_currencies_do_not_meet() -> None:
    usd = Money(Decimal("1.00"), "USD")
    for meeting in (eur("1.00").__add__, eur("1.00").__sub__, eur("1.00").__lt__, eur("1.00").__le__):
        with pytest.raises(CurrencyMismatch, match=r"1\.00 EUR and 1\.00 USD"):
            meeting(usd)


def test_a_cent_that_is_left_over_goes_to_the_first_of_equals() -> None:
    assert eur("100.00").split([1, 1, 1]) == (eur("33.34"), eur("33.33"), eur("33.33"))
    assert eur("-100.00").split([1, 1, 1]) == (eur("-33.34"), eur("-33.33"), eur("-33.33"))


def test_a_cent_that_is_left_over_goes_to_the_part_that_lost_most() -> None:
    # 1.00 by 1 : 2 : 4 is 14.28…, 28.57…, 57.14… cents; the second lost most.
    assert eur("1.00").split([1, 2, 4]) == (eur("0.14"), eur("0.29"), eur("0.57"))


def test_c02_a_pooled_charge_is_allocated_by_seats() -> None:
    assert eur("88.00").split([5, 6]) == (eur("40.00"), eur("48.00"))
    assert eur("88.00").split([Decimal("0.5"), Decimal("0.6")]) == (eur("40.00"), eur("48.00"))


def test_a_part_without_weight_gets_nothing() -> None:
    assert eur("0.05").split([0, 1, 0]) == (eur("0.00"), eur("0.05"), eur("0.00"))


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1], [3, -1]])
def test_weights_that_divide_nothing_are_refused(weights: list[int]) -> None:
    with pytest.raises(ValueError, match="weights are zero or above"):
        eur("1.00").split(weights)


@settings(max_examples=80, deadline=None)
@given(
    cents=st.integers(-(10**24), 10**24),
    weights=st.lists(st.integers(0, 10**9) | st.decimals(0, 10**6, places=4), min_size=1, max_size=12).filter(any),
)
def test_parts_sum_to_the_whole_and_stray_less_than_a_cent(cents: int, weights: list[int | Decimal]) -> None:
    whole = Money(Decimal(cents).scaleb(-2), "EUR")
    parts = whole.split(weights)
    assert sum(parts, Money.zero("EUR")) == whole
    total = sum(Fraction(weight) for weight in weights)
    for part, weight in zip(parts, weights, strict=True):
        assert abs(Fraction(part.amount) * 100 - cents * Fraction(weight) / total) < 1


@pytest.mark.parametrize(
    ("rounding", "rounded"),
    [
        (Rounding.HALF_UP, ["0.03", "0.02", "0.03", "-0.03", "-0.02"]),
        (Rounding.HALF_EVEN, ["0.02", "0.02", "0.03", "-0.02", "-0.02"]),
        (Rounding.DOWN, ["0.02", "0.02", "0.02", "-0.02", "-0.02"]),
        (Rounding.UP, ["0.03", "0.03", "0.03", "-0.03", "-0.03"]),
    ],
)
def test_each_rounding_at_the_half_below_it_above_it_and_below_zero(rounding: Rounding, rounded: list[str]) -> None:
    policy = MoneyPolicy("one switch", rounding=rounding)
    rates = ["0.025", "0.0249", "0.0251", "-0.025", "-0.0249"]
    assert [str(charge(Decimal(r), 1, WHOLE, policy, "EUR").amount) for r in rates] == rounded


def test_a_charge_rounds_once_to_the_minor_unit_of_its_currency() -> None:
    rate, month = Decimal("1234.5678"), Share(1, 3)
    assert str(charge(rate, 2, month, STANDARD, "JPY")) == "823 JPY"
    assert str(charge(rate, 2, month, STANDARD, "EUR")) == "823.05 EUR"
    assert str(charge(rate, 2, month, STANDARD, "KWD")) == "823.045 KWD"


def test_a_charge_by_the_unit_rounds_the_unit_and_then_a_broken_line() -> None:
    by_unit = MoneyPolicy("one switch", licence_lines=LicenceLines.ROUND_UNIT)
    assert charge(Decimal("1.005"), 3, WHOLE, by_unit, "EUR") == eur("3.03")
    assert charge(Decimal("1.005"), Fraction(1, 3), WHOLE, by_unit, "EUR") == eur("0.34")


def test_a_charge_of_huge_numbers_loses_no_digit() -> None:
    money = charge(Decimal("0.123456789012"), 10**20, WHOLE, STANDARD, "EUR")
    assert money == eur("12345678901200000000.00")
    # (10^12 − 10^−12) × (10^20 + 1) = 10^32 + 10^12 − 10^8 − 10^−12
    money = charge(Decimal("999999999999.999999999999"), 10**20 + 1, WHOLE, STANDARD, "EUR")
    assert money.amount == Decimal(10**32 + 10**12 - 10**8)


def test_a_binary_fraction_is_no_rate() -> None:
    with pytest.raises(TypeError, match="not a float"):
        charge(0.1, 1, WHOLE, STANDARD, "EUR")  # type: ignore[arg-type]  # what is refused


def test_a_stored_amount_gets_its_currencys_decimals_and_is_never_rounded() -> None:
    assert str(Money.stored(Decimal("8"), "EUR")) == "8.00 EUR"
    assert str(Money.stored(Decimal("8.000000"), "JPY")) == "8 JPY"
    with pytest.raises(Inexact):
        Money.stored(Decimal("8.005"), "EUR")
