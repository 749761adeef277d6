"""A contact: a person at an account, as the organisation notes it.

Owns: the value, and what may be wrong with its texts. Does not own: access; a contact is nobody who signs in
(`bss.access`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.refusal import Problem
from bss.relations.text import address_problems, required_text
from bss.text import MOST_NAME, MOST_NUMBER, text_problems


@dataclass(frozen=True)
class Contact:
    """A person at an account; at most one that is not removed is the primary one."""

    id: UUID
    path: str
    account_id: UUID
    name: str
    role: str
    email: str
    phone: str
    is_primary: bool
    created_at: datetime
    created_by: str
    removed_at: datetime | None


def contact_problems(name: str, role: str, email: str, phone: str) -> tuple[Problem, ...]:
    """Everything that is wrong with what is noted of a contact."""
    return (
        *required_text("name", name, MOST_NAME),
        *text_problems("role", role, MOST_NAME),
        *(address_problems(("email",), email) if email else ()),
        *text_problems("phone", phone, MOST_NUMBER),
    )
