"""A placement: where an account stood within a stretch of time, and when that was known.

Owns: the value. Does not own: the writing of it (`bss.organisations.place_account`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Placement:
    """The account stood below the parent within `[effective_from, effective_to)`, as known within the recorded range.

    An end that is None is not known yet. Only the root has no parent.
    """

    id: UUID
    account_id: UUID
    parent_id: UUID | None
    effective_from: datetime
    effective_to: datetime | None
    recorded_from: datetime
    recorded_to: datetime | None
