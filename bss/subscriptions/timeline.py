"""The timeline of a subscription: what was in service when, as pure values.

Owns: segments, and what starting, changing and ending do to them. Does not own: storing them, what was known
when (`bss.subscriptions.write_timeline`), or who may change them (the commands).

A timeline is a tuple of segments in order of time that never overlap. Every stretch is half-open, so that an
instant belongs to one segment only; what starts and changes here has no holes. An empty timeline is a
subscription that was never in service.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise, takewhile
from typing import TypedDict, Unpack
from uuid import UUID

from bss.cycle import Cycle


class SegmentStatus(StrEnum):
    """How the service stands during a segment."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    TRIAL = "trial"


@dataclass(frozen=True)
class Segment:
    """A stretch `[effective_from, effective_to)` with one offering, status, quantity and characteristics.

    `effective_to` is None while no end is known. Raises `ValueError` when the stretch is empty.
    """

    offering_id: UUID
    status: SegmentStatus
    quantity: Decimal
    characteristics: Mapping[str, object]
    cycle: Cycle
    effective_from: datetime
    effective_to: datetime | None = None

    def __post_init__(self) -> None:
        if self.effective_to is not None and self.effective_to <= self.effective_from:
            raise ValueError(f"a segment ends after it starts: {self.effective_from} to {self.effective_to}")

    def contains(self, instant: datetime) -> bool:
        """Whether the segment is in effect at the instant."""
        return self.effective_from <= instant and (self.effective_to is None or instant < self.effective_to)


Timeline = tuple[Segment, ...]


class Change(TypedDict, total=False):
    """The properties of a segment that a change may replace; what is left out stays."""

    offering_id: UUID
    status: SegmentStatus
    quantity: Decimal
    characteristics: Mapping[str, object]
    cycle: Cycle


class OutsideTimeline(ValueError):
    """The instant lies before the start or not before the end."""


def started(segment: Segment) -> Timeline:
    """A timeline that begins with this segment."""
    return (segment,)


def changed(timeline: Timeline, at: datetime, **change: Unpack[Change]) -> Timeline:
    """The timeline with the change in effect from `at` to the end.

    The latest word wins: segments after `at`, scheduled or in effect already, take the change too and keep
    their other properties. Neighbours that no longer differ become one. Raises `OutsideTimeline`.
    """
    if not any(segment.contains(at) for segment in timeline):
        raise OutsideTimeline(f"{at} lies outside the timeline")
    return _joined((*ended(timeline, at), *(replace(segment, **change) for segment in remaining(timeline, at))))


def described(timeline: Timeline, at: datetime, chosen: Mapping[str, object]) -> Timeline:
    """The timeline with these characteristics from `at` on, each segment keeping its others; None takes one away.

    Raises `OutsideTimeline`.
    """
    if not any(segment.contains(at) for segment in timeline):
        raise OutsideTimeline(f"{at} lies outside the timeline")
    later = (replace(each, characteristics=_with(each.characteristics, chosen)) for each in remaining(timeline, at))
    return _joined((*ended(timeline, at), *later))


def _with(present: Mapping[str, object], chosen: Mapping[str, object]) -> Mapping[str, object]:
    return {code: value for code, value in {**present, **chosen}.items() if value is not None}


def ended(timeline: Timeline, at: datetime) -> Timeline:
    """The timeline up to `at`; empty when it had not begun by then. An end is never put off."""
    return tuple(
        segment
        if segment.effective_to is not None and segment.effective_to <= at
        else replace(segment, effective_to=at)
        for segment in timeline
        if segment.effective_from < at
    )


def lasting_until(timeline: Timeline, until: datetime | None) -> Timeline:
    """The timeline with its end put off to `until`, or to no end; its last segment lasts on."""
    return _joined((*timeline[:-1], *(replace(last, effective_to=until) for last in timeline[-1:])))


def tried_until(timeline: Timeline, until: datetime) -> Timeline:
    """The timeline with its trial, which comes first, ended or prolonged to `until`, and paid from then on.

    The first paid segment begins then; a change that was scheduled after that stays where it is. Raises
    `OutsideTimeline` when there is no trial, and when `until` is not between its start and the end of what follows.
    """
    trial = tuple(takewhile(_is_trial, timeline))
    if not trial or until < trial[0].effective_from:
        raise OutsideTimeline(f"there is no trial to end at {until}")
    later = [segment for segment in timeline if segment.effective_to is None or segment.effective_to > until]
    if not later:
        raise OutsideTimeline(f"{until} lies after the end")
    begun = replace(later[0], effective_from=until)
    paid = (replace(each, status=SegmentStatus.ACTIVE) if _is_trial(each) else each for each in (begun, *later[1:]))
    tried = () if until == trial[0].effective_from else lasting_until(ended(trial, until), until)
    return _joined((*tried, *paid))


def resumed(timeline: Timeline, at: datetime) -> Timeline:
    """The timeline with what is suspended from `at` on in service again; what was not suspended stays as it is.

    Raises `OutsideTimeline`.
    """
    if not any(segment.contains(at) for segment in timeline):
        raise OutsideTimeline(f"{at} lies outside the timeline")
    back = (
        replace(each, status=SegmentStatus.ACTIVE) if each.status is SegmentStatus.SUSPENDED else each
        for each in remaining(timeline, at)
    )
    return _joined((*ended(timeline, at), *back))


def trial_end(timeline: Timeline) -> datetime | None:
    """When the trial at its beginning ends, in the past or to come; None without one."""
    trial = tuple(takewhile(_is_trial, timeline))
    return trial[-1].effective_to if trial else None


def _is_trial(segment: Segment) -> bool:
    return segment.status is SegmentStatus.TRIAL


def as_of(timeline: Timeline, instant: datetime) -> Segment | None:
    """The segment in effect at the instant."""
    return next((segment for segment in timeline if segment.contains(instant)), None)


def sound(timeline: Timeline) -> bool:
    """Whether the segments stand in order and none overlaps the next: what a timeline from outside must prove."""
    return all(
        earlier.effective_to is not None and earlier.effective_to <= later.effective_from
        for earlier, later in pairwise(timeline)
    )


def remaining(timeline: Timeline, at: datetime) -> Iterator[Segment]:
    """What is left of the segments from `at` on."""
    for segment in timeline:
        if segment.effective_from >= at:
            yield segment
        elif segment.contains(at):
            yield replace(segment, effective_from=at)


def _joined(segments: Iterable[Segment]) -> Timeline:
    """The same stretches, with equal neighbours that touch as one."""
    joined: list[Segment] = []
    for segment in segments:
        if joined and _continues(joined[-1], segment):
            joined[-1] = replace(joined[-1], effective_to=segment.effective_to)
        else:
            joined.append(segment)
    return tuple(joined)


def _continues(earlier: Segment, later: Segment) -> bool:
    return earlier == replace(later, effective_from=earlier.effective_from, effective_to=earlier.effective_to) and (
        earlier.effective_to == later.effective_from
    )
