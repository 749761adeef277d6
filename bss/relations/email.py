"""An e-mail, recorded: it was sent or received elsewhere, and nothing here sends it.

Owns: the value, and what may be wrong with it. Does not own: any mail that the system itself sends.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bss.refusal import Problem
from bss.relations.text import MOST_SUBJECT, address_problems, body_problems
from bss.text import text_problems

MOST_RECIPIENTS = 100


class Direction(StrEnum):
    """Which way an e-mail went, as the organisation sees it."""

    RECEIVED = "received"
    SENT = "sent"


@dataclass(frozen=True)
class Email:
    """A recorded e-mail; `sent_at` is the instant on the e-mail, `created_at` when it was recorded."""

    id: UUID
    path: str
    account_id: UUID
    direction: Direction
    sender: str
    recipients: tuple[str, ...]
    subject: str
    body: str
    sent_at: datetime
    created_at: datetime
    created_by: str


def email_problems(sender: str, recipients: Sequence[str], subject: str, body: str) -> tuple[Problem, ...]:
    """Everything that is wrong with the texts of an e-mail; the subject may be empty."""
    many = f"An e-mail has 1 to {MOST_RECIPIENTS} recipients."
    return (
        *address_problems(("sender",), sender),
        *(() if 1 <= len(recipients) <= MOST_RECIPIENTS else (Problem(("recipients",), many),)),
        *(each for index, to in enumerate(recipients) for each in address_problems(("recipients", str(index)), to)),
        *text_problems("subject", subject, MOST_SUBJECT),
        *body_problems("body", body),
    )
