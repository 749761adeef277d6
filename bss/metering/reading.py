"""A reading of usage, and what becomes of a batch of readings.

Owns: the shape of a reading, its limits, and the refusal of an event id that already means something else.
Does not own: how readings are checked against the books (`stage`) or written (`append`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import ClassVar, NamedTuple
from uuid import UUID

from bss.refusal import Problem, Refusal

MOST_TEXT = 200
"""Characters of an event id, a resource or a source."""
LONGEST_INTERVAL = timedelta(days=31)
LARGEST_VALUE = Decimal(10) ** 15
"""A value is below this; times the milliseconds of an hour it still fits the column, NUMERIC(38, 9)."""
MOST_PROBLEMS = 50
"""Problems that one refusal lists."""


class Reading(NamedTuple):
    """What a meter said about a resource of a subscription in `[starts_at, ends_at)`.

    `event_id` is unique within a source. `value` has at most nine decimals: for a time-weighted meter the gauge
    that stood in the interval, for a sum the amount counted in it. A sum may be counted at an instant
    (`ends_at` = `starts_at`). Instants are aware, in whole milliseconds. A tuple, because files have millions.
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
    """What became of a batch: received = accepted + duplicate. A duplicate was recorded before, or earlier in it."""

    batch_id: UUID
    received: int
    accepted: int
    duplicate: int


class EventIdReused(Refusal):
    """Readings whose event id was used before, by the same source, for something else."""

    code: ClassVar[str] = "EVENT_ID_REUSED"
    meaning: ClassVar[str] = (
        "An event id of this source was recorded before with another content; nothing of the batch was written."
    )

    def __init__(self, count: int, problems: Iterable[Problem]) -> None:
        self.count = count
        self._problems = tuple(problems)
        super().__init__(
            f"{count} event ids were used before for something else, first: {self._problems[0].message}",
            self._problems[0].path,
        )

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self._problems
