"""Half-open periods of time, the anchored billing periods, and the UTC hours that usage is kept in.

Owns: what a period is, in which billing period an instant lies, how many local days a period has, and
how an interval falls apart into hours. Does not own: the present instant (`bss.clock`), which share of a
price is due (`bss.tariff.proration`).
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
MILLISECOND = timedelta(milliseconds=1)


class NaiveInstant(ValueError):
    """An instant without a time zone: it names no moment."""


class TooFineInstant(ValueError):
    """An instant between two milliseconds; usage is kept in whole milliseconds."""


class UnknownZone(ValueError):
    """No IANA time zone has this name."""


def zone_named(name: str) -> ZoneInfo:
    """The IANA time zone of this name. Raises UnknownZone."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise UnknownZone(f"there is no time zone named {name!r}") from None


@dataclass(frozen=True, slots=True)
class Period:
    """`[start, end)`: aware instants, kept in UTC, never empty. Raises NaiveInstant or ValueError."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", _in_utc(self.start))
        object.__setattr__(self, "end", _in_utc(self.end))
        if self.end <= self.start:
            raise ValueError(f"a period ends after it starts: {self.start.isoformat()} to {self.end.isoformat()}")

    def contains(self, what: "datetime | Period") -> bool:
        """Whether the instant, or the whole of the other period, lies in this one."""
        if isinstance(what, Period):
            return self.start <= what.start and what.end <= self.end
        return self.start <= _in_utc(what) < self.end

    def days(self, zone: str) -> int:
        """Calendar days between the local dates of start and end, whether a day has 23, 24 or 25 hours."""
        local = zone_named(zone)
        return (self.end.astimezone(local).date() - self.start.astimezone(local).date()).days

    def hours(self) -> Iterator[datetime]:
        """The starts of the UTC hours that belong to this period: those that lie in it."""
        hour = _hour_of(self.start)
        if hour < self.start:
            hour += HOUR
        while hour < self.end:
            yield hour
            hour += HOUR


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a period that is due, from 0 to 1. Kept unreduced: 10/30 tells that days were counted."""

    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        if not 0 <= self.numerator <= self.denominator or self.denominator == 0:
            raise ValueError(f"a share lies between 0 and 1, not at {self.numerator}/{self.denominator}")


WHOLE = Share(1, 1)


def billing_period(at: datetime, *, day: int, zone: str, months: int = 1, first_month: int = 1) -> Period:
    """The anchored period that contains the instant.

    Periods start at local midnight on `day` (1 to 31; the last day of a shorter month, and the 31st again
    after it), every `months` months, in step with `first_month`: quarters from 15 February have 2.
    """
    if not (1 <= day <= 31 and 1 <= first_month <= 12 and months >= 1):
        raise ValueError(f"no such anchor: day {day}, months {months}, first month {first_month}")
    local = zone_named(zone)
    instant = _in_utc(at)
    today = instant.astimezone(local).date()
    month = today.year * 12 + today.month - 1
    month -= (month - (first_month - 1)) % months
    if instant < _anchored(month, day, local):
        month -= months
    return Period(_anchored(month, day, local), _anchored(month + months, day, local))


def term(at: datetime, *, anchor: datetime, months: int, zone: str) -> Period:
    """The term that contains the instant: terms of `months` follow one another from the anchor's local day on.

    Raises ValueError for an instant before the day of the anchor.
    """
    local = zone_named(zone)
    first = anchor.astimezone(local)
    month = first.year * 12 + first.month - 1
    date = at.astimezone(local)
    month += (date.year * 12 + date.month - 1 - month) // months * months
    if _in_utc(at) < _anchored(month, first.day, local):
        month -= months
    if month < first.year * 12 + first.month - 1:
        raise ValueError(f"{at.isoformat()} lies before the first term, from {anchor.isoformat()}")
    return Period(_anchored(month, first.day, local), _anchored(month + months, first.day, local))


def local_days(window: Period, zone: str) -> Iterator[Period]:
    """The local calendar days that have a moment in common with the window, in order, each whole: 23 to 25 hours.

    Raises UnknownZone.
    """
    local = zone_named(zone)
    day = window.start.astimezone(local).date()
    while (start := midnight(day, local)) < window.end:
        day += timedelta(days=1)
        end = midnight(day, local)
        if window.start < end and start < end:
            yield Period(start, end)


def local_day(at: datetime, zone: str) -> Period:
    """The local calendar day that contains the instant: 23 to 25 hours. Raises UnknownZone."""
    local = zone_named(zone)
    day = at.astimezone(local).date()
    return Period(midnight(day, local), midnight(day + timedelta(days=1), local))


def midnight(day: date, local: ZoneInfo) -> datetime:
    """The first instant of the local day.

    Where the clocks jump over midnight, the offset before the jump makes it the day's first instant.
    """
    return datetime(day.year, day.month, day.day, tzinfo=local).astimezone(UTC)


def split_over_hours(start: datetime, end: datetime) -> tuple[tuple[datetime, int], ...]:
    """The interval `[start, end)` as (UTC hour start, milliseconds in that hour); nothing for an empty one.

    Raises NaiveInstant, TooFineInstant, and ValueError when it ends before it starts.
    """
    here, until = _in_milliseconds(start), _in_milliseconds(end)
    if until < here:
        raise ValueError(f"an interval does not end before it starts: {here.isoformat()} to {until.isoformat()}")
    parts = []
    while here < until:
        hour = _hour_of(here)
        stop = min(hour + HOUR, until)
        parts.append((hour, (stop - here) // MILLISECOND))
        here = stop
    return tuple(parts)


def _in_utc(instant: datetime) -> datetime:
    if instant.tzinfo is UTC:
        return instant
    if instant.utcoffset() is None:
        raise NaiveInstant(f"{instant.isoformat()} has no time zone")
    return instant.astimezone(UTC)


def _in_milliseconds(instant: datetime) -> datetime:
    if instant.microsecond % 1000:
        raise TooFineInstant(f"{instant.isoformat()} is finer than a millisecond")
    return _in_utc(instant)


def _hour_of(instant: datetime) -> datetime:
    return instant.replace(minute=0, second=0, microsecond=0)


def _anchored(month: int, day: int, local: ZoneInfo) -> datetime:
    """Local midnight on the anchor day of a month counted from year 0."""
    year, month_of_year = month // 12, month % 12 + 1
    last_day = monthrange(year, month_of_year)[1]
    return midnight(date(year, month_of_year, min(day, last_day)), local)
