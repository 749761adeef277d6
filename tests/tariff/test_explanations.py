"""Explanations: what they tell, that they recompute by another evaluator, and that they would notice a change."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bss.money import UnknownCurrency
from bss.period import WHOLE, Share
from bss.policy import POLICIES, FlatFeeAtZero, LicenceLines, MoneyPolicy, Rounding, TierBound
from bss.tariff.explain import stripped
from bss.tariff.flat import Flat
from bss.tariff.graduated import Graduated
from bss.tariff.package import Package
from bss.tariff.per_unit import PerUnit
from bss.tariff.price import Price, from_data, to_data
from bss.tariff.quantity import NegativeQuantity, Quantity
from bss.tariff.rating import rate
from bss.tariff.recompute import UnreadableExplanation, recompute
from bss.tariff.tiers import Tier
from bss.tariff.volume import Volume

STANDARD = POLICIES["standard"]
LADDER = (Tier(Decimal(5), Decimal(10), Decimal(100)), Tier(None, Decimal(5), Decimal(50)))

amounts = st.decimals(0, 10**6, places=12) | st.decimals(0, 100, places=2) | st.integers(0, 20).map(Decimal)
bounds = st.decimals(Decimal("0.001"), 10**6, places=3) | st.integers(1, 30).map(Decimal)
ladders = st.builds(
    lambda ends, rates: tuple(Tier(end, *pair) for end, pair in zip([*sorted(ends), None], rates, strict=False)),
    st.lists(bounds, max_size=4, unique=True),
    st.lists(st.tuples(amounts, amounts), min_size=5, max_size=5),
)
prices: st.SearchStrategy[Price] = st.one_of(
    st.builds(Flat, amounts),
    st.builds(PerUnit, amounts),
    st.builds(Graduated, ladders),
    st.builds(Volume, ladders),
    st.builds(Package, bounds, amounts),
)
quantities = st.builds(
    Quantity,
    st.integers(0, 10**20) | st.integers(0, 40) | st.decimals(0, 10**6, places=3),
    st.sampled_from([1, 1, 7, 3_600_000]),
)
shares = st.integers(1, 366).flatmap(lambda days: st.builds(Share, st.integers(0, days), st.just(days)))
policies = st.builds(
    MoneyPolicy,
    name=st.just("random"),
    rounding=st.sampled_from(Rounding),
    flat_fee_at_zero=st.sampled_from(FlatFeeAtZero),
    tier_bound=st.sampled_from(TierBound),
    licence_lines=st.sampled_from(LicenceLines),
)
currencies = st.sampled_from(["EUR", "JPY", "KWD"])


def test_an_explanation_tells_the_walk_through_the_tiers() -> None:
    # 7.5 vCPU-hours for a third of the month: 5 × 10 + 100 and 2.5 × 5 + 50 are 212.50, a third of it 70.8333.
    used = Quantity(27_000_000, 3_600_000, "vCPU-hour")
    rated = rate(Graduated(LADDER), used, Share(10, 30), STANDARD, "EUR")
    assert json.loads(json.dumps(rated.explanation)) == {
        "price": {
            "model": "graduated",
            "tiers": [{"up_to": "5", "unit": "10", "flat": "100"}, {"up_to": None, "unit": "5", "flat": "50"}],
        },
        "quantity": {
            "numerator": "27000000",
            "divisor": "3600000",
            "unit": "vCPU-hour",
            "value": "7.500000000",
        },
        "share": "10/30",
        "policy": STANDARD.to_data(),
        "currency": "EUR",
        "minor_digits": 2,
        "walk": [
            {
                "from": "0", "up_to": "5", "quantity": "5.000000000", "quantity_exact": "5/1",
                "unit": "10", "flat": "100", "exact": "150/1",
            },
            {
                "from": "5", "up_to": None, "quantity": "2.500000000", "quantity_exact": "5/2",
                "unit": "5", "flat": "50", "exact": "125/2",
            },
        ],
        "exact": "425/6",
        "amount": "70.83",
    }  # fmt: skip


def test_a_package_tells_its_blocks() -> None:
    rated = rate(Package(Decimal(10), Decimal(15)), Quantity(Decimal("10.001")), WHOLE, STANDARD, "EUR")
    assert rated.explanation["walk"] == [{"blocks": "2", "block": "15", "exact": "30/1"}]
    assert rated.explanation["quantity"]["numerator"] == "10.001"


def test_a_stripped_explanation_has_no_amount_and_is_the_readers_own() -> None:
    explanation = rate(Graduated(LADDER), Quantity(7), WHOLE, STANDARD, "EUR").explanation
    given_alone = stripped(explanation)
    assert given_alone.keys() == {"price", "quantity", "share", "policy", "currency", "minor_digits"}
    given_alone["price"]["tiers"][0]["unit"] = "11"
    assert explanation["price"]["tiers"][0]["unit"] == "10"
    assert recompute(explanation) == Decimal("210.00")
    assert recompute(given_alone) == Decimal("215.00")


def test_the_first_flat_fee_is_waived_at_zero_where_the_policy_says_so() -> None:
    waiving = MoneyPolicy("one switch", flat_fee_at_zero=FlatFeeAtZero.NOT_DUE)
    for price in (Graduated(LADDER), Volume(LADDER)):
        for policy, used, amount in ((STANDARD, 0, "100"), (waiving, 0, "0"), (waiving, 1, "110")):
            rated = rate(price, Quantity(used), WHOLE, policy, "EUR")
            assert rated.amount.amount == recompute(rated.explanation) == Decimal(amount)


def test_a_quantity_at_an_exclusive_bound_has_entered_the_next_tier() -> None:
    exclusive = MoneyPolicy("one switch", tier_bound=TierBound.EXCLUSIVE)
    for price, inside, entered in ((Graduated(LADDER), "150", "200"), (Volume(LADDER), "150", "75")):
        for policy, amount in ((STANDARD, inside), (exclusive, entered)):
            rated = rate(price, Quantity(5), WHOLE, policy, "EUR")
            assert rated.amount.amount == recompute(rated.explanation) == Decimal(amount)


def test_a_tiered_licence_line_rounds_each_rate_of_the_walk() -> None:
    # 17/31 of 10, 100, 5 and 50 are 5.48, 54.84, 2.74 and 27.42: 5 × 5.48 + 54.84 + 2 × 2.74 + 27.42.
    rated = rate(Graduated(LADDER), Quantity(7), Share(17, 31), POLICIES["licence"], "EUR")
    assert rated.amount.amount == Decimal("115.14")


@pytest.mark.parametrize("numerator", [-1, Decimal("-0.001")])
def test_a_negative_quantity_is_refused(numerator: int | Decimal) -> None:
    with pytest.raises(NegativeQuantity):
        Quantity(numerator)


@pytest.mark.parametrize(("numerator", "divisor"), [(Decimal("NaN"), 1), (Decimal("Infinity"), 1), (1, 0)])
def test_what_is_no_quantity_is_refused(numerator: Decimal, divisor: int) -> None:
    with pytest.raises(ValueError, match="quantity"):
        Quantity(numerator, divisor)


def test_a_line_in_an_unknown_currency_is_refused() -> None:
    with pytest.raises(UnknownCurrency):
        rate(Flat(Decimal(1)), Quantity(1), WHOLE, STANDARD, "EURO")


@pytest.mark.parametrize(
    ("part", "changed"),
    [("price", {"model": "free"}), ("policy", {"licence_lines": "none"}), ("policy", {"rounding": "none"})],
)
def test_an_explanation_by_unknown_rules_is_not_recomputed(part: str, changed: dict[str, str]) -> None:
    given_alone = stripped(rate(Flat(Decimal(1)), Quantity(1), WHOLE, STANDARD, "EUR").explanation)
    given_alone[part] = {**given_alone[part], **changed}
    with pytest.raises(UnreadableExplanation):
        recompute(given_alone)


@settings(max_examples=120, deadline=None)
@given(prices, quantities, shares, policies, currencies)
def test_every_line_recomputes_from_its_stored_explanation_without_amounts(
    price: Price, quantity: Quantity, share: Share, policy: MoneyPolicy, currency: str
) -> None:
    rated = rate(price, quantity, share, policy, currency)
    stored = json.loads(json.dumps(stripped(rated.explanation)))
    assert recompute(stored) == rated.amount.amount
    assert str(recompute(stored)) == rated.explanation["amount"]
    assert from_data(stored["price"]) == price == from_data(to_data(price))


@settings(max_examples=60, deadline=None)
@given(prices, quantities, policies, st.data())
def test_another_rate_in_the_explanation_gives_another_amount(
    price: Price, quantity: Quantity, policy: MoneyPolicy, data: Any
) -> None:
    # One whole unit at least, and one euro more for it, so that no rounding hides the change.
    assume(quantity.numerator >= quantity.divisor)
    explanation = stripped(rate(price, quantity, WHOLE, policy, "EUR").explanation)
    before = recompute(explanation)
    places = {
        "flat": [(explanation["price"], "fee")],
        "per_unit": [(explanation["price"], "unit")],
        "package": [(explanation["price"], "block")],
    }
    tiers = explanation["price"].get("tiers", [])
    if explanation["price"]["model"] == "volume":
        # Only the rates of the reached tier are due.
        reached = len(rate(Graduated(price.tiers), quantity, WHOLE, policy, "EUR").explanation["walk"]) - 1  # type: ignore[union-attr]
        tiers = [tiers[reached]]
    row, name = data.draw(
        st.sampled_from(places.get(explanation["price"]["model"]) or [(tiers[0], "unit"), (tiers[0], "flat")])
    )
    if explanation["price"]["model"] == "graduated" and name == "unit":
        assume(row["up_to"] is None or Decimal(row["up_to"]) >= 1)
    row[name] = str(Decimal(row[name]) + 1)
    assert recompute(explanation) > before


@settings(max_examples=60, deadline=None)
@given(ladders, quantities, quantities, policies)
def test_a_graduated_price_never_falls_when_more_is_used(
    ladder: tuple[Tier, ...], one: Quantity, other: Quantity, policy: MoneyPolicy
) -> None:
    less, more = sorted((one, other), key=lambda quantity: Decimal(quantity.numerator) / quantity.divisor)
    assume(less.numerator * more.divisor <= more.numerator * less.divisor)
    price = Graduated(ladder)
    assert rate(price, less, WHOLE, policy, "EUR").amount <= rate(price, more, WHOLE, policy, "EUR").amount
