"""A number series: the prefix and the running number of an issuer's documents. Pure.

Owns: the value, and when two prefixes could make one number. Does not own: taking a number, which a bill run does.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True)
class Series:
    """A series of an issuer; `last_number` was taken last, 0 before the first. `ended_at` is None while it runs."""

    issuer_id: UUID
    prefix: str
    last_number: int
    ended_at: datetime | None


def same_numbers(one: str, other: str) -> bool:
    """Whether the two prefixes could make one number: equal, or one is the other with digits behind it.

    `A` and `A1` could: the millionth document of `A` and the first of `A1` are both A1000001.
    """
    shorter, longer = sorted((one, other), key=len)
    return longer.startswith(shorter) and re.fullmatch("[0-9]*", longer.removeprefix(shorter)) is not None
