"""Settings: numbers that fit each other and words that there are, or one sentence that names what does not."""

from __future__ import annotations

import pytest

from schema.budget import Bucket
from server.live.pace import MostStreams
from server.settings import BadSetting, load


def test_limits_are_what_the_environment_says() -> None:
    limits = load({"BSS_MOST_COST": "10", "BSS_CLIENT_BUDGET": "20", "BSS_CLIENT_BUDGET_PER_SECOND": "3"}).limits
    assert (limits.most_cost, limits.client) == (10, Bucket(holds=20, leaks_per_second=3))
    assert load({}).limits.most_cost == 250_000
    assert load({"BSS_CLIENT_STREAMS": "3"}).streams == MostStreams(of_a_client=3, of_an_organisation=1_000)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BSS_PORT", "eighty"),
        ("BSS_MOST_COST", "0"),
        ("BSS_CLIENT_BUDGET_PER_SECOND", "-1"),
        ("BSS_MOST_COST", "600000"),
        ("BSS_CLIENT_BUDGET", "3000000"),
        ("BSS_CLIENT_STREAMS", "0"),
        ("BSS_ORGANISATION_BUDGET", "1"),
        ("BSS_PAGES", "none"),
    ],
)
def test_what_cannot_be_kept_or_is_no_such_word_is_refused_at_the_start(name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        load({name: value})
