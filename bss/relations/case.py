"""A case: something about an account that has to be dealt with, and which verb leads from which state to which.

Owns: the states, the one transition table, priorities, comments. Does not own: what a case is related to
(`bss.relations.relate`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from bss.refusal import Problem, WrongState
from bss.relations.text import MOST_SUBJECT, body_problems, required_text


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    CLOSED = "closed"


class CaseVerb(StrEnum):
    """What a person may do to a case after it was opened."""

    START = "start"
    RESOLVE = "resolve"
    CLOSE = "close"
    REOPEN = "reopen"


class Priority(StrEnum):
    """How urgent a case is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


TRANSITIONS: dict[tuple[CaseState, CaseVerb], CaseState] = {
    (CaseState.OPEN, CaseVerb.START): CaseState.IN_PROGRESS,
    (CaseState.IN_PROGRESS, CaseVerb.RESOLVE): CaseState.RESOLVED,
    (CaseState.RESOLVED, CaseVerb.CLOSE): CaseState.CLOSED,
    (CaseState.RESOLVED, CaseVerb.REOPEN): CaseState.OPEN,
    (CaseState.CLOSED, CaseVerb.REOPEN): CaseState.OPEN,
}
"""The whole life of a case; what does not stand here is refused."""


def after(state: CaseState, verb: CaseVerb) -> CaseState:
    """The state that the verb leads to. Raises `WrongState`, naming the verb and the state."""
    following = TRANSITIONS.get((state, verb))
    if following is None:
        raise WrongState(f"One cannot {verb} a case that is {state.replace('_', ' ')}.", ("verb",))
    return following


@dataclass(frozen=True)
class Case:
    """A case; `assignee_id` is the membership of whoever deals with it."""

    id: UUID
    path: str
    account_id: UUID
    subject: str
    description: str
    priority: Priority
    state: CaseState
    assignee_id: UUID | None
    created_at: datetime
    created_by: str


@dataclass(frozen=True)
class CaseComment:
    """What somebody said about a case; it stays as it was said."""

    id: UUID
    case_id: UUID
    body: str
    created_at: datetime
    created_by: str


def case_problems(subject: str, description: str) -> tuple[Problem, ...]:
    """Everything that is wrong with the texts of a case."""
    return (*required_text("subject", subject, MOST_SUBJECT), *body_problems("description", description))
