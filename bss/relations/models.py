"""Rows: what people note about an account. No row here is read by sync, and none is sent to anybody."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from tortoise import fields

from bss.transaction.rows import AccountRow


class ContactModel(AccountRow):
    """A person at the account; `removed_at` takes it off the list and keeps it for history."""

    account_id: UUID = fields.UUIDField()
    name: str = fields.TextField()
    role: str = fields.TextField(default="")
    email: str = fields.TextField(default="")
    phone: str = fields.TextField(default="")
    is_primary = fields.BooleanField(default=False)
    created_at: datetime = fields.DatetimeField()
    created_by: str = fields.TextField()
    removed_at: datetime | None = fields.DatetimeField(null=True)

    class Meta:
        table = "contact"


class CaseModel(AccountRow):
    """Something to be dealt with; `assignee_id` is a membership."""

    account_id: UUID = fields.UUIDField()
    subject: str = fields.TextField()
    description: str = fields.TextField(default="")
    priority: str = fields.TextField()
    state: str = fields.TextField()
    assignee_id: UUID | None = fields.UUIDField(null=True)
    created_at: datetime = fields.DatetimeField()
    created_by: str = fields.TextField()

    class Meta:
        table = "account_case"


class CaseCommentModel(AccountRow):
    """What somebody said about a case; append-only."""

    case_id: UUID = fields.UUIDField()
    body: str = fields.TextField()
    created_at: datetime = fields.DatetimeField()
    created_by: str = fields.TextField()

    class Meta:
        table = "case_comment"


class TaskModel(AccountRow):
    """Something to be done by a day; `assignee_id` is a membership."""

    account_id: UUID = fields.UUIDField()
    subject: str = fields.TextField()
    due_on: date = fields.DateField()
    assignee_id: UUID | None = fields.UUIDField(null=True)
    done_at: datetime | None = fields.DatetimeField(null=True)
    created_at: datetime = fields.DatetimeField()
    created_by: str = fields.TextField()

    class Meta:
        table = "task"


class CalendarEventModel(AccountRow):
    """A meeting, a call, a visit."""

    account_id: UUID = fields.UUIDField()
    subject: str = fields.TextField()
    starts_at: datetime = fields.DatetimeField()
    ends_at: datetime = fields.DatetimeField()
    place: str = fields.TextField(default="")
    attendees: str = fields.TextField(default="")
    created_at: datetime = fields.DatetimeField()
    created_by: str = fields.TextField()

    class Meta:
        table = "calendar_event"


class EmailModel(AccountRow):
    """An e-mail that was sent or received elsewhere; append-only."""

    account_id: UUID = fields.UUIDField()
    direction: str = fields.TextField()
    sender: str = fields.TextField()
    recipients: Any = fields.JSONField()
    subject: str = fields.TextField()
    body: str = fields.TextField()
    sent_at: datetime = fields.DatetimeField()
    created_at: datetime = fields.DatetimeField()
    created_by: str = fields.TextField()

    class Meta:
        table = "email"


class DocumentModel(AccountRow):
    """A file about the account, without its bytes; append-only."""

    account_id: UUID = fields.UUIDField()
    name: str = fields.TextField()
    media_type: str = fields.TextField()
    size: int = fields.IntField()
    sha256: str = fields.TextField()
    created_at: datetime = fields.DatetimeField()
    created_by: str = fields.TextField()

    class Meta:
        table = "document"


class DocumentContentModel(AccountRow):
    """The bytes of a document, which no list reads; append-only."""

    document_id: UUID = fields.UUIDField()
    content: bytes = fields.BinaryField()

    class Meta:
        table = "document_content"


class CaseRelationModel(AccountRow):
    """One record that a case is about: exactly one of the columns that name one is set."""

    case_id: UUID = fields.UUIDField()
    contact_id: UUID | None = fields.UUIDField(null=True)
    task_id: UUID | None = fields.UUIDField(null=True)
    calendar_event_id: UUID | None = fields.UUIDField(null=True)
    email_id: UUID | None = fields.UUIDField(null=True)
    document_id: UUID | None = fields.UUIDField(null=True)
    account_case_id: UUID | None = fields.UUIDField(null=True)
    created_at: datetime = fields.DatetimeField()
    created_by: str = fields.TextField()

    class Meta:
        table = "case_relation"
