"""A delegation: that another account's people may act for an account, with a role, until an end.

Owns: the value, how long one may last, and what is wrong with one. Does not own: who acts by it (`act_as`), or what
a role allows (`bss.role`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from bss.refusal import Problem
from bss.text import MOST_NAME, text_problems

LONGEST = timedelta(days=400)
"""A year, and what it takes to renew it."""


@dataclass(frozen=True)
class Delegation:
    """`account_id` is acted for, by the people of `to_account_id`; `ended_at` when it was ended before `ends_at`."""

    id: UUID
    account_id: UUID
    to_account_id: UUID
    role: str
    reason: str
    starts_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    granted_by_name: str
    created_at: datetime


def delegation_problems(reason: str, starts_at: datetime, ends_at: datetime, now: datetime) -> Iterator[Problem]:
    """Everything that is wrong with a new delegation but its accounts and its role."""
    if not reason:
        yield Problem(("reason",), "A delegation has a reason.")
    yield from text_problems("reason", reason, MOST_NAME)
    if starts_at < now:
        yield Problem(("startsAt",), "A delegation does not begin in the past.")
    if ends_at <= starts_at:
        yield Problem(("endsAt",), "A delegation ends after it begins.")
    elif ends_at - starts_at > LONGEST:
        yield Problem(("endsAt",), f"A delegation lasts at most {LONGEST.days} days; it can be given again.")
