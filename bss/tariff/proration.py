"""Proration: which share of an anchored period a stretch of it is.

Owns: the counting of days or seconds by the policy's base. Does not own: where periods begin and end
(`bss.period`), or what a share costs (`bss.tariff.rating`).
"""

from calendar import monthrange
from datetime import date, timedelta
from typing import assert_never

from bss.period import Period, Share, zone_named
from bss.policy import MoneyPolicy, ProrationBase

MICROSECOND = timedelta(microseconds=1)
DAYS_OF_A_MONTH = 30


def share(used: Period, whole: Period, zone: str, policy: MoneyPolicy) -> Share:
    """The share of `whole` that `used` is, so that the shares of stretches that tile the period sum to one.

    Days are calendar days in the zone: a day belongs to the stretch that starts on it. Raises ValueError
    when the used stretch is not inside the whole period, or the whole has no day to share.
    """
    if not whole.contains(used):
        raise ValueError(f"{used.start} to {used.end} is not inside {whole.start} to {whole.end}")
    match policy.proration_base:
        case ProrationBase.ACTUAL_DAYS:
            return Share(used.days(zone), whole.days(zone))
        case ProrationBase.FIXED_30_DAYS:
            return _share_of_thirty_day_months(used, whole, zone)
        case ProrationBase.SECONDS:
            return Share((used.end - used.start) // MICROSECOND, (whole.end - whole.start) // MICROSECOND)
        case _ as unreachable:
            assert_never(unreachable)


def _share_of_thirty_day_months(used: Period, whole: Period, zone: str) -> Share:
    """Every month counts 30 days. A period that is not made of months shares by its actual days."""
    local = zone_named(zone)
    first, last = (instant.astimezone(local).date() for instant in (whole.start, whole.end))
    months = (last.year - first.year) * 12 + last.month - first.month
    if months == 0 or not _same_anchor(first, last):
        return Share(used.days(zone), whole.days(zone))
    days = months * DAYS_OF_A_MONTH
    start = _position(used.start.astimezone(local).date(), first, last, days)
    return Share(_position(used.end.astimezone(local).date(), first, last, days) - start, days)


def _position(day: date, first: date, last: date, days: int) -> int:
    """How many of the period's days have passed when the day begins; a 31st begins with the 30th."""
    if day == last:
        return days
    months = (day.year - first.year) * 12 + day.month - first.month
    passed = months * DAYS_OF_A_MONTH + min(day.day, DAYS_OF_A_MONTH) - min(first.day, DAYS_OF_A_MONTH)
    return min(passed, days)


def _same_anchor(first: date, last: date) -> bool:
    """Whether both dates are one day of the month, or the shorter month's last for it."""
    latest = max(first.day, last.day)
    return all(day.day == min(latest, monthrange(day.year, day.month)[1]) for day in (first, last))
