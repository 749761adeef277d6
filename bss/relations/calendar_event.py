"""A calendar event: a meeting, a call, a visit.

Owns: the value, and what may be wrong with it. Does not own: invitations; attendees are text, and nobody is told.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.refusal import Problem
from bss.relations.text import MOST_SUBJECT, required_text
from bss.text import MOST_NAME, text_problems

MOST_ATTENDEES = 100


@dataclass(frozen=True)
class CalendarEvent:
    """A calendar event from `starts_at` until before `ends_at`; attendees are one a line."""

    id: UUID
    path: str
    account_id: UUID
    subject: str
    starts_at: datetime
    ends_at: datetime
    place: str
    attendees: str
    created_at: datetime
    created_by: str


def calendar_event_problems(
    subject: str, starts_at: datetime, ends_at: datetime, place: str, attendees: str
) -> tuple[Problem, ...]:
    """Everything that is wrong with a calendar event."""
    late = (Problem(("endsAt",), "An event ends after it starts."),) if ends_at <= starts_at else ()
    return (
        *required_text("subject", subject, MOST_SUBJECT),
        *late,
        *text_problems("place", place, MOST_NAME),
        *text_problems("attendees", attendees, MOST_NAME, MOST_ATTENDEES),
    )
