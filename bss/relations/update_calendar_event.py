"""Write a calendar event anew."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.permission import Permission
from bss.refusal import InvalidInput, NotFound
from bss.relations.calendar_event import calendar_event_problems
from bss.relations.opened import opened
from bss.relations.rows import CALENDAR_EVENTS
from bss.relations.text import unified
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class UpdateCalendarEvent:
    """The calendar event as it is to be."""

    calendar_event_id: UUID
    subject: str
    starts_at: datetime
    ends_at: datetime
    place: str = ""
    attendees: str = ""


@command("updateCalendarEvent", requires=Permission.RELATION_MANAGE, refuses=(NotFound,))
async def update_calendar_event(tx: Transaction, request: UpdateCalendarEvent, now: datetime) -> Outcome:
    """Write a calendar event anew; nobody is told."""
    event = await opened(tx, CALENDAR_EVENTS, request.calendar_event_id, path="calendarEventId")
    subject, place, attendees = request.subject.strip(), request.place.strip(), unified(request.attendees).strip()
    if problems := calendar_event_problems(subject, request.starts_at, request.ends_at, place, attendees):
        raise InvalidInput(problems)
    await tx.connection.execute(
        "UPDATE calendar_event SET subject = $3, starts_at = $4, ends_at = $5, place = $6, attendees = $7"
        " WHERE organisation_id = $1 AND id = $2",
        *(tx.organisation_id, event.id, subject, request.starts_at, request.ends_at, place, attendees),
    )
    return Outcome(event.id)
