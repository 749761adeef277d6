"""An order: who wanted what of a subscription, from when on, and why.

Owns: the value. Does not own: its row, which stands beside the version that it made (`write_timeline`). An order is
a record of its own in each organisation's books: the distributor's is not a copy of the reseller's (G09).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bss.refusal import Problem
from bss.subscriptions.subscription import Verb
from bss.text import text_problems

MOST_REASON = 500
"""Characters of a reason."""


@dataclass(frozen=True)
class Order:
    """What is asked for, effective from an instant on."""

    verb: Verb
    effective_at: datetime
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class RecordedOrder(Order):
    """An order on record: it made `version` of the subscription; `actor_name` asked for it at `recorded_at`."""

    id: UUID
    subscription_id: UUID
    version: int
    actor_name: str
    recorded_at: datetime


def reason_problems(reason: str, *, required: bool = False) -> Iterator[Problem]:
    """What is wrong with a reason that a person gives."""
    if required and not reason.strip():
        yield Problem(("reason",), "Say why.")
    yield from text_problems("reason", reason.strip(), MOST_REASON)
