"""Inputs of the mutations about contacts, tasks, calendar events and e-mails, and the requests that they become."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

from bss.identifier import Kind
from bss.relations import (
    complete_task,
    create_calendar_event,
    create_contact,
    create_task,
    record_email,
    remove_contact,
    update_calendar_event,
    update_contact,
    update_task,
)
from bss.relations.email import Direction
from schema.node import optional_uuid, uuid_of


@strawberry.input
class CreateContactInput:
    account_id: strawberry.ID
    name: str
    role: str = strawberry.field(default="", description="Text, such as: buys the licences.")
    email: str = ""
    phone: str = ""
    is_primary: bool = strawberry.field(default=False, description="An account has at most one primary contact.")


def new_contact(given: CreateContactInput) -> create_contact.CreateContact:
    return create_contact.CreateContact(
        account_id=uuid_of(Kind.ACCOUNT, given.account_id, "accountId"),
        name=given.name,
        role=given.role,
        email=given.email,
        phone=given.phone,
        is_primary=given.is_primary,
    )


@strawberry.input(description="The contact as it is to be: what is left out is empty.")
class UpdateContactInput:
    contact_id: strawberry.ID
    name: str
    role: str = ""
    email: str = ""
    phone: str = ""
    is_primary: bool = False


def contact_anew(given: UpdateContactInput) -> update_contact.UpdateContact:
    return update_contact.UpdateContact(
        contact_id=uuid_of(Kind.CONTACT, given.contact_id, "contactId"),
        name=given.name,
        role=given.role,
        email=given.email,
        phone=given.phone,
        is_primary=given.is_primary,
    )


@strawberry.input
class RemoveContactInput:
    contact_id: strawberry.ID


def removal(given: RemoveContactInput) -> remove_contact.RemoveContact:
    return remove_contact.RemoveContact(uuid_of(Kind.CONTACT, given.contact_id, "contactId"))


@strawberry.input
class CreateTaskInput:
    account_id: strawberry.ID
    subject: str
    due_on: date
    assignee_id: strawberry.ID | None = strawberry.field(default=None, description="A membership; see assignees.")
    case_id: strawberry.ID | None = None


def new_task(given: CreateTaskInput) -> create_task.CreateTask:
    return create_task.CreateTask(
        account_id=uuid_of(Kind.ACCOUNT, given.account_id, "accountId"),
        subject=given.subject,
        due_on=given.due_on,
        assignee_id=optional_uuid(Kind.MEMBERSHIP, given.assignee_id, "assigneeId"),
        case_id=optional_uuid(Kind.CASE, given.case_id, "caseId"),
    )


@strawberry.input(
    description="The task as it is to be: without an assignee it is nobody's, or theirs whom the caller does not see."
)
class UpdateTaskInput:
    task_id: strawberry.ID
    subject: str
    due_on: date
    assignee_id: strawberry.ID | None = None


def task_anew(given: UpdateTaskInput) -> update_task.UpdateTask:
    return update_task.UpdateTask(
        task_id=uuid_of(Kind.TASK, given.task_id, "taskId"),
        subject=given.subject,
        due_on=given.due_on,
        assignee_id=optional_uuid(Kind.MEMBERSHIP, given.assignee_id, "assigneeId"),
    )


@strawberry.input
class CompleteTaskInput:
    task_id: strawberry.ID


def completion(given: CompleteTaskInput) -> complete_task.CompleteTask:
    return complete_task.CompleteTask(uuid_of(Kind.TASK, given.task_id, "taskId"))


@strawberry.input
class CreateCalendarEventInput:
    account_id: strawberry.ID
    subject: str
    starts_at: datetime
    ends_at: datetime
    place: str = ""
    attendees: str = strawberry.field(default="", description="One a line.")
    case_id: strawberry.ID | None = None


def new_calendar_event(given: CreateCalendarEventInput) -> create_calendar_event.CreateCalendarEvent:
    return create_calendar_event.CreateCalendarEvent(
        account_id=uuid_of(Kind.ACCOUNT, given.account_id, "accountId"),
        subject=given.subject,
        starts_at=given.starts_at,
        ends_at=given.ends_at,
        place=given.place,
        attendees=given.attendees,
        case_id=optional_uuid(Kind.CASE, given.case_id, "caseId"),
    )


@strawberry.input(description="The calendar event as it is to be.")
class UpdateCalendarEventInput:
    calendar_event_id: strawberry.ID
    subject: str
    starts_at: datetime
    ends_at: datetime
    place: str = ""
    attendees: str = ""


def calendar_event_anew(given: UpdateCalendarEventInput) -> update_calendar_event.UpdateCalendarEvent:
    return update_calendar_event.UpdateCalendarEvent(
        calendar_event_id=uuid_of(Kind.CALENDAR_EVENT, given.calendar_event_id, "calendarEventId"),
        subject=given.subject,
        starts_at=given.starts_at,
        ends_at=given.ends_at,
        place=given.place,
        attendees=given.attendees,
    )


@strawberry.input(description="An e-mail as it went.")
class RecordEmailInput:
    account_id: strawberry.ID
    direction: Direction
    sender: str
    recipients: list[str]
    subject: str = ""
    body: str = ""
    sent_at: datetime
    case_id: strawberry.ID | None = None


def recorded_email(given: RecordEmailInput) -> record_email.RecordEmail:
    return record_email.RecordEmail(
        account_id=uuid_of(Kind.ACCOUNT, given.account_id, "accountId"),
        direction=given.direction,
        sender=given.sender,
        recipients=tuple(given.recipients),
        subject=given.subject,
        body=given.body,
        sent_at=given.sent_at,
        case_id=optional_uuid(Kind.CASE, given.case_id, "caseId"),
    )
