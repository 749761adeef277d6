"""Note a calendar event about an account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.identifier import uuid7
from bss.permission import Permission
from bss.refusal import InvalidInput, NotFound
from bss.relations.calendar_event import calendar_event_problems
from bss.relations.models import CalendarEventModel
from bss.relations.opened import account_noted
from bss.relations.relate import Relatable, case_of_account, relate
from bss.relations.text import unified
from bss.transaction.begin import Transaction
from bss.transaction.command import Outcome, command


@dataclass(frozen=True)
class CreateCalendarEvent:
    """What happens when and where; attendees are text, one a line."""

    account_id: UUID
    subject: str
    starts_at: datetime
    ends_at: datetime
    place: str = ""
    attendees: str = ""
    case_id: UUID | None = None


@command("createCalendarEvent", requires=Permission.RELATION_MANAGE, refuses=(NotFound,))
async def create_calendar_event(tx: Transaction, request: CreateCalendarEvent, now: datetime) -> Outcome:
    """Note a calendar event about an account, mirrored or not; nobody is invited."""
    account = await account_noted(tx, request.account_id)
    subject, place, attendees = request.subject.strip(), request.place.strip(), unified(request.attendees).strip()
    if problems := calendar_event_problems(subject, request.starts_at, request.ends_at, place, attendees):
        raise InvalidInput(problems)
    case = await case_of_account(tx, request.case_id, account.id)
    event_id = uuid7()
    await CalendarEventModel.create(
        using_db=tx.db,
        id=event_id,
        organisation_id=tx.organisation_id,
        path=account.path,
        account_id=account.id,
        subject=subject,
        starts_at=request.starts_at,
        ends_at=request.ends_at,
        place=place,
        attendees=attendees,
        created_at=now,
        created_by=tx.viewer.actor_name,
    )
    await relate(tx, case, Relatable.CALENDAR_EVENT, event_id, now)
    return Outcome(event_id)
