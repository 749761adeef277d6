"""Billing cycles: for how long a recurring charge pays at a time, and where such times begin.

Owns: the value, its one text form, and the cycle that contains an instant. Does not own: billing periods, which are
when invoices are made (`bss.period`), or when a cycle is due (`bss.rating.cycles`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import cache

from bss.period import Period, billing_period, midnight, term, zone_named

LONGEST_YEARS = 10
_MONTHS_OF_A_YEAR = 12
_DAYS_OF_A_WEEK = 7


class CycleUnit(StrEnum):
    """What the length of a cycle counts."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class CycleAnchor(StrEnum):
    """Where cycles begin: on the days of the calendar, or when the subscription was first paid for."""

    CALENDAR = "calendar"
    ANNIVERSARY = "anniversary"


_IN_A_YEAR = {CycleUnit.DAY: 366, CycleUnit.WEEK: 53, CycleUnit.MONTH: _MONTHS_OF_A_YEAR, CycleUnit.YEAR: 1}
"""The most of each unit, by which a length is bounded."""
_LETTERS = {CycleUnit.DAY: "D", CycleUnit.WEEK: "W", CycleUnit.MONTH: "M", CycleUnit.YEAR: "Y"}
_UNITS = {letter: unit for unit, letter in _LETTERS.items()}
_TEXT = re.compile(r"(anniversary/)?P([1-9][0-9]{0,4})([DWMY])")


@dataclass(frozen=True, slots=True)
class Cycle:
    """`length` units at a time, in local days of the edge on which it is charged.

    By the calendar, months and years begin on the edge's billing day, in step with January of the year 0; weeks begin
    on Mondays, and several weeks or days at a time are in step with Monday, 1 January of the year 1.
    """

    length: int = 1
    unit: CycleUnit = CycleUnit.MONTH
    anchor: CycleAnchor = CycleAnchor.CALENDAR

    @property
    def problem(self) -> str | None:
        """What is wrong with the length, in a sentence; None when nothing is."""
        most = _IN_A_YEAR[self.unit] * LONGEST_YEARS
        return None if 1 <= self.length <= most else f"A cycle has 1 to {most} {self.unit}s."

    def __str__(self) -> str:
        """The duration of ISO 8601, "P3M"; "anniversary/P3M" where it does not follow the calendar."""
        duration = f"P{self.length}{_LETTERS[self.unit]}"
        return duration if self.anchor is CycleAnchor.CALENDAR else f"{self.anchor}/{duration}"

    def at(self, instant: datetime, *, first: datetime, day: int, zone: str) -> Period:
        """The cycle that contains the instant.

        `first` is when the subscription was first paid for, `day` the edge's billing day. An anniversary cycle begins
        at local midnight of the day of `first`. Raises `ValueError` for an instant before that.
        """
        anniversary = self.anchor is CycleAnchor.ANNIVERSARY
        if self.unit in (CycleUnit.DAY, CycleUnit.WEEK):
            origin = first.astimezone(zone_named(zone)).date() if anniversary else date.min
            return self._of_days(instant, origin, zone)
        months = self.length * (_MONTHS_OF_A_YEAR if self.unit is CycleUnit.YEAR else 1)
        if anniversary:
            return term(instant, anchor=first, months=months, zone=zone)
        return billing_period(instant, day=day, zone=zone, months=months)

    def _of_days(self, instant: datetime, origin: date, zone: str) -> Period:
        local = zone_named(zone)
        days = self.length * (_DAYS_OF_A_WEEK if self.unit is CycleUnit.WEEK else 1)
        since = (instant.astimezone(local).date() - origin).days
        if since < 0:
            raise ValueError(f"{instant.isoformat()} lies before the first cycle, from {origin.isoformat()}")
        begun = origin + timedelta(days=since - since % days)
        return Period(midnight(begun, local), midnight(begun + timedelta(days=days), local))


MONTHLY = Cycle()
"""From billing day to billing day: the cycle and the billing period are one."""


@cache
def cycle_of(text: str) -> Cycle:
    """The cycle of its text. Raises `ValueError`."""
    found = _TEXT.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r} is no cycle")
    anchor = CycleAnchor.ANNIVERSARY if found[1] else CycleAnchor.CALENDAR
    return Cycle(int(found[2]), _UNITS[found[3]], anchor)
