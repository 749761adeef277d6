"""Money policies: names, and the stored form by which an old document is recomputed."""

import pytest

from bss.policy import (
    POLICIES,
    FlatFeeAtZero,
    LicenceLines,
    MoneyPolicy,
    ProrationBase,
    Rounding,
    TierBound,
    UnknownPolicy,
    UnreadablePolicy,
    policy_named,
)


def test_the_standard_policy_has_the_documented_defaults() -> None:
    assert policy_named("standard").to_data() == {
        "name": "standard",
        "rounding": "half-up",
        "proration_base": "actual-days",
        "flat_fee_at_zero": "due",
        "tier_bound": "inclusive",
        "licence_lines": "round-line",
    }


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_a_policy_comes_back_from_its_data(name: str) -> None:
    policy = policy_named(name)
    assert policy.name == name
    assert MoneyPolicy.from_data(policy.to_data()) == policy


def test_a_policy_without_a_name_in_the_table_comes_back_too() -> None:
    own = MoneyPolicy(
        "own",
        Rounding.UP,
        ProrationBase.SECONDS,
        FlatFeeAtZero.NOT_DUE,
        TierBound.EXCLUSIVE,
        LicenceLines.ROUND_UNIT,
    )
    assert MoneyPolicy.from_data(own.to_data()) == own


def test_a_switch_that_is_younger_than_the_document_has_its_default() -> None:
    assert MoneyPolicy.from_data({"name": "old", "rounding": "down"}) == MoneyPolicy("old", Rounding.DOWN)


@pytest.mark.parametrize(
    "data", [{}, {"name": ""}, {"name": "x", "rounding": "up-or-down"}, {"name": "x", "colour": "blue"}]
)
def test_a_policy_that_cannot_be_read_is_refused(data: dict[str, str]) -> None:
    with pytest.raises(UnreadablePolicy):
        MoneyPolicy.from_data(data)


def test_an_unknown_name_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(UnknownPolicy, match=r"generous.*standard"):
        policy_named("generous")
