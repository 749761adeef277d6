"""Buckets: a window of time, cut into UTC hours, local days or local months.

Owns: the cutting, and how many buckets one answer may have. Does not own: where a day or a month begins (`bss.period`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from typing import assert_never

from bss.period import HOUR, Period, UnknownZone, billing_period, local_days
from bss.refusal import InvalidInput

MOST_BUCKETS = 1_000
"""41 days by the hour, or 2.7 years by the day."""


class Step(StrEnum):
    """How long a bucket is. Hours are UTC; days and months are those of a zone."""

    HOUR = "hour"
    DAY = "day"
    MONTH = "month"


def buckets(window: Period, step: Step, zone: str) -> tuple[Period, ...]:
    """The buckets in order; the first and the last are cut to the window.

    Raises `InvalidInput` for a zone that nobody knows, and for more than a thousand buckets.
    """
    try:
        whole = tuple(islice(_whole(window, step, zone), MOST_BUCKETS + 1))
    except UnknownZone as unknown:
        raise InvalidInput.at("zone", f"There is no time zone {zone!r}.") from unknown
    if len(whole) > MOST_BUCKETS:
        raise InvalidInput.at("to", f"By the {step.value}, this is more than {MOST_BUCKETS:,} buckets: the limit.")
    return tuple(Period(max(each.start, window.start), min(each.end, window.end)) for each in whole)


def hour_at_or_after(instant: datetime) -> datetime:
    """The first UTC hour that starts at the instant or later."""
    start = hour_of(instant)
    return start if start == instant else start + HOUR


def hour_of(instant: datetime) -> datetime:
    """The start of the UTC hour of an instant in UTC."""
    return instant.replace(minute=0, second=0, microsecond=0)


def _whole(window: Period, step: Step, zone: str) -> Iterator[Period]:
    match step:
        case Step.HOUR:
            return _hours(window)
        case Step.DAY:
            return local_days(window, zone)
        case Step.MONTH:
            return _months(window, zone)
        case _ as unreachable:
            assert_never(unreachable)


def _hours(window: Period) -> Iterator[Period]:
    hour = hour_of(window.start)
    while hour < window.end:
        yield Period(hour, hour + timedelta(hours=1))
        hour += HOUR


def _months(window: Period, zone: str) -> Iterator[Period]:
    at = window.start
    while at < window.end:
        month = billing_period(at, day=1, zone=zone)
        yield month
        at = month.end
