"""Periods, anchors, days over clock changes, shares and hours, with the published examples among them."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bss.period import (
    NaiveInstant,
    Period,
    Share,
    TooFineInstant,
    UnknownZone,
    billing_period,
    split_over_hours,
    term,
    zone_named,
)
from bss.policy import POLICIES, MoneyPolicy
from bss.tariff.exact import nine_decimals
from bss.tariff.flat import Flat
from bss.tariff.proration import share
from bss.tariff.quantity import Quantity
from bss.tariff.rating import rate

STANDARD = POLICIES["standard"]
THIRTY_DAYS = POLICIES["thirty-days"]
BY_SECOND = POLICIES["by-second"]


def local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone_named(zone))


def period(start: str, end: str, zone: str = "UTC") -> Period:
    return Period(local(start, zone), local(end, zone))


def test_a_period_is_kept_in_utc_and_is_half_open() -> None:
    march = period("2024-03-01", "2024-04-01", "Europe/Amsterdam")
    assert march.start == datetime(2024, 2, 29, 23, tzinfo=UTC)
    assert march.end == datetime(2024, 3, 31, 22, tzinfo=UTC)
    assert march.start.tzinfo is UTC
    assert march.contains(march.start)
    assert not march.contains(march.end)


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(NaiveInstant):
        Period(datetime(2024, 3, 1), datetime(2024, 4, 1, tzinfo=UTC))  # noqa: DTZ001  # what is refused


@pytest.mark.parametrize("end", ["2024-03-01", "2024-02-01"])
def test_a_period_that_does_not_end_after_it_starts_is_refused(end: str) -> None:
    with pytest.raises(ValueError, match="ends after it starts"):
        period("2024-03-01", end)


def test_a_period_contains_what_lies_wholly_in_it() -> None:
    first, second = period("2024-03-01", "2024-03-15"), period("2024-03-11", "2024-03-21")
    assert first.contains(period("2024-03-02", "2024-03-15"))
    assert not first.contains(second)


@pytest.mark.parametrize(
    ("start", "end", "zone", "days"),
    [
        pytest.param("2024-03-09", "2024-03-11", "America/New_York", 2, id="T24-spring"),
        pytest.param("2024-11-02", "2024-11-04", "America/New_York", 2, id="T24-autumn"),
        pytest.param("2024-04-06", "2024-04-08", "Australia/Sydney", 2, id="T24-sydney"),
        pytest.param("2024-03-10T01:00", "2024-03-10T20:00", "America/New_York", 0, id="T24-same-day"),
    ],
)
def test_days_are_calendar_days_over_a_clock_change(start: str, end: str, zone: str, days: int) -> None:
    assert period(start, end, zone).days(zone) == days


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [("2024-03-31", "2024-04-01", 23), ("2024-10-27", "2024-10-28", 25), ("2024-06-01", "2024-06-02", 24)],
)
def test_a_day_of_23_or_25_hours_is_one_day(start: str, end: str, hours: int) -> None:
    day = period(start, end, "Europe/Amsterdam")
    assert len(list(day.hours())) == hours
    assert day.days("Europe/Amsterdam") == 1


def test_an_hour_belongs_to_the_period_that_contains_its_start() -> None:
    # Midnight in India is 18:30 UTC, so the hour from 18:00 belongs to the day before.
    first, second = (
        period("2024-06-01", "2024-06-02", "Asia/Kolkata"),
        period("2024-06-02", "2024-06-03", "Asia/Kolkata"),
    )
    assert next(second.hours()) == datetime(2024, 6, 1, 19, tzinfo=UTC)
    assert list(first.hours())[-1] == datetime(2024, 6, 1, 18, tzinfo=UTC)


def test_an_unknown_zone_is_refused() -> None:
    with pytest.raises(UnknownZone, match="Mars/Olympus"):
        period("2024-03-01", "2024-04-01").days("Mars/Olympus")


def test_an_anchor_on_the_31st_comes_back_after_february() -> None:
    found = [billing_period(datetime(2024, 1, 31, tzinfo=UTC), day=31, zone="UTC")]
    while len(found) < 4:
        found.append(billing_period(found[-1].end, day=31, zone="UTC"))
    assert [p.start.date().isoformat() for p in found] == ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"]
    assert all(before.end == after.start for before, after in pairwise(found))


def test_a_period_changes_at_local_midnight() -> None:
    before_midnight = datetime(2024, 3, 31, 21, 59, tzinfo=UTC)  # 23:59 in Amsterdam
    march = billing_period(before_midnight, day=1, zone="Europe/Amsterdam")
    april = billing_period(before_midnight + timedelta(minutes=1), day=1, zone="Europe/Amsterdam")
    assert march == period("2024-03-01", "2024-04-01", "Europe/Amsterdam")
    assert april.start == march.end


def test_a_period_starts_when_the_clocks_jump_over_midnight() -> None:
    # Beirut goes from 23:59:59 to 01:00 on 31 March 2024; the day begins at 22:00 UTC.
    found = billing_period(datetime(2024, 4, 10, tzinfo=UTC), day=31, zone="Asia/Beirut")
    assert found.start == datetime(2024, 3, 30, 22, tzinfo=UTC)


def test_quarters_keep_in_step_with_their_first_month() -> None:
    at = datetime(2024, 6, 1, tzinfo=UTC)
    assert billing_period(at, day=15, zone="UTC", months=3) == period("2024-04-15", "2024-07-15")
    assert billing_period(at, day=15, zone="UTC", months=3, first_month=2) == period("2024-05-15", "2024-08-15")
    assert billing_period(at, day=1, zone="UTC", months=12, first_month=9) == period("2023-09-01", "2024-09-01")


@pytest.mark.parametrize("anchor", [{"day": 0}, {"day": 32}, {"day": 1, "months": 0}, {"day": 1, "first_month": 13}])
def test_an_anchor_that_no_month_has_is_refused(anchor: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="no such anchor"):
        billing_period(datetime(2024, 6, 1, tzinfo=UTC), zone="UTC", **anchor)


@pytest.mark.parametrize("day", [15, 1], ids=["T11-anniversary-of-15-january", "T11-calendar"])
def test_t11_a_quarter_of_91_days_of_which_32_are_used(day: int) -> None:
    used = period("2024-05-20", "2024-06-21")  # to and including 20 June
    whole = billing_period(used.start, day=day, zone="UTC", months=3)
    part = share(used, whole, "UTC", STANDARD)
    assert part == Share(32, 91)
    assert rate(Flat(Decimal(910)), Quantity(1), part, STANDARD, "EUR").amount.amount == Decimal("320.00")


@pytest.mark.parametrize(
    ("start", "end", "policy", "part"),
    [
        pytest.param("2023-05-23", "2023-06-15", STANDARD, "0.741935484", id="T28-may"),
        pytest.param("2023-06-23", "2023-07-15", STANDARD, "0.733333333", id="T28-june"),
        pytest.param("2023-02-23", "2023-03-15", STANDARD, "0.714285714", id="T28-february"),
        pytest.param("2024-02-23", "2024-03-15", STANDARD, "0.724137931", id="T28-leap-february"),
        pytest.param("2023-05-23", "2023-06-15", THIRTY_DAYS, "0.733333333", id="T29-may"),
        pytest.param("2023-06-23", "2023-07-15", THIRTY_DAYS, "0.733333333", id="T29-june"),
        pytest.param("2023-02-23", "2023-03-15", THIRTY_DAYS, "0.733333333", id="T29-february"),
        pytest.param("2024-02-23", "2024-03-15", THIRTY_DAYS, "0.733333333", id="T29-leap-february"),
        pytest.param("2023-07-15", "2023-07-23", THIRTY_DAYS, "0.266666667", id="T29-eight-days"),
    ],
)
def test_a_share_of_the_month_from_the_15th(start: str, end: str, policy: MoneyPolicy, part: str) -> None:
    used = period(start, end)
    found = share(used, billing_period(used.start, day=15, zone="UTC"), "UTC", policy)
    assert nine_decimals(found.numerator, found.denominator) == part


def test_t39_a_month_shared_by_the_hour() -> None:
    used = Period(datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC) + timedelta(hours=277))
    found = share(used, period("2024-01-01", "2024-02-01"), "UTC", BY_SECOND)
    assert nine_decimals(found.numerator, found.denominator) == "0.372311828"


@pytest.mark.parametrize(
    ("day", "at", "before"),
    [
        (31, "2023-02-10", 10),
        (31, "2023-03-30", 30),
        (28, "2023-03-10", 12),
        (30, "2023-03-15", 17),
        (1, "2023-01-31", 29),
    ],
)
def test_thirty_day_months_have_thirty_days_at_any_anchor(day: int, at: str, before: int) -> None:
    whole = billing_period(local(at, "UTC"), day=day, zone="UTC")
    assert share(Period(whole.start, local(at, "UTC")), whole, "UTC", THIRTY_DAYS) == Share(before, 30)
    assert share(whole, whole, "UTC", THIRTY_DAYS) == Share(30, 30)


def test_a_week_has_no_thirty_day_months_and_shares_by_days() -> None:
    week = period("2024-02-26", "2024-03-04")
    assert share(period("2024-02-26", "2024-03-02"), week, "UTC", THIRTY_DAYS) == Share(5, 7)


def test_a_stretch_outside_the_period_has_no_share_of_it() -> None:
    with pytest.raises(ValueError, match="is not inside"):
        share(period("2024-02-28", "2024-03-04"), period("2024-03-01", "2024-04-01"), "UTC", STANDARD)


@pytest.mark.parametrize(("numerator", "denominator"), [(-1, 30), (31, 30), (0, 0), (1, -2)])
def test_a_share_lies_between_nothing_and_the_whole(numerator: int, denominator: int) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Share(numerator, denominator)


@settings(max_examples=80, deadline=None)
@given(
    at=st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    day=st.integers(1, 31),
    months=st.sampled_from([1, 2, 3, 6, 12]),
    zone=st.sampled_from(["UTC", "Europe/Amsterdam", "America/Santiago", "Asia/Kolkata", "Australia/Lord_Howe"]),
    policy=st.sampled_from([STANDARD, THIRTY_DAYS, BY_SECOND]),
    cuts=st.lists(st.integers(1, 999), max_size=4, unique=True),
)
def test_the_shares_of_segments_that_tile_a_period_sum_to_one(
    at: datetime, day: int, months: int, zone: str, policy: MoneyPolicy, cuts: list[int]
) -> None:
    whole = billing_period(at, day=day, zone=zone, months=months)
    assert whole.contains(at)
    assert billing_period(whole.end, day=day, zone=zone, months=months).start == whole.end
    length = whole.end - whole.start
    edges = [whole.start, *(whole.start + length * cut // 1000 for cut in sorted(cuts)), whole.end]
    parts = [share(Period(a, b), whole, zone, policy) for a, b in pairwise(edges)]
    assert len({part.denominator for part in parts}) == 1
    assert sum(part.numerator for part in parts) == parts[0].denominator


def test_an_interval_falls_apart_into_its_hours() -> None:
    start = datetime(2013, 8, 12, 9, 59, 59, 750_000, tzinfo=UTC)
    assert split_over_hours(start, start + timedelta(hours=1, milliseconds=500)) == (
        (datetime(2013, 8, 12, 9, tzinfo=UTC), 250),
        (datetime(2013, 8, 12, 10, tzinfo=UTC), 3_600_000),
        (datetime(2013, 8, 12, 11, tzinfo=UTC), 250),
    )


def test_an_empty_interval_has_no_hours_and_a_backward_one_is_refused() -> None:
    noon = datetime(2024, 1, 1, 12, tzinfo=UTC)
    assert split_over_hours(noon, noon) == ()
    with pytest.raises(ValueError, match="before it starts"):
        split_over_hours(noon, noon - timedelta(seconds=1))


def test_instants_finer_than_a_millisecond_or_without_a_zone_are_refused() -> None:
    noon = datetime(2024, 1, 1, 12, tzinfo=UTC)
    with pytest.raises(TooFineInstant, match="finer than a millisecond"):
        split_over_hours(noon, noon + timedelta(microseconds=1500))
    with pytest.raises(NaiveInstant):
        split_over_hours(noon.replace(tzinfo=None), noon)


@settings(max_examples=80, deadline=None)
@given(
    start=st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1)),  # noqa: DTZ001
    offset=st.sampled_from([0, 330, -570]),
    milliseconds=st.integers(0, 5 * 86_400_000),
)
def test_the_hours_of_an_interval_sum_to_it_exactly(start: datetime, offset: int, milliseconds: int) -> None:
    aware = start.replace(microsecond=start.microsecond // 1000 * 1000, tzinfo=timezone(timedelta(minutes=offset)))
    parts = split_over_hours(aware, aware + timedelta(milliseconds=milliseconds))
    assert sum(part for _, part in parts) == milliseconds
    assert all(0 < part <= 3_600_000 for _, part in parts)
    assert all(hour.minute == 0 and hour.tzinfo is UTC for hour, _ in parts)
    assert [hour for hour, _ in parts] == sorted({hour for hour, _ in parts})


def test_terms_follow_one_another_from_the_anchor_whatever_their_length() -> None:
    """Five months from 31 January: to 30 June, to 30 November, to 30 April; a term never drifts."""
    anchor = local("2026-01-31 09:30", "Europe/Amsterdam")
    ends = []
    at = anchor
    for _ in range(3):
        at = term(at, anchor=anchor, months=5, zone="Europe/Amsterdam").end
        ends.append(at)
    assert ends == [
        local(day, "Europe/Amsterdam") for day in ("2026-06-30 00:00", "2026-11-30 00:00", "2027-04-30 00:00")
    ]


def test_before_the_anchor_there_is_no_term() -> None:
    anchor = local("2026-01-31 09:30", "Europe/Amsterdam")
    assert term(anchor, anchor=anchor, months=1, zone="Europe/Amsterdam").start < anchor
    with pytest.raises(ValueError, match="before the first term"):
        term(anchor - timedelta(days=1), anchor=anchor, months=1, zone="Europe/Amsterdam")
