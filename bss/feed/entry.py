"""What a reader of the feed gets, and the one thing that it can be refused with.

Owns: the values. Does not own: how they are read (`queries`), or how a position is written for others (a seal).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bss.refusal import Refusal

KEPT = timedelta(days=7)
"""So long an entry is kept, and so long a reader may stay away."""


@dataclass(frozen=True)
class Entry:
    """One thing that happened; `position` is its place in the organisation's feed, from 1 without a gap."""

    position: int
    subject_id: UUID
    recorded_at: datetime


@dataclass(frozen=True)
class Reading:
    """What a reader sees after a position, and through which position there is nothing else for it."""

    entries: tuple[Entry, ...]
    through: int


class ResumeTooOld(Refusal):
    code = "RESUME_TOO_OLD"
    meaning = "What came after this token is no longer kept: read anew, and subscribe without a token."

    def __init__(self) -> None:
        super().__init__(self.meaning, ("after",))
