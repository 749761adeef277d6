"""A task: something to be done about an account by a day.

Owns: the value. Does not own: whose day it is: `due_on` is a date, and who asks says which day is today.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID


@dataclass(frozen=True)
class Task:
    """A task; `assignee_id` is the membership of whoever is to do it, `done_at` when it was done."""

    id: UUID
    path: str
    account_id: UUID
    subject: str
    due_on: date
    assignee_id: UUID | None
    done_at: datetime | None
    created_at: datetime
    created_by: str
