"""Prices as data: they come back equal, and a bad one tells all that is wrong with it."""

from decimal import Decimal
from typing import Any

import pytest

from bss.tariff.flat import Flat
from bss.tariff.graduated import Graduated
from bss.tariff.package import Package
from bss.tariff.per_unit import PerUnit
from bss.tariff.price import Price, from_data, to_data
from bss.tariff.problems import InvalidPrice
from bss.tariff.tiers import Tier
from bss.tariff.volume import Volume

LADDER = (Tier(Decimal("5"), Decimal("0.10"), Decimal("3")), Tier(None, Decimal("0.000000000001")))


def problems(data: Any) -> dict[str, str]:
    with pytest.raises(InvalidPrice) as refused:
        from_data(data)
    return {".".join(problem.path): problem.message for problem in refused.value.problems}


@pytest.mark.parametrize(
    "price",
    [
        Flat(Decimal("49.95")),
        PerUnit(Decimal("0.012500000000")),
        Graduated(LADDER),
        Volume(LADDER),
        Package(Decimal("0.5"), Decimal("1E+2")),
    ],
)
def test_a_price_comes_back_from_its_data(price: Price) -> None:
    assert from_data(to_data(price)) == price


def test_the_data_of_a_price_is_all_digits_and_the_readers_own() -> None:
    price = Graduated(LADDER)
    expected = {
        "model": "graduated",
        "tiers": [
            {"up_to": "5", "unit": "0.10", "flat": "3"},
            {"up_to": None, "unit": "0.000000000001", "flat": "0"},
        ],
    }
    data = to_data(price)
    assert data == expected
    data["tiers"].clear()
    assert to_data(price) == expected


def test_what_a_tier_leaves_out_is_zero() -> None:
    assert from_data({"model": "volume", "tiers": [{"up_to": None, "unit": "2"}]}) == Volume((Tier(None, Decimal(2)),))


@pytest.mark.parametrize("data", [{}, {"model": "free"}, {"model": None}, {"model": ["flat"]}])
def test_an_unknown_model_is_told_with_the_models_there_are(data: dict[str, Any]) -> None:
    assert problems(data) == {"model": "must be one of flat, per_unit, graduated, volume, package"}


def test_all_problems_of_a_price_are_told_at_once() -> None:
    data = {
        "model": "graduated",
        "colour": "blue",
        "tiers": [
            {"up_to": "10", "unit": "-1"},
            {"up_to": "10", "unit": "0.1234567890123", "flat": "NaN"},
            {"up_to": None, "unit": "1e5"},
            {"unit": "1", "rate": "1"},
            {"up_to": "50", "unit": 3},
        ],
    }
    digits = "must be a string of digits, such as 0.05"
    assert problems(data) == {
        "colour": "is not a part of this price",
        "tiers.0.unit": "must not be negative",
        "tiers.1.up_to": "must be above 10, where the tier begins",
        "tiers.1.unit": "must have at most 12 decimals",
        "tiers.1.flat": digits,
        "tiers.2.up_to": "only the last tier is without end",
        "tiers.2.unit": digits,
        "tiers.3.up_to": "is missing",
        "tiers.3.rate": "is not a part of this price",
        "tiers.4.unit": digits,
        "tiers.4.up_to": "the last tier must be without end",
    }


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ({"model": "flat"}, {"fee": "is missing"}),
        ({"model": "flat", "fee": "-0.01"}, {"fee": "must not be negative"}),
        ({"model": "flat", "fee": "1" * 25}, {"fee": "must have at most 24 digits before the decimal point"}),
        ({"model": "per_unit", "unit": "Infinity"}, {"unit": "must be a string of digits, such as 0.05"}),
        ({"model": "package", "size": "0", "block": "1"}, {"size": "must be above zero"}),
        ({"model": "volume"}, {"tiers": "must be a list of tiers"}),
        ({"model": "volume", "tiers": []}, {"tiers": "must have at least one tier"}),
        ({"model": "volume", "tiers": ["5"]}, {"tiers.0": "must be a tier with up_to, unit and flat"}),
        (
            {"model": "volume", "tiers": [{"up_to": "0"}, {"up_to": None}]},
            {"tiers.0.up_to": "must be above 0, where the tier begins"},
        ),
    ],
)
def test_a_bad_price_is_refused(data: dict[str, Any], found: dict[str, str]) -> None:
    told = problems(data)
    assert told.items() >= found.items()


@pytest.mark.parametrize("rate", ["-1", "NaN", "Infinity", "1E+999999", "1E-13"])
def test_a_price_cannot_be_made_past_the_checks(rate: str) -> None:
    for price in (Flat, PerUnit):
        with pytest.raises(InvalidPrice):
            price(Decimal(rate))
