"""From rows to values: one table of columns and one mapping for each kind of record.

Owns: which columns are read. Does not own: any statement.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from asyncpg import Record

from bss.relations.calendar_event import CalendarEvent
from bss.relations.case import Case, CaseComment, CaseState, Priority
from bss.relations.contact import Contact
from bss.relations.document import Document
from bss.relations.email import Direction, Email
from bss.relations.task import Task
from bss.transaction.scope import IN_SCOPE

Value = TypeVar("Value")


@dataclass(frozen=True)
class Rows(Generic[Value]):
    """How one kind of record is read: `noun` names it in a refusal, `present` says which ones a list shows."""

    table: str
    noun: str
    columns: tuple[str, ...]
    make: Callable[..., Value]
    present: str = "true"

    @property
    def in_scope(self) -> str:
        """The records in the scope of the viewer, whose organisation is $1 and whose path is $2."""
        return f"SELECT {', '.join(self.columns)} FROM {self.table} WHERE {IN_SCOPE}"

    def of_cases(self, relations: str) -> str:
        """The records that are related to cases, each with the case's id as `case_id`.

        `relations` has the pairs of `case_id` and `related_id`.
        """
        columns = ", ".join((*self.columns, "case_id"))
        return f"SELECT {columns} FROM {self.table} JOIN ({relations}) AS relation ON related_id = id WHERE {IN_SCOPE}"

    def value_of(self, row: Record) -> Value:
        """The record in a row that has the columns among its own."""
        return self.make(**{column: row[column] for column in self.columns})


def _case(*, priority: str, state: str, **others: Any) -> Case:
    return Case(**others, priority=Priority(priority), state=CaseState(state))


def _email(*, direction: str, recipients: str, **others: Any) -> Email:
    return Email(**others, direction=Direction(direction), recipients=tuple(json.loads(recipients)))


_NOTED = ("id", "path", "account_id", "created_at", "created_by")
CONTACTS = Rows(
    "contact",
    "contact",
    (*_NOTED, "name", "role", "email", "phone", "is_primary", "removed_at"),
    Contact,
    present="removed_at IS NULL",
)
CASES = Rows("account_case", "case", (*_NOTED, "subject", "description", "priority", "state", "assignee_id"), _case)
COMMENTS = Rows("case_comment", "comment", ("id", "case_id", "body", "created_at", "created_by"), CaseComment)
TASKS = Rows("task", "task", (*_NOTED, "subject", "due_on", "assignee_id", "done_at"), Task)
CALENDAR_EVENTS = Rows(
    "calendar_event",
    "calendar event",
    (*_NOTED, "subject", "starts_at", "ends_at", "place", "attendees"),
    CalendarEvent,
)
EMAILS = Rows("email", "e-mail", (*_NOTED, "direction", "sender", "recipients", "subject", "body", "sent_at"), _email)
DOCUMENTS = Rows("document", "document", (*_NOTED, "name", "media_type", "size", "sha256"), Document)
