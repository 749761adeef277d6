"""The one module that reads the clock.

Owns: the present instant, and clocks that a test or a demonstration can move. Does not own: periods and
time zones (`bss.period`). Everything below a request takes `now` as an argument.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Tells the present instant, in UTC, aware, in whole milliseconds."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        seconds, milliseconds = divmod(wall_milliseconds(), 1000)
        return datetime.fromtimestamp(seconds, UTC).replace(microsecond=milliseconds * 1000)


@dataclass
class SetClock:
    """A clock that stands still until somebody moves it: for stories that are told day by day."""

    instant: datetime

    def now(self) -> datetime:
        return self.instant

    def move_to(self, instant: datetime) -> None:
        """Move the clock; instants are aware, and a story never runs backwards."""
        if instant.tzinfo is None or instant < self.instant:
            raise ValueError(f"cannot move the clock from {self.instant} to {instant}")
        self.instant = instant.astimezone(UTC)


def wall_milliseconds() -> int:
    """Milliseconds since 1970-01-01 UTC: the time part of a UUIDv7."""
    return time.time_ns() // 1_000_000
