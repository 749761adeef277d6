"""The timeline as pure values: three segments by hand, and what no sequence of changes may break."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bss.cycle import MONTHLY
from bss.subscriptions.timeline import (
    OutsideTimeline,
    Segment,
    SegmentStatus,
    Timeline,
    as_of,
    changed,
    ended,
    lasting_until,
    remaining,
    resumed,
    sound,
    started,
    trial_end,
    tried_until,
)

START = datetime(2026, 6, 1, tzinfo=UTC)
OFFERING = UUID(int=1)


def june(day: int) -> datetime:
    return START.replace(day=day)


def seats(quantity: int, since: datetime, until: datetime | None = None) -> Segment:
    return Segment(OFFERING, SegmentStatus.ACTIVE, Decimal(quantity), {}, MONTHLY, since, until)


def test_two_changes_leave_three_segments_that_touch() -> None:
    timeline = changed(started(seats(5, june(1))), june(11), quantity=Decimal(8))
    assert changed(timeline, june(21), quantity=Decimal(6)) == (
        seats(5, june(1), june(11)),
        seats(8, june(11), june(21)),
        seats(6, june(21)),
    )


def test_a_change_supersedes_what_was_scheduled_after_it() -> None:
    scheduled = changed(started(seats(5, june(1))), june(21), quantity=Decimal(9))
    assert changed(scheduled, june(11), quantity=Decimal(8)) == (
        seats(5, june(1), june(11)),
        seats(8, june(11)),
    )


def test_a_change_leaves_the_other_properties_of_later_segments_alone() -> None:
    trial = replace(seats(5, june(1), june(11)), status=SegmentStatus.TRIAL)
    timeline = changed((trial, seats(5, june(11))), june(6), quantity=Decimal(7))
    assert [(segment.status, segment.quantity) for segment in timeline] == [
        (SegmentStatus.TRIAL, Decimal(5)),
        (SegmentStatus.TRIAL, Decimal(7)),
        (SegmentStatus.ACTIVE, Decimal(7)),
    ]


def test_a_change_to_the_same_quantity_makes_no_new_segment() -> None:
    timeline = started(seats(5, june(1)))
    assert changed(timeline, june(11), quantity=Decimal("5.000000000")) == timeline


def test_the_instant_of_a_change_belongs_to_the_later_segment() -> None:
    timeline = changed(started(seats(5, june(1))), june(11), quantity=Decimal(8))
    before = as_of(timeline, june(11) - timedelta(microseconds=1))
    at = as_of(timeline, june(11))
    assert before is not None
    assert before.quantity == 5
    assert at is not None
    assert at.quantity == 8


def test_nothing_is_in_effect_before_the_start_nor_at_the_end() -> None:
    timeline = ended(started(seats(5, june(2))), june(11))
    assert as_of(timeline, june(1)) is None
    assert as_of(timeline, june(11)) is None


@pytest.mark.parametrize("at", [june(1), june(11)])
def test_a_change_outside_the_timeline_is_an_error(at: datetime) -> None:
    with pytest.raises(OutsideTimeline):
        changed(ended(started(seats(5, june(2))), june(11)), at, quantity=Decimal(8))


def test_an_end_before_the_start_leaves_nothing_and_no_end_is_put_off() -> None:
    assert ended(started(seats(5, june(2))), june(2)) == ()
    over = ended(started(seats(5, june(2))), june(11))
    assert ended(over, june(21)) == over


def test_an_empty_segment_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="ends after it starts"):
        seats(5, june(2), june(2))


def test_overlapping_and_unordered_segments_are_not_sound() -> None:
    assert sound((seats(5, june(1), june(11)), seats(8, june(11))))
    assert not sound((seats(5, june(1), june(12)), seats(8, june(11))))
    assert not sound((seats(5, june(1)), seats(8, june(11))))
    assert not sound((seats(8, june(11), june(21)), seats(5, june(1), june(11))))


HOURS = st.integers(min_value=0, max_value=96)
CHANGES = st.lists(st.tuples(HOURS, st.integers(min_value=1, max_value=3)), max_size=12)


def story(changes: list[tuple[int, int]]) -> Timeline:
    timeline = started(seats(1, START))
    for hours, quantity in changes:
        timeline = changed(timeline, START + timedelta(hours=hours), quantity=Decimal(quantity))
    return timeline


def last_word(changes: list[tuple[int, int]], hour: int) -> int:
    """The quantity at an hour by definition: that of the last change that took effect at or before it."""
    return next((quantity for since, quantity in reversed(changes) if since <= hour), 1)


@given(CHANGES)
def test_changes_in_any_order_tile_the_time_from_the_start_on(changes: list[tuple[int, int]]) -> None:
    timeline = story(changes)
    assert timeline[0].effective_from == START
    assert timeline[-1].effective_to is None
    assert all(earlier.effective_to == later.effective_from for earlier, later in pairwise(timeline))
    assert all(earlier.quantity != later.quantity for earlier, later in pairwise(timeline))
    assert sound(timeline)


@given(CHANGES, HOURS)
def test_at_every_hour_the_last_change_that_covers_it_counts(changes: list[tuple[int, int]], hour: int) -> None:
    segment = as_of(story(changes), START + timedelta(hours=hour))
    assert segment is not None
    assert segment.quantity == last_word(changes, hour)


@given(CHANGES, HOURS)
def test_an_ended_timeline_covers_exactly_the_time_up_to_its_end(changes: list[tuple[int, int]], hour: int) -> None:
    end = START + timedelta(hours=hour)
    timeline = ended(story(changes), end)
    covered = sum(
        (segment.effective_to - segment.effective_from for segment in timeline if segment.effective_to),
        timedelta(),
    )
    assert covered == end - START
    assert sound(timeline)
    assert not timeline or timeline[-1].effective_to == end


def trial(quantity: int, since: datetime, until: datetime) -> Segment:
    return replace(seats(quantity, since, until), status=SegmentStatus.TRIAL)


TRIED = (trial(5, june(1), june(15)), seats(5, june(15)))


def test_a_trial_ends_earlier_or_later_and_what_follows_is_paid() -> None:
    assert tried_until(TRIED, june(10)) == (trial(5, june(1), june(10)), seats(5, june(10)))
    assert tried_until(TRIED, june(20)) == (trial(5, june(1), june(20)), seats(5, june(20)))
    assert tried_until(TRIED, june(1)) == (seats(5, june(1)),)
    assert (trial_end(TRIED), trial_end(TRIED[1:]), trial_end(())) == (june(15), None, None)


def test_a_change_that_was_scheduled_after_a_trial_stays_where_it_is() -> None:
    scheduled = (*TRIED[:1], seats(5, june(15), june(18)), seats(8, june(18)))
    assert tried_until(scheduled, june(16)) == (
        trial(5, june(1), june(16)),
        seats(5, june(16), june(18)),
        seats(8, june(18)),
    )
    assert tried_until(scheduled, june(20)) == (trial(5, june(1), june(20)), seats(8, june(20)))


def test_what_is_not_in_trial_has_none_to_end() -> None:
    for timeline, at in (((), june(1)), (TRIED[1:], june(20)), ((trial(5, june(2), june(9)),), june(1))):
        with pytest.raises(OutsideTimeline):
            tried_until(timeline, at)


def test_an_end_is_put_off_and_taken_away() -> None:
    timeline = (seats(5, june(1), june(11)), seats(8, june(11), june(21)))
    assert lasting_until(timeline, june(26))[-1] == seats(8, june(11), june(26))
    assert lasting_until(timeline, None)[-1] == seats(8, june(11))


def test_what_remains_after_an_instant_begins_there() -> None:
    timeline = (seats(5, june(1), june(11)), seats(8, june(11)))
    assert tuple(remaining(timeline, june(6))) == (seats(5, june(6), june(11)), seats(8, june(11)))
    assert tuple(remaining(timeline, june(11))) == (seats(8, june(11)),)


def test_a_trial_of_two_segments_ends_as_a_whole() -> None:
    """Three seats more on the 6th, in trial until the 15th; paid for from the 3rd, from the 10th, from the 20th."""
    timeline = (trial(5, june(1), june(6)), trial(8, june(6), june(15)), seats(8, june(15)))
    assert trial_end(timeline) == june(15)
    assert tried_until(timeline, june(3)) == (trial(5, june(1), june(3)), seats(5, june(3), june(6)), seats(8, june(6)))
    assert tried_until(timeline, june(10)) == (
        trial(5, june(1), june(6)),
        trial(8, june(6), june(10)),
        seats(8, june(10)),
    )
    assert tried_until(timeline, june(20))[-2:] == (trial(8, june(6), june(20)), seats(8, june(20)))


def test_resuming_touches_what_is_suspended_and_nothing_else() -> None:
    held = replace(seats(5, june(20), june(25)), status=SegmentStatus.SUSPENDED)
    timeline = (*TRIED[:1], seats(5, june(15), june(20)), held, seats(8, june(25)))
    assert resumed(timeline, june(10)) == (*TRIED[:1], seats(5, june(15), june(25)), seats(8, june(25)))
    assert resumed(timeline, june(22)) == (
        *timeline[:2],
        replace(held, effective_to=june(22)),
        seats(5, june(22), june(25)),
        seats(8, june(25)),
    )


def test_nothing_lasts_until_nothing() -> None:
    assert lasting_until((), june(1)) == ()
