"""Stretches: parts of a subscription's life, and the places and windows of time by which they are parted. Pure.

Owns: the values, and the cutting of stretches to windows. Does not own: reading them (`bss.rating.consumption`,
`bss.rating.history`), or what is charged for them (`bss.rating.charges`, `bss.rating.cycles`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple
from uuid import UUID

from asyncpg import Record

from bss.cycle import Cycle, cycle_of
from bss.subscriptions.timeline import SegmentStatus


class Stretch(NamedTuple):
    """A segment of a timeline, as far as it matters to what is charged. `end` is None while none is known."""

    offering_id: UUID
    status: SegmentStatus
    quantity: Decimal
    cycle: Cycle
    start: datetime
    end: datetime | None


class Place(NamedTuple):
    """Where the account of the subscription stood within `[start, end)`: the path that it had."""

    path: str
    start: datetime
    end: datetime


Window = tuple[datetime, datetime]


def stretches_of(row: Record) -> tuple[Stretch, ...]:
    """The stretches in a row of arrays, one for each column; none where these are null."""
    if row["offerings"] is None:
        return ()
    statuses, cycles = map(SegmentStatus, row["statuses"]), map(cycle_of, row["cycles"])
    return tuple(map(Stretch, row["offerings"], statuses, row["quantities"], cycles, row["starts"], row["ends"]))


def cut(stretches: Iterable[Stretch], start: datetime, end: datetime) -> Iterator[Stretch]:
    """What of the stretches lies in `[start, end)`; one without an end gets the window's."""
    for stretch in stretches:
        if stretch.start < end and (stretch.end is None or stretch.end > start):
            until = end if stretch.end is None else min(stretch.end, end)
            yield stretch._replace(start=max(stretch.start, start), end=until)
