"""A reading of usage, and what becomes of a batch of readings.

Owns: the shape of a reading, its limits, and the refusal of an event id that means something else already.
Does not own: how readings are checked against the books (`stage`), counted (`count`) or appended (`append`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from bss.refusal import Problem, Refusal

MOST_TEXT = 200
"""Characters of an event id, a resource or a source."""
MOST_PROBLEMS = 50
"""Problems that one refusal lists."""
LONGEST_INTERVAL = timedelta(days=31)
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Readings outside are slips of a clock or of a file."""


class Reading(NamedTuple):
    """What a meter said about a resource of a subscription in `[starts_at, ends_at)`.

    `event_id` is unique within a source. `value` is below 10^15 with at most nine decimals: for a time-weighted
    meter the gauge that stood in the interval, for a sum what was counted in it; a sum may be counted at an
    instant, `ends_at` = `starts_at`. Instants are aware, in whole milliseconds. A tuple: files have millions.
    """

    event_id: str
    subscription_id: UUID
    meter: str
    resource: str
    starts_at: datetime
    ends_at: datetime
    value: Decimal


@dataclass(frozen=True)
class Report:
    """What became of a batch: received = accepted + duplicate; a duplicate was there before, or earlier in it."""

    batch_id: UUID
    received: int
    accepted: int
    duplicate: int


class EventIdReused(Refusal):
    code = "EVENT_ID_REUSED"
    meaning = "An event id of this source was recorded before with another content; nothing of the batch was written."

    def __init__(self, count: int, problems: Iterable[Problem]) -> None:
        self.count = count
        self._problems = tuple(problems)
        first = self._problems[0]
        super().__init__(f"{count} of the event ids have another content already. {first.message}", first.path)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Up to fifty of the readings, in their order."""
        return self._problems
