"""One record of each kind about an account, so that every table of notes has a row."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from bss.relations.comment_on_case import CommentOnCase, comment_on_case
from bss.relations.create_calendar_event import CreateCalendarEvent, create_calendar_event
from bss.relations.create_contact import CreateContact, create_contact
from bss.relations.create_task import CreateTask, create_task
from bss.relations.email import Direction
from bss.relations.open_case import OpenCase, open_case
from bss.relations.record_email import RecordEmail, record_email
from bss.relations.store_document import StoreDocument, store_document
from bss.viewer import Viewer

NOW = datetime(2026, 5, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)


async def note_everything(viewer: Viewer, account: UUID) -> None:
    """A contact, and a case with a comment, a task, an event, an e-mail and a document."""
    await create_contact(viewer, CreateContact(account, "Rik"), now=NOW)
    case = (await open_case(viewer, OpenCase(account, "Cannot sign in"), now=NOW)).object_id
    await comment_on_case(viewer, CommentOnCase(case, "They called."), now=NOW)
    await create_task(viewer, CreateTask(account, "Call back", NOW.date(), None, case), now=NOW)
    event = CreateCalendarEvent(account, "Visit", NOW, NOW + HOUR, case_id=case)
    await create_calendar_event(viewer, event, now=NOW)
    mail = ("rik@resell.example", ("help@cloud.example",), "Help", "Please.", NOW)
    await record_email(viewer, RecordEmail(account, Direction.RECEIVED, *mail, case), now=NOW)
    await store_document(viewer, StoreDocument(account, "a.txt", "text/plain", b"a", case), now=NOW)
