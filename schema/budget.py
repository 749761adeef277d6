"""How much a client may ask: a port, what it answers, and the limits of an installation.

A budget is a bucket that leaks: what is asked flows in, what it comes to leaks out at a steady rate, and what would
make it overflow is refused. There is one for the organisation and one for each of its clients; both must have room.

Owns: the words. Does not own: where the buckets are kept (`schema.local_budget`, `server.memory`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True)
class Bucket:
    """In points (`schema.cost`)."""

    holds: int
    leaks_per_second: int


@dataclass(frozen=True)
class Taken:
    """What came of it; `left` and `empty` are of the fuller of the two buckets."""

    allowed: bool
    left: int
    wait_milliseconds: int
    """Until there will be room; 0 when there was."""
    empty_milliseconds: int
    """Until all of it has leaked out."""


class Budget(Protocol):
    """Keeps the buckets."""

    async def take(self, organisation_id: UUID, actor_id: UUID, cost: int) -> Taken:
        """Pour `cost` into both buckets when both have room, else into neither."""


MOST_COST = 250_000
"""A channel of four tiers by pages of 200, with the subscriptions of each, is 201,401: the largest that pages need."""
OF_A_CLIENT = Bucket(holds=500_000, leaks_per_second=5_000)
"""Two of the largest at once, and 25 full pages of 200 rows each second, which keep a quarter of a process busy."""
OF_AN_ORGANISATION = Bucket(holds=2_500_000, leaks_per_second=20_000)
"""Five clients that use up theirs at once; in the long run about what one process can answer."""


@dataclass(frozen=True)
class Allowance:
    """What one operation may cost, and the budget that it is taken from; without one there is no limit over time."""

    most_cost: int = MOST_COST
    budget: Budget | None = None


UNBOUND = Allowance()
"""In process, where nobody asks too often."""
